from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from jsonschema import validate

from bot.cli import main
from bot.probe.cli_text import run_probe
from tests.probe.certificates import DAY, Authority, make
from tests.probe.conftest import CONTRACT, NAME, PATIENT
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
    text, status = await asyncio.to_thread(run_probe, f"https://127.0.0.1:{port}", output="json", limits=PATIENT)
    found = json.loads(text)
    validate(found, CONTRACT)
    assert (found["tcp"], found["tls"], found["http"], status) == ("refused", None, None, 1)


async def test_text_draws_the_chain_and_says_what_is_wrong_and_what_to_do(authority: Authority) -> None:
    made = [authority.leaf("*.example.com", begins=-9 * DAY, ends=-2 * DAY), authority.intermediate, make("stranger")]
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        text, status = await asyncio.to_thread(
            run_probe, f"https://127.0.0.1:{port}/", server_name=NAME, ca_file=authority.ca_file, output="text"
        )
    assert status == 1
    assert max(map(len, text.splitlines())) <= 80
    leaf, issuing = (
        [f"{moment:%Y-%m-%d}" for moment in (one.certificate.not_valid_before_utc, one.certificate.not_valid_after_utc)]
        for one in made[:2]
    )
    assert (
        text
        == f"""\
https://127.0.0.1:{port}/
asked for {NAME}

ok  TCP   connected
BAD TLS   expired (TLSv1.3, TLS_AES_256_GCM_SHA384)
          expired: the server's certificate expired 2 days ago, on {leaf[1]}
          → renew the certificate and reload the server
          names in the certificate: *.example.com
          {NAME} is covered by *.example.com
          chain as served (complete):
             CN=*.example.com
             valid from {leaf[0]} to {leaf[1]}, EXPIRED
             └─ issued by CN=Example Issuing
                valid from {issuing[0]} to {issuing[1]}
                └─ issued by CN=Example Root (trusted root, need not be served)
          API Gateway's list of authorities: our copy does not tell
          also sent, without a part in the chain: CN=stranger
ok  HTTP  HTTP/1.1 200 (over TLS that is not in order)
          the backend answers HTTP 200
"""
    )


async def test_text_shows_no_control_characters_of_a_certificate(authority: Authority) -> None:
    made = make("evil\x1b[2Jname", names=(NAME,))
    async with serving(answering(OK), tls_context(authority, made)) as port:
        text, _ = await asyncio.to_thread(run_probe, f"https://127.0.0.1:{port}/", server_name=NAME, output="text")
    assert "self-signed" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("seconds", ["0", "-1", "901", "nan", "soon"])
def test_an_idle_watch_that_makes_no_sense_is_refused(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["probe", "--idle", seconds, "http://127.0.0.1:1/"])
    assert stopped.value.code == 2
    assert "expected 1 to 900 seconds" in capsys.readouterr().err


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
