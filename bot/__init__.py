"""vpclink finds why an Amazon API Gateway API behind a VPC link answers HTTP 500."""
