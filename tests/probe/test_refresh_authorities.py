"""A new copy of API Gateway's list, from the page's text as Markdown, as HTML and as a reflowed paragraph."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.diagnosis.supported_authorities import DATA, supported_authorities
from bot.probe.refresh_authorities import FEWEST, main, parse


def _fingerprint(number: int) -> str:
    return ":".join(["AB"] * 30 + [f"{number >> 8:02X}", f"{number & 255:02X}"])


def _page(entry: str, count: int = FEWEST + 20) -> str:
    head = "The following list shows the certificate authorities supported by API Gateway.\n"
    return head + "".join(
        entry.format(number=n, sha1=":".join(["CD"] * 20), sha256=_fingerprint(n)) for n in range(count)
    )


MARKDOWN = "Alias name: root{number}.pem\n\t SHA1: {sha1}\n\t SHA256: {sha256}\n"
OLD_MARKDOWN = "Alias name: root{number}.pem\n\t MD5:  D5:E9:81:40\n\t SHA256: {sha256}\n"
HTML = "<p>Alias name: root{number}.pem<br/> SHA1: {sha1}<br/> <code>SHA256: {sha256}</code></p>"
PARAGRAPH = "Alias name: root{number}.pem SHA1: {sha1} SHA256: {sha256} "


@pytest.mark.parametrize("entry", [MARKDOWN, OLD_MARKDOWN, HTML, PARAGRAPH])
def test_every_shape_of_the_page_is_read(entry: str) -> None:
    found = parse(_page(entry))
    assert len(found) == FEWEST + 20
    assert found[_fingerprint(7).replace(":", "").lower()] == "root7.pem"


def test_two_names_of_one_certificate_are_one_authority() -> None:
    assert len(parse(_page(MARKDOWN) + MARKDOWN.format(number=999, sha1="CD", sha256=_fingerprint(0)))) == FEWEST + 20


def test_an_extract_is_no_page() -> None:
    with pytest.raises(ValueError, match="expected the text of the whole page"):
        parse(_page(MARKDOWN, count=9))


def test_an_entry_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match=r"no SHA-256 fingerprint can be read for torn\.pem"):
        parse(_page(MARKDOWN) + "Alias name: torn.pem\n\t SHA256: AB:CD\n")


def test_the_data_file_is_written_and_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, data = tmp_path / "page.txt", tmp_path / "authorities.json"
    page.write_text(_page(MARKDOWN))
    data.write_bytes(DATA.read_bytes())
    assert main([str(page), "--date", "2026-11-28"], data=data) == 0
    listed = supported_authorities(data)
    assert (listed.complete, str(listed.date), len(listed.aliases)) == (True, "2026-11-28", FEWEST + 20)
    assert f"{FEWEST + 20} new" in capsys.readouterr().out
    assert len(data.read_text().splitlines()) == len(listed.aliases) + 7


def test_a_text_that_is_not_the_page_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, data = tmp_path / "page.txt", tmp_path / "authorities.json"
    page.write_text("nothing")
    data.write_bytes(DATA.read_bytes())
    assert main([str(page)], data=data) == 2
    assert "expected the text of the whole page" in capsys.readouterr().err
    assert json.loads(data.read_text()) == json.loads(DATA.read_text())
