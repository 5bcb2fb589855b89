"""A local AWS: an HTTP server that answers boto3's read calls from a world of AWS-shaped resources."""

from bot.demo.aws.server import LocalAws
from bot.demo.aws.world import Region, World

__all__ = ["LocalAws", "Region", "World"]
