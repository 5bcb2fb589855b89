"""The core: evidence in, report out. Pure: imports neither boto3, nor slack_*, nor aiohttp."""
