from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from jsonschema import validate

from bot.probe.cli_text import run_probe
from tests.probe.certificates import DAY, Authority, make
from tests.probe.conftest import CONTRACT, NAME, SHORT
from tests.probe.servers import OK, answering, serving, tls_context


async def test_json_is_the_contract(authority: Authority) -> None:
    made = [authority.leaf(NAME), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        text, status = await asyncio.to_thread(
            run_probe, f"https://localhost:{port}/", server_name=NAME, ca_file=authority.ca_file, output="json"
        )
    found = json.loads(text)
    validate(found, CONTRACT)
    assert status == 0
    assert (
        found["tls"] | {"ok": True, "fault": None, "faults": [], "sans": [NAME], "subject": f"CN={NAME}"}
        == found["tls"]
    )
    assert found["http"] | {"ok": True, "status": 200, "fault": None} == found["http"]


async def test_json_of_a_plain_port_has_no_tls() -> None:
    async with serving(answering(OK)) as port:
        text, status = await asyncio.to_thread(run_probe, f"http://127.0.0.1:{port}/", output="json")
    found = json.loads(text)
    validate(found, CONTRACT)
    assert (found["tls"], found["http"]["status"], status) == (None, 200, 0)


async def test_json_of_a_closed_port_stops_at_tcp() -> None:
    async with serving(answering(OK)) as port:
        pass
    text, status = await asyncio.to_thread(run_probe, f"https://127.0.0.1:{port}", output="json", limits=SHORT)
    found = json.loads(text)
    validate(found, CONTRACT)
    assert (found["tcp"], found["tls"], found["http"], status) == ("refused", None, None, 1)


async def test_text_draws_the_chain_and_says_what_is_wrong(authority: Authority) -> None:
    made = [authority.leaf("*.example.com", begins=-9 * DAY, ends=-2 * DAY), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        text, status = await asyncio.to_thread(
            run_probe, f"https://127.0.0.1:{port}/", server_name=NAME, ca_file=authority.ca_file, output="text"
        )
    assert status == 1
    for words in (
        "ok  TCP   connected",
        "BAD TLS   expired (TLSv1.3",
        f"{NAME} is covered by *.example.com",
        "CN=*.example.com  [",
        "EXPIRED",
        "└─ CN=Example Issuing",
        "   └─ CN=Example Root  (trusted root)",
        "ok  HTTP  HTTP/1.1 200",
        "over TLS that is not in order",
    ):
        assert words in text


async def test_text_shows_no_control_characters_of_a_certificate(authority: Authority) -> None:
    made = make("evil\x1b[2Jname", names=(NAME,))
    async with serving(answering(OK), tls_context(authority, made)) as port:
        text, _ = await asyncio.to_thread(run_probe, f"https://127.0.0.1:{port}/", server_name=NAME, output="text")
    assert "self-signed" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.com",
        "ftp://api.example.com/",
        "https://",
        "https://api.example.com:0/",
        "https://api.example.com:99999/",
        "https://api.example.com:port/",
        "https://user:word@api.example.com/",
        "https://exa mple.com/",
        "https://[::1/",
        "http://api.example.com/a b",
        "http://a..example.com/",
    ],
)
def test_a_url_that_cannot_be_probed_says_what_was_expected(url: str) -> None:
    with pytest.raises(ValueError, match="Expected"):
        run_probe(url)


@pytest.mark.parametrize(
    "text", [None, "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_ca_file_that_holds_none_says_what_was_expected(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "roots.pem"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValueError, match="Expected a PEM file"):
        run_probe("https://127.0.0.1:1/", ca_file=str(path))


@pytest.mark.parametrize("name", ["", "a b", "-" * 64, "x\r\nHost: y"])
def test_a_server_name_that_is_none_says_what_was_expected(name: str) -> None:
    with pytest.raises(ValueError, match="Expected"):
        run_probe("https://127.0.0.1:1/", server_name=name)
