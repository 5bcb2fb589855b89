"""Service Quotas (service-quotas 2019-06-24): the quotas of VPC links."""

from __future__ import annotations

from bot.demo.aws.errors import AwsError
from bot.demo.aws.services.common import Answer, Call, operation

# AWS: apigateway limits.
_QUOTAS = {
    "L-A4C7274F": ("VPC links per region", 20.0),
    "L-608BDCD4": ("VPC links (V2) per region", 10.0),
    "L-668C9B28": ("Subnets per VPC link (V2)", 10.0),
    "L-E5AE38E3": ("Maximum integration timeout in milliseconds", 29000.0),
}


@operation("service-quotas", "GetServiceQuota")
def get_service_quota(call: Call) -> Answer:
    """One quota of API Gateway, at its default or as the world has it."""
    service, code = call["ServiceCode"], call["QuotaCode"]
    if service != "apigateway" or code not in _QUOTAS:
        raise AwsError("NoSuchResourceException", f"The request failed because the quota {code} was not found.")
    name, value = _QUOTAS[code]
    own = call.region.find("quota", QuotaCode=code) or {}
    return {
        "Quota": {
            "ServiceCode": service,
            "ServiceName": "Amazon API Gateway",
            "QuotaArn": call.region.arn("servicequotas", f"{service}/{code}"),
            "QuotaCode": code,
            "QuotaName": name,
            "Value": value,
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
            **own,
        }
    }
