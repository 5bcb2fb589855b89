"""Whether the certificate's names cover the host that is asked for, on real servers."""

from __future__ import annotations

import pytest
from cryptography import x509

from tests.probe.certificates import Authority, Made, make
from tests.probe.conftest import NAME, Probe, http_part, promised, tls_part
from tests.probe.servers import OK, answering, serving, tls_context

COVERED = [
    pytest.param(("api.example.com",), "api.example.com", id="exact"),
    pytest.param(("www.example.com", "api.example.com"), "api.example.com", id="among others"),
    pytest.param(("*.example.com",), "api.example.com", id="wildcard, one level"),
    pytest.param(("API.Example.COM",), "api.example.com", id="upper case in the certificate"),
    pytest.param(("api.example.com",), "API.EXAMPLE.com.", id="upper case and a trailing dot in the URL"),
    pytest.param(("xn--bcher-kva.example",), "bücher.example", id="international"),
    pytest.param(("127.0.0.1",), "127.0.0.1", id="address"),
    pytest.param(("api.example.com", "127.0.0.1"), "127.0.0.1", id="address beside a name"),
    pytest.param(("2001:db8::1",), "2001:DB8:0::1", id="IPv6 address, spelt otherwise"),
]
NOT_COVERED = [
    pytest.param(("other.example.com",), "api.example.com", "nearest name is other.example.com", id="another name"),
    pytest.param(("*.example.com",), "a.b.example.com", "exactly one label", id="wildcard, two levels"),
    pytest.param(("*.example.com",), "example.com", "not example.com itself", id="wildcard, the parent"),
    pytest.param(("api-*.example.com",), "api-1.example.com", "whole left-most label", id="wildcard in a label"),
    pytest.param(("api.*.com",), "api.example.com", "whole left-most label", id="wildcard in the middle"),
    pytest.param(("*",), "api.example.com", "none of the names", id="wildcard alone"),
    pytest.param(("api.example.com",), "127.0.0.1", "no address at all", id="an address, and only names"),
    pytest.param(("127.0.0.2",), "127.0.0.1", "only 127.0.0.2", id="another address"),
]


@pytest.mark.parametrize(("names", "host"), COVERED)
async def test_covered(authority: Authority, probe_tls: Probe, names: tuple[str, ...], host: str) -> None:
    made = [authority.leaf(*names), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        result = await probe_tls(port, server_name=host)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(made[0], ()), "http": http_part(200)}
    assert result.tls.matched_name in made[0].names


@pytest.mark.parametrize(("names", "host", "words"), NOT_COVERED)
async def test_not_covered(
    authority: Authority, probe_tls: Probe, names: tuple[str, ...], host: str, words: str
) -> None:
    made = [authority.leaf(*names), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        result = await probe_tls(port, server_name=host)
    mismatch = tls_part(made[0], ("hostname-mismatch",))
    assert promised(result) == {"tcp": "ok", "tls": mismatch, "http": http_part(200)}
    assert words in result.tls.explanation


async def test_without_a_server_name_the_urls_host_must_be_covered(authority: Authority, probe_tls: Probe) -> None:
    made = [authority.leaf(NAME), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        assert (await probe_tls(port, server_name=None)).tls.faults == ("hostname-mismatch",)


async def test_the_common_name_counts_where_there_is_no_alternative_name(
    authority: Authority, probe_tls: Probe
) -> None:
    made = [make(NAME, issuer=authority.intermediate), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        result = await probe_tls(port)
    assert promised(result) == {"tcp": "ok", "tls": tls_part(made[0], ()), "http": http_part(200)}
    assert "no alternative names" in result.tls.notes[0]


async def test_the_common_name_does_not_count_beside_an_alternative_name(
    authority: Authority, probe_tls: Probe
) -> None:
    made = [make(NAME, issuer=authority.intermediate, names=("www.example.com",)), authority.intermediate]
    async with serving(answering(OK), tls_context(authority, *made)) as port:
        assert (await probe_tls(port)).tls.faults == ("hostname-mismatch",)


@pytest.mark.parametrize("as_name", [False, True], ids=["common name", "DNS name"])
async def test_an_address_does_not_count_as_a_name(authority: Authority, probe_tls: Probe, *, as_name: bool) -> None:
    wrongly = [x509.SubjectAlternativeName([x509.DNSName("127.0.0.1")])] if as_name else []
    made = make("127.0.0.1", issuer=authority.intermediate, extensions=wrongly)
    async with serving(answering(OK), tls_context(authority, made, authority.intermediate)) as port:
        result = await probe_tls(port, server_name=None)
    assert result.tls.faults == ("hostname-mismatch",)
    assert "no address at all" in result.tls.explanation


@pytest.mark.parametrize(("asked", "faults"), [(NAME, ()), ("other.example.com", ("hostname-mismatch",))])
async def test_the_certificate_is_the_one_that_the_server_name_selects(
    authority: Authority, probe_tls: Probe, asked: str, faults: tuple[str, ...]
) -> None:
    default: list[Made] = [authority.leaf("default.example.com"), authority.intermediate]
    context, named = tls_context(authority, *default), tls_context(authority, authority.leaf(NAME), default[1])

    def select(connection: object, name: str | None, _context: object) -> None:
        if name == NAME:
            connection.context = named  # type: ignore[attr-defined]  # an SSLObject

    context.sni_callback = select
    async with serving(answering(OK), context) as port:
        result = await probe_tls(port, server_name=asked)
    assert result.tls.faults == faults
    assert result.tls.sans == ((NAME,) if not faults else ("default.example.com",))
