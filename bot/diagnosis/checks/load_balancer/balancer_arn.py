"""What a load balancer's ARN says: `arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/KIND/NAME/ID`."""

from __future__ import annotations

from dataclasses import dataclass

_KINDS = {"app": "application", "net": "network", "gwy": "gateway"}


@dataclass(frozen=True)
class BalancerArn:
    """The parts of an ARN; empty where the text is not an ARN, or not one of a load balancer."""

    region: str = ""
    account: str = ""
    kind: str = ""
    """`application`, `network` or `gateway`; empty for anything else, a Classic Load Balancer too."""
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> BalancerArn:
        """Read an ARN; a text that is none gives empty parts."""
        parts = text.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn":
            return cls()
        words = parts[5].split("/")
        if words[0] != "loadbalancer" or len(words) < 4 or parts[2] != "elasticloadbalancing":
            return cls(region=parts[3], account=parts[4])
        return cls(region=parts[3], account=parts[4], kind=_KINDS.get(words[1], ""), name=words[2])
