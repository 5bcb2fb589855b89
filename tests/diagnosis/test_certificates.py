"""Host names, dates and chains as a TLS client judges them."""

import re
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from ipaddress import ip_address
from ssl import DER_cert_to_PEM_cert, PEM_cert_to_DER_cert
from typing import get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.certificates import (
    MAX_CERTIFICATES,
    ChainState,
    ServedCertificate,
    Validity,
    chain_state,
    explain_mismatch,
    name_matches,
    read_chain,
    validity,
    wildcard_doubt,
)

MATCHES = [
    ("api.example.com", "www.example.com api.example.com", "api.example.com"),
    ("API.Example.COM", "api.example.com", "api.example.com"),
    ("api.example.com", "API.EXAMPLE.COM", "API.EXAMPLE.COM"),
    ("api.example.com.", "api.example.com", "api.example.com"),
    ("api.example.com", "api.example.com.", "api.example.com."),
    ("api.example.com", "*.example.com", "*.example.com"),
    ("api.example.com", "*.example.com api.example.com", "api.example.com"),
    ("localhost", "localhost", "localhost"),
    ("bücher.example.com", "xn--bcher-kva.example.com", "xn--bcher-kva.example.com"),
    ("xn--bcher-kva.example.com", "BÜCHER.example.com", "BÜCHER.example.com"),
    ("api.bücher.example", "*.xn--bcher-kva.example", "*.xn--bcher-kva.example"),
    ("10.0.0.7", "10.0.0.7", "10.0.0.7"),
    ("[2001:DB8:0::7]", "2001:db8::7", "2001:db8::7"),
    ("shop.co.uk", "*.co.uk", "*.co.uk"),
]
NONE_OF = "is none of the names in the certificate:"
WHOLE_LABEL = "does not count: a wildcard must be the whole left-most label"
MISMATCHES = [
    ("example.com", "*.example.com", "*.example.com covers names one label below example.com, not example.com itself"),
    (
        "a.b.example.com",
        "x.example.com *.example.com",
        "exactly one label before example.com, and a.b.example.com has 2",
    ),
    ("api-1.example.com", "api-*.example.com", f"api-*.example.com {WHOLE_LABEL}"),
    ("api.eu.example.com", "api.*.example.com", f"api.*.example.com {WHOLE_LABEL}"),
    ("api.example.com", "api.example.org www.example.com", "the nearest name is www.example.com"),
    ("api.example.com", "a.example.org b.org c.org d.org", f"{NONE_OF} a.example.org, b.org, c.org (+1 more)"),
    ("10.0.0.7", "10.0.0.8", "is an IP address, and the certificate names only 10.0.0.8"),
    ("10.0.0.7", "*.0.0.7 example.com", "the certificate names no address at all, only *.0.0.7, example.com"),
    ("api.example.com", "", "the certificate names no host"),
    ("api.example.com", ".. *", f"{NONE_OF} *"),
    ("api..example.com", "*.example.com", "'api..example.com' is not a host name"),
    ("", "*.example.com", "'' is not a host name"),
]


@pytest.mark.parametrize(("host", "names", "match"), MATCHES, ids=[f"{h} in {n}" for h, n, _ in MATCHES])
def test_a_name_covers_the_host(host, names, match):
    assert name_matches(host, names.split()) == match
    assert explain_mismatch(host, names.split()) == f"{host} is covered by {match}"


@pytest.mark.parametrize(("host", "names", "why"), MISMATCHES, ids=[f"{h} not in {n}" for h, n, _ in MISMATCHES])
def test_no_name_covers_the_host(host, names, why):
    assert name_matches(host, names.split()) is None
    assert why in explain_mismatch(host, names.split())


@pytest.mark.parametrize("name", ["*.com", "*.co.uk", "*.com.au", "*.internal"])
def test_a_wildcard_over_a_public_suffix_is_doubtful(name):
    assert "public suffix" in wildcard_doubt(name)
    assert not any(map(wildcard_doubt, [f"*.example{name[1:]}", name[2:], ""]))


labels = st.text("ab-1", min_size=1, max_size=3)
hosts = st.lists(labels, min_size=1, max_size=4).map(".".join).filter(lambda h: not h.replace(".", "").isdigit())
patterns = st.builds(lambda star, rest: "*." + rest if star else rest, st.booleans(), hosts)


@given(hosts, st.lists(patterns, max_size=4))
def test_names_agree_with_a_regular_expression(host, names):
    fitting = [n for n in names if re.fullmatch(re.escape(n).replace(r"\*", "[^.]+"), host, re.IGNORECASE)]
    match = name_matches(host, names)
    assert match in fitting if fitting else match is None
    assert "*" not in (match or "") or host not in names


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=5))
def test_hostile_names_get_an_answer(host, names):
    match = name_matches(host, names)
    assert match is None or match in names
    assert explain_mismatch(host, names)
    assert all(isinstance(wildcard_doubt(name), str) for name in names)


NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

DATES = {
    "valid": (NOON - DAY, NOON + 90 * DAY, Validity("valid", 90)),
    "exactly thirty days": (NOON - DAY, NOON + 30 * DAY, Validity("valid", 30)),
    "ends within thirty days": (NOON - DAY, NOON + 30 * DAY - SECOND, Validity("expires-soon", 29)),
    "ends this second": (NOON - DAY, NOON, Validity("expires-soon", 0)),
    "ended just now": (NOON - DAY, NOON - SECOND, Validity("expired", 0)),
    "ended": (NOON - 9 * DAY, NOON - 3 * DAY, Validity("expired", 3)),
    "begins now": (NOON, NOON + 90 * DAY, Validity("valid", 90)),
    "begins later": (NOON + 2 * DAY, NOON + 90 * DAY, Validity("not-yet-valid", 2)),
    "no beginning": (None, NOON + 90 * DAY, Validity("valid", 90)),
    "no end": (NOON - DAY, None, Validity("unknown", 0)),
    "no end, begins later": (NOON + DAY, None, Validity("not-yet-valid", 1)),
    "dates without a zone": (datetime(2026, 1, 1), datetime(2026, 6, 15, 11), Validity("expired", 0)),  # noqa: DTZ001 - meant
    "another zone": (None, datetime(2026, 6, 15, 13, tzinfo=timezone(2 * timedelta(hours=1))), Validity("expired", 0)),
}


@pytest.mark.parametrize(("begin", "end", "expected"), DATES.values(), ids=DATES)
def test_validity(begin, end, expected):
    assert validity(begin, end, NOON) == expected


def test_how_soon_is_soon_can_be_said():
    assert validity(None, NOON + 40 * DAY, NOON, soon=45 * DAY).state == "expires-soon"


moments = st.none() | st.datetimes(timezones=st.none() | st.timezones())


@given(moments, moments, st.datetimes(timezones=st.none() | st.timezones()))
def test_any_dates_get_an_answer(begin, end, now):
    answer = validity(begin, end, now)
    assert answer.days >= 0
    assert (answer.state == "unknown") <= (end is None)


KEYS = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("leaf", "intermediate", "root", "stranger")}


def make(name, issuer, *, key=None, ca=True, sans=(), signs=True):
    """Return a certificate as PEM. The keys go by the names of their owners, if not said otherwise."""
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in (name, issuer)]
    builder = (
        x509.CertificateBuilder(names[1], names[0], KEYS[name].public_key(), 1, NOON - DAY, NOON + DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(*[False] * 5, signs, *[False] * 3), critical=True)
    )
    if sans:
        builder = builder.add_extension(x509.SubjectAlternativeName(sans), critical=False)
    signed = builder.sign(KEYS[key or issuer], hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


SANS = [x509.DNSName("api.example.com"), x509.DNSName("10.0.0.8"), x509.IPAddress(ip_address("10.0.0.7"))]
LEAF = make("leaf", "intermediate", ca=False, signs=False, sans=SANS)
LEAF_DER = PEM_cert_to_DER_cert(LEAF)
INTERMEDIATE = make("intermediate", "root")
ROOT = make("root", "root")
STRANGER = make("stranger", "stranger")
FORGED_LEAF = make("leaf", "intermediate", key="stranger", ca=False)
OLD_LEAF = make("leaf", "leaf", ca=False)
BROKEN = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
OLD_ROOT_SIGNED_WITH_SHA1 = """
-----BEGIN CERTIFICATE-----
MIIBfDCCASKgAwIBAgIUOs3kwMc8K+3rAcVXdvWyT7Lgdw0wCQYHKoZIzj0EATAT
MREwDwYDVQQDDAhPbGQgUm9vdDAgFw0yNjExMjIyMjM1MjJaGA8yMTI2MTAyOTIy
MzUyMlowEzERMA8GA1UEAwwIT2xkIFJvb3QwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAAT4ZDue8okI1P+kHuKLUCqRvJ6KbliQ+Ap27jrflLih6Dl0l4Off4B8yL5+
q0v3hagAsc9nzRUWjvyALz6KsRM4o1MwUTAdBgNVHQ4EFgQUxhbdmZ2wWua2YmSB
WrLSwSRXoYwwHwYDVR0jBBgwFoAUxhbdmZ2wWua2YmSBWrLSwSRXoYwwDwYDVR0T
AQH/BAUwAwEB/zAJBgcqhkjOPQQBA0kAMEYCIQDl3RVWBZZvXe4gevRO/BsHTZIp
rZtKNi5Wf9an3jyehgIhALFVWW1z1no2Qd3my+zbMK6YIrdbvD8kX6JWD4j4zNKS
-----END CERTIFICATE-----
"""


def test_what_a_certificate_says():
    (leaf,) = read_chain(LEAF)
    assert (leaf.problem, leaf.subject, leaf.issuer, leaf.common_name) == ("", "CN=leaf", "CN=intermediate", "leaf")
    assert leaf.sans == leaf.names == ("api.example.com", "DNS:10.0.0.8", "10.0.0.7")
    assert (leaf.not_before, leaf.not_after) == (NOON - DAY, NOON + DAY)
    assert (leaf.is_ca, leaf.key_cert_sign, leaf.self_signed) == (False, False, False)
    assert leaf.sha256 == sha256(LEAF_DER).hexdigest()


def test_an_address_entered_as_a_dns_name_does_not_cover_the_address():
    (leaf,) = read_chain(LEAF)
    assert name_matches("10.0.0.7", leaf.names) == "10.0.0.7"
    assert name_matches("10.0.0.8", leaf.names) is None


def test_what_a_root_says():
    (root,) = read_chain(ROOT)
    assert (root.is_ca, root.key_cert_sign, root.self_signed) == (True, True, True)
    assert root.names == ("root",)


def test_a_signature_too_old_to_verify_is_believed():
    (root,) = read_chain(OLD_ROOT_SIGNED_WITH_SHA1)
    assert (root.subject, root.self_signed) == ("CN=Old Root", True)


def test_a_name_alone_does_not_make_a_certificate_self_signed():
    (certificate,) = read_chain(make("root", "root", key="stranger"))
    assert not certificate.self_signed


def test_text_and_keys_between_the_certificates_are_passed_over():
    key = "-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n"
    text = f"depth=2 C = US\n{LEAF}subject=CN=leaf\n{key}\r\n{INTERMEDIATE}---\nServer certificate"
    assert [c.common_name for c in read_chain(text)] == ["leaf", "intermediate"]


@pytest.mark.parametrize("text", ["", "no certificate", "-----END CERTIFICATE-----"])
def test_no_certificate_at_all(text):
    assert read_chain(text) == ()


@pytest.mark.parametrize("text", [BROKEN, LEAF[:200], "-----BEGIN CERTIFICATE-----"])
def test_an_unreadable_certificate_says_so(text):
    first, second = read_chain(f"{text}\n{ROOT}")
    assert first.problem.startswith("the certificate cannot be read")
    assert second.common_name == "root"


def test_a_text_without_end_is_bounded():
    chain = read_chain(ROOT * (MAX_CERTIFICATES + 5))
    assert len(chain) == MAX_CERTIFICATES + 1
    assert chain[-1].problem == f"only the first {MAX_CERTIFICATES} of {MAX_CERTIFICATES + 5} were read"


CHAINS = {
    "leaf and intermediate": ([LEAF, INTERMEDIATE], "complete"),
    "with the root": ([LEAF, INTERMEDIATE, ROOT], "complete"),
    "a stranger at the end": ([LEAF, INTERMEDIATE, STRANGER], "complete"),
    "the leaf twice": ([LEAF, LEAF, INTERMEDIATE], "unordered"),
    "leaf only": ([LEAF], "incomplete"),
    "the wrong intermediate": ([LEAF, STRANGER], "incomplete"),
    "root without intermediate": ([LEAF, ROOT], "incomplete"),
    "an intermediate of the right name that did not sign": ([FORGED_LEAF, INTERMEDIATE, ROOT], "incomplete"),
    "root before intermediate": ([LEAF, ROOT, INTERMEDIATE], "unordered"),
    "a stranger in between": ([LEAF, STRANGER, INTERMEDIATE], "unordered"),
    "root first": ([ROOT, INTERMEDIATE, LEAF], "unordered"),
    "intermediate first": ([INTERMEDIATE, LEAF], "unordered"),
    "self-signed": ([OLD_LEAF], "self-signed"),
    "self-signed with a stranger": ([OLD_LEAF, STRANGER], "self-signed"),
    "a root alone": ([ROOT], "self-signed"),
    "nothing": ([], "unreadable"),
    "unreadable leaf": ([BROKEN, INTERMEDIATE], "unreadable"),
    "unreadable intermediate": ([LEAF, BROKEN], "unreadable"),
    "unreadable stranger": ([LEAF, INTERMEDIATE, BROKEN], "complete"),
}


@pytest.mark.parametrize(("pems", "state"), CHAINS.values(), ids=CHAINS)
def test_chain_state(pems, state):
    assert chain_state(read_chain("".join(pems))) == state


def test_two_authorities_that_signed_each_other_do_not_go_round_for_ever():
    crossed = make("root", "intermediate")
    assert chain_state(read_chain(LEAF + INTERMEDIATE + crossed)) == "complete"


def test_without_the_certificates_themselves_the_names_decide():
    chain = (
        ServedCertificate(subject="CN=leaf", issuer="CN=ca", sha256="1"),
        ServedCertificate(subject="CN=ca", issuer="CN=root", sha256="2"),
    )
    assert chain_state(chain) == "complete"


@given(st.lists(st.sampled_from([LEAF, INTERMEDIATE, ROOT, STRANGER, FORGED_LEAF, OLD_LEAF, BROKEN]), max_size=5))
def test_a_complete_chain_begins_with_a_certificate_and_the_one_that_signed_it(pems):
    links = ([LEAF, INTERMEDIATE], [INTERMEDIATE, ROOT])
    assert chain_state(read_chain("".join(pems))) != "complete" or pems[:2] in links


@given(st.dictionaries(st.integers(0, len(LEAF_DER) - 1), st.integers(0, 255), max_size=4))
def test_damaged_certificates_get_an_answer(changes):
    damaged = bytes(changes.get(position, byte) for position, byte in enumerate(LEAF_DER))
    chain = read_chain(DER_cert_to_PEM_cert(damaged) + INTERMEDIATE)
    assert len(chain) == 2
    assert chain_state(chain) in get_args(ChainState)


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text):
    assert chain_state(read_chain(f"-----BEGIN CERTIFICATE-----{text}")) == "unreadable"
