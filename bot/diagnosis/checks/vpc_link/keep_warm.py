"""A request once a day, as infrastructure code, so that a VPC link never stands without traffic for 60 days.

Sources: AWS: CloudFormation resource types AWS::Events::Connection, ApiDestination and Rule; Terraform: the
aws_cloudwatch_event_* resources.
"""

from __future__ import annotations

from bot.diagnosis.snippets import Reference, Value, new_cloudformation, new_terraform

_NAME = "keep-vpc-link-warm"
_ROLE = """\
# ROLE_ARN: a role that EventBridge can assume and that allows events:InvokeApiDestination.
# API_KEY: the API's key; any text where the API asks for none."""


def daily_request(url: str) -> tuple[str, str]:
    """Return CloudFormation and Terraform of a rule of EventBridge that sends GET to this URL once a day."""
    return f"{_ROLE}\n{_cloudformation(url)}", f"{_ROLE}\n{_terraform(url)}"


def _cloudformation(url: str) -> str:
    key: Value = {"ApiKeyAuthParameters": {"ApiKeyName": "x-api-key", "ApiKeyValue": "API_KEY"}}
    target: Value = {"Id": "api", "Arn": {"Fn::GetAtt": ["KeepWarmDestination", "Arn"]}, "RoleArn": "ROLE_ARN"}
    return "\n\n".join(
        (
            new_cloudformation(
                "AWS::Events::Connection",
                "KeepWarmConnection",
                {"AuthorizationType": "API_KEY", "AuthParameters": key},
            ),
            new_cloudformation(
                "AWS::Events::ApiDestination",
                "KeepWarmDestination",
                {
                    "ConnectionArn": {"Fn::GetAtt": ["KeepWarmConnection", "Arn"]},
                    "HttpMethod": "GET",
                    "InvocationEndpoint": url,
                },
            ),
            new_cloudformation(
                "AWS::Events::Rule", "KeepWarm", {"ScheduleExpression": "rate(1 day)", "Targets": [target]}
            ),
        )
    )


def _terraform(url: str) -> str:
    key: Value = {"api_key": {"key": "x-api-key", "value": "API_KEY"}}
    rule = Reference("aws_cloudwatch_event_rule.keep_warm.name")
    destination = Reference("aws_cloudwatch_event_api_destination.keep_warm.arn")
    return "\n\n".join(
        (
            new_terraform(
                "aws_cloudwatch_event_connection",
                "keep_warm",
                {"name": _NAME, "authorization_type": "API_KEY", "auth_parameters": key},
            ),
            new_terraform(
                "aws_cloudwatch_event_api_destination",
                "keep_warm",
                {
                    "name": _NAME,
                    "connection_arn": Reference("aws_cloudwatch_event_connection.keep_warm.arn"),
                    "http_method": "GET",
                    "invocation_endpoint": url,
                },
            ),
            new_terraform(
                "aws_cloudwatch_event_rule", "keep_warm", {"name": _NAME, "schedule_expression": "rate(1 day)"}
            ),
            new_terraform(
                "aws_cloudwatch_event_target",
                "keep_warm",
                {"rule": rule, "arn": destination, "role_arn": "ROLE_ARN"},
            ),
        )
    )
