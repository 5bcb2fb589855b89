"""TLS policies of load balancers, a selection of AWS's own (AWS: describe-ssl-policies)."""

from __future__ import annotations

from bot.demo.aws.services.common import Answer, Call, by_ids, operation
from bot.demo.aws.services.elbv2 import listed, missing

_TLS12_CIPHERS = [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
]
_TLS13_CIPHERS = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
_POLICIES = {
    "ELBSecurityPolicy-TLS13-1-2-2021-06": (["TLSv1.2", "TLSv1.3"], [*_TLS13_CIPHERS, *_TLS12_CIPHERS]),
    "ELBSecurityPolicy-TLS13-1-3-2021-06": (["TLSv1.3"], _TLS13_CIPHERS),
    "ELBSecurityPolicy-2016-08": (
        ["TLSv1", "TLSv1.1", "TLSv1.2"],
        [*_TLS12_CIPHERS, "ECDHE-RSA-AES128-SHA", "AES128-SHA"],
    ),
    "ELBSecurityPolicy-TLS-1-2-2017-01": (["TLSv1.2"], _TLS12_CIPHERS),
}


@operation("elbv2", "DescribeSSLPolicies")
def describe_ssl_policies(call: Call) -> Answer:
    """TLS policies by name, or all."""
    every = [
        {
            "Name": name,
            "SslProtocols": protocols,
            "Ciphers": [{"Name": cipher, "Priority": number} for number, cipher in enumerate(ciphers, 1)],
            "SupportedLoadBalancerTypes": ["application", "network"],
        }
        for name, (protocols, ciphers) in _POLICIES.items()
    ]
    names = call.get("Names", [])
    return listed(
        call,
        "SslPolicies",
        by_ids(every, "Name", names, missing("SSLPolicyNotFound", "SSL policies")) if names else every,
    )
