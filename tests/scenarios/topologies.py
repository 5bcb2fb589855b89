"""The topologies of the library, by a short name."""

from __future__ import annotations

from collections.abc import Callable

from bot.demo.aws.handle import Topology
from bot.demo.aws.topology import http_v2, rest_v1_nlb, rest_v2
from bot.demo.aws.world import World

Build = Callable[[World, str], Topology]

TOPOLOGIES: dict[str, Build] = {
    "v1-instance": lambda world, name: rest_v1_nlb(world, name),
    "v1-ip": lambda world, name: rest_v1_nlb(world, name, target_type="ip"),
    "v1-alb": lambda world, name: rest_v1_nlb(world, name, target_type="alb"),
    "v1-tls": lambda world, name: rest_v1_nlb(world, name, scheme="https", listener="TLS"),
    "v1-pass-through": lambda world, name: rest_v1_nlb(world, name, scheme="https"),
    "rest-v2-alb": lambda world, name: rest_v2(world, name, balancer="alb"),
    "rest-v2-nlb": lambda world, name: rest_v2(world, name, balancer="nlb"),
    "http-v2-alb": lambda world, name: http_v2(world, name, balancer="alb"),
    "http-v2-nlb": lambda world, name: http_v2(world, name, balancer="nlb"),
    "rest-v2-alb-tls": lambda world, name: rest_v2(world, name, balancer="alb", scheme="https"),
    "http-v2-alb-tls": lambda world, name: http_v2(world, name, balancer="alb", scheme="https"),
    "http-v2-cloud-map": lambda world, name: http_v2(world, name, balancer="cloud-map"),
}
