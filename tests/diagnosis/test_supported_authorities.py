from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from bot.diagnosis.supported_authorities import STALE_AFTER, SupportedAuthorities, supported_authorities

AMAZON_ROOT_CA_1 = "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e"
ISRG_ROOT_X1 = "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"
NOBODY = "00" * 32


def _listing(*, complete: bool) -> SupportedAuthorities:
    return SupportedAuthorities("the page", date(2026, 4, 1), complete, {AMAZON_ROOT_CA_1: "amazonrootca1"})


@pytest.mark.parametrize(("root", "alias"), [(AMAZON_ROOT_CA_1, "amazonrootca1"), (ISRG_ROOT_X1, "isrgrootx1")])
def test_well_known_roots_are_on_the_copy(root: str, alias: str) -> None:
    assert supported_authorities().alias([NOBODY, root]) == alias
    assert supported_authorities().known([root])


def test_the_copy_is_well_formed() -> None:
    listed = supported_authorities()
    assert listed.source.startswith("https://docs.aws.amazon.com/")
    assert all(re.fullmatch(r"[0-9a-f]{64}", fingerprint) for fingerprint in listed.aliases)
    assert all(listed.aliases.values())


def test_an_extract_rules_nobody_out() -> None:
    assert _listing(complete=False).known([NOBODY]) is None
    assert _listing(complete=True).known([NOBODY]) is False


def test_a_copy_grows_stale() -> None:
    listed = _listing(complete=True)
    assert not listed.is_stale(listed.date + STALE_AFTER)
    assert listed.is_stale(listed.date + STALE_AFTER + timedelta(days=1))
