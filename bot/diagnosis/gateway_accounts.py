"""API Gateway's own accounts, which own the endpoints of VPC links of the first generation."""

from __future__ import annotations

API_GATEWAY_ACCOUNTS = {
    "us-east-1": "392220576650",
    "us-east-2": "718770453195",
    "us-west-1": "968246515281",
    "us-west-2": "109351309407",
    "ca-central-1": "796887884028",
    "eu-west-1": "631144002099",
    "eu-west-2": "544388816663",
    "eu-west-3": "061510835048",
    "eu-central-1": "474240146802",
    "eu-north-1": "394634713161",
    "ap-northeast-1": "969236854626",
    "ap-northeast-2": "020402002396",
    "ap-northeast-3": "360671645888",
    "ap-southeast-1": "195145609632",
    "ap-southeast-2": "798376113853",
    "ap-south-1": "507069717855",
    "sa-east-1": "287228555773",
}
"""API Gateway's own account per region, which owns the endpoint of a VPC link (AWS: set-up-api-with-vpclink-accounts).
A region that is not listed has an owner that we do not know: never a reason for a failure."""
