"""Whether API Gateway knows the root that a server's chain leads to, by our copy of its list."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.diagnosis.supported_authorities import SupportedAuthorities
from tests.probe.certificates import Authority, make
from tests.probe.conftest import NAME, Probe
from tests.probe.servers import OK, answering, serving, tls_context


def _listing(monkeypatch: pytest.MonkeyPatch, *fingerprints: str, complete: bool) -> None:
    today = datetime.now(UTC).date()
    listed = SupportedAuthorities("the page", today, complete, dict.fromkeys(fingerprints, "exampleroot"))
    monkeypatch.setattr("bot.probe.trust.supported_authorities", lambda: listed)


async def test_a_listed_root_is_known(authority: Authority, probe_tls: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    _listing(monkeypatch, authority.root.sha256, complete=False)
    async with serving(answering(OK), tls_context(authority, authority.leaf(NAME), authority.intermediate)) as port:
        result = await probe_tls(port)
    assert (result.tls.ok, result.tls.root_known, result.tls.root_alias) == (True, True, "exampleroot")


@pytest.mark.parametrize(("complete", "known"), [(True, False), (False, None)])
async def test_a_root_that_is_not_listed_is_ruled_out_by_a_whole_list_only(
    authority: Authority, probe_tls: Probe, monkeypatch: pytest.MonkeyPatch, *, complete: bool, known: bool | None
) -> None:
    _listing(monkeypatch, complete=complete)
    async with serving(answering(OK), tls_context(authority, authority.leaf(NAME), authority.intermediate)) as port:
        result = await probe_tls(port)
    assert (result.tls.ok, result.tls.root_known) == (True, known)
    assert bool(result.tls.notes) == complete


async def test_a_chain_whose_end_was_not_seen_is_not_ruled_out(
    authority: Authority, probe_tls: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    _listing(monkeypatch, complete=True)
    async with serving(answering(OK), tls_context(authority, authority.leaf(NAME))) as port:
        result = await probe_tls(port)
    assert (result.tls.faults, result.tls.root_known) == (("incomplete-chain",), None)


async def test_a_root_that_only_api_gateway_trusts_is_trusted(
    authority: Authority, probe_tls: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make("Elsewhere Root", authority=True)
    _listing(monkeypatch, root.sha256, complete=False)
    async with serving(answering(OK), tls_context(authority, authority.leaf(NAME, issuer=root), root)) as port:
        result = await probe_tls(port)
    assert (result.tls.faults, result.tls.trusted_root, result.tls.root_known) == ((), root.subject, True)
    assert "API Gateway trusts it" in result.tls.notes[0]
