"""Faults: small functions that break one thing in a topology, with all that a real AWS would show as its consequence.

``FAULTS`` is the table by name; each entry knows the check that ought to name it and the topologies that can have it.
"""

from bot.demo.aws.faults import balancers, deployments, links, logging, network_acls, security_groups, targets, tls
from bot.demo.aws.faults.registry import FAULTS, Fault

__all__ = [
    "FAULTS",
    "Fault",
    "balancers",
    "deployments",
    "links",
    "logging",
    "network_acls",
    "security_groups",
    "targets",
    "tls",
]
