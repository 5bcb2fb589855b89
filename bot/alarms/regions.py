"""Region codes, and the display names that CloudWatch writes in their place.

SNS messages name the region for people, in styles that changed over the years: `US - N. Virginia`, `US West - Oregon`,
`EU - Ireland`, `EU (Ireland)`, `Europe (Ireland)`, `APAC - Tokyo`, `Asia Pacific (Tokyo)`.
AWS: "AWS Regions and Availability Zones", names and codes.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import product
from typing import Final

_CODE: Final = re.compile(r"[a-z]{2,4}(?:-[a-z]{1,12}){1,3}-[0-9]{1,2}")

_US_EAST: Final = ("us east", "us")
_US_WEST: Final = ("us west", "us")
_EUROPE: Final = ("europe", "eu")
_ASIA: Final = ("asia pacific", "apac", "ap")
_MIDDLE_EAST: Final = ("middle east", "me")
_GOVCLOUD: Final = ("aws govcloud", "govcloud", "aws gov cloud")

_NAMES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "us-east-1": (_US_EAST, ("n virginia", "virginia", "northern virginia")),
    "us-east-2": (_US_EAST, ("ohio",)),
    "us-west-1": (_US_WEST, ("n california", "northern california", "california")),
    "us-west-2": (_US_WEST, ("oregon",)),
    "af-south-1": (("africa", "af"), ("cape town",)),
    "ap-east-1": (_ASIA, ("hong kong", "hong kong sar")),
    "ap-east-2": (_ASIA, ("taipei",)),
    "ap-northeast-1": (_ASIA, ("tokyo",)),
    "ap-northeast-2": (_ASIA, ("seoul",)),
    "ap-northeast-3": (_ASIA, ("osaka", "osaka local")),
    "ap-south-1": (_ASIA, ("mumbai",)),
    "ap-south-2": (_ASIA, ("hyderabad",)),
    "ap-southeast-1": (_ASIA, ("singapore",)),
    "ap-southeast-2": (_ASIA, ("sydney",)),
    "ap-southeast-3": (_ASIA, ("jakarta",)),
    "ap-southeast-4": (_ASIA, ("melbourne",)),
    "ap-southeast-5": (_ASIA, ("malaysia", "kuala lumpur")),
    "ap-southeast-6": (_ASIA, ("new zealand", "auckland")),
    "ap-southeast-7": (_ASIA, ("thailand", "bangkok")),
    "ca-central-1": (("canada", "ca"), ("central", "montreal")),
    "ca-west-1": (("canada west", "canada", "ca"), ("calgary",)),
    "cn-north-1": (("china", "cn", "china north"), ("beijing",)),
    "cn-northwest-1": (("china", "cn", "china northwest"), ("ningxia",)),
    "eu-central-1": (_EUROPE, ("frankfurt",)),
    "eu-central-2": (_EUROPE, ("zurich",)),
    "eu-north-1": (_EUROPE, ("stockholm",)),
    "eu-south-1": (_EUROPE, ("milan",)),
    "eu-south-2": (_EUROPE, ("spain", "madrid")),
    "eu-west-1": (_EUROPE, ("ireland", "dublin")),
    "eu-west-2": (_EUROPE, ("london",)),
    "eu-west-3": (_EUROPE, ("paris",)),
    "il-central-1": (("israel", "il"), ("tel aviv",)),
    "me-central-1": (_MIDDLE_EAST, ("uae", "dubai")),
    "me-south-1": (_MIDDLE_EAST, ("bahrain",)),
    "mx-central-1": (("mexico", "mx"), ("central", "queretaro")),
    "sa-east-1": (("south america", "sa"), ("sao paulo",)),
    "us-gov-east-1": (_GOVCLOUD, ("us east",)),
    "us-gov-west-1": (_GOVCLOUD, ("us west", "us")),
    "us-iso-east-1": (("us iso",), ("east",)),
    "us-iso-west-1": (("us iso",), ("west",)),
    "us-isob-east-1": (("us isob",), ("east", "east ohio")),
    "us-isob-west-1": (("us isob",), ("west",)),
    "us-isof-east-1": (("us isof",), ("east",)),
    "us-isof-south-1": (("us isof",), ("south",)),
    "eu-isoe-west-1": (("eu isoe",), ("west",)),
    "eusc-de-east-1": (("aws european sovereign cloud", "european sovereign cloud"), ("germany", "brandenburg")),
}


def _plain(name: str) -> str:
    """Lower case, no accents, words only."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())


_BY_NAME: Final = {
    f"{area} {place}": code for code, (areas, places) in _NAMES.items() for area, place in product(areas, places)
}
_MOST_WORDS: Final = max(len(name.split()) for name in _BY_NAME)


def region_code(value: object) -> str | None:
    """Return the value if it is written as a region's code (also in upper case). Placeholders are not: `REGION`."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    code = value.strip().lower()
    return code if _CODE.fullmatch(code) else None


def named_region(value: object) -> str | None:
    """Return the region that a code or a display name stands for; the longest beginning that is known counts,
    for relays write on after it: `EU (Milan) Status Open`.
    """
    if not isinstance(value, str):
        return None
    if code := region_code(value):
        return code
    words = _plain(value[:100]).split()[:_MOST_WORDS]
    for length in range(len(words), 1, -1):
        if code := _BY_NAME.get(" ".join(words[:length])):
            return code
    return None


def may_begin_a_code(value: str) -> bool:
    """Say whether the text could be a region code that was cut off."""
    return bool(value) and any(code.startswith(value) for code in _NAMES)
