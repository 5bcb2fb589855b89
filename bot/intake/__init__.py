"""Alarms that come without a Slack relay: an SQS queue that is polled, and SNS over HTTPS. Both put the same jobs."""
