"""What a probe saw, told in the reader's language: every state and fault that the probe knows has words."""

from datetime import timedelta
from typing import get_args

import pytest

from bot.diagnosis import resources as r
from bot.diagnosis.probe_words import HTTP_WORDS, TCP_WORDS, TLS_WORDS, http_words, tcp_words, tls_words
from bot.language import LANGUAGES, speaking
from bot.probe.result import HttpFault, TcpState, TlsFault
from tests.diagnosis import worlds as w

OWN = "what the probe says"
LEAF = r.ProbedCertificate(
    subject="CN=orders.example.com",
    issuer="CN=Example Issuing",
    not_before=w.NOW - timedelta(days=90),
    not_after=w.NOW - timedelta(days=1),
)
ABOVE = r.ProbedCertificate(
    subject="CN=Example Issuing", issuer="CN=Example Root", not_before=w.NOW + timedelta(days=2)
)
FRENCH_TCP = {
    "ok": "la connexion TCP a été acceptée",
    "refused": "la connexion TCP a été refusée\u00a0: l'hôte répond, mais rien n'écoute sur le port 8443",
    "timeout": "rien n'a répondu à la connexion TCP",
    "unreachable": "10.0.1.7 n'est pas joignable depuis l'endroit où se trouvait la sonde",
}
FRENCH_TLS = {
    "not-tls": "le port 8443 ne parle pas TLS",
    "handshake-failed": "la négociation TLS n'a pas abouti",
    "key-mismatch": "la clé privée du serveur ne correspond pas à son certificat (CN=orders.example.com)",
    "self-signed": (
        "le certificat du serveur (CN=orders.example.com) est auto-signé et ne figure pas parmi ceux de confiance"
    ),
    "incomplete-chain": "le serveur n'envoie pas CN=Example Root, qui a émis CN=Example Issuing",
    "untrusted-root": "la chaîne mène à CN=Example Root, qui n'est pas une racine de confiance",
    "expired": f"CN=orders.example.com a expiré le {w.NOW - timedelta(days=1):%Y-%m-%d}",
    "not-yet-valid": f"CN=Example Issuing ne sera valide qu'à partir du {w.NOW + timedelta(days=2):%Y-%m-%d}",
    "hostname-mismatch": "api.example.com n'est pas le nom inscrit dans le certificat (CN=orders.example.com)",
}
FRENCH_HTTP = {
    "not-http": "le port 8443 ne répond pas en HTTP/1.1",
    "tls-on-plain-port": (
        "ce qui se trouve derrière ce TLS attend lui-même du TLS, et la requête lui est venue en HTTP en clair"
    ),
    "reset": "la connexion a été réinitialisée avant la fin de la réponse HTTP",
    "closed": "la connexion a été fermée avant la fin de la réponse HTTP",
    "timeout": "la réponse HTTP n'est pas arrivée à temps",
}


def probe(tls: r.ProbedTls | None = None, http: str = "", tcp: str = "ok") -> r.Probe:
    return r.Probe(
        at=w.NOW,
        seen_from="bastion",
        address="10.0.1.7",
        port=8443,
        scheme="https",
        server_name="api.example.com",
        tcp=tcp,
        explanation=f"10.0.1.7:8443 {OWN}",
        tls=tls,
        http=r.ProbedHttp(fault=http, explanation=OWN),
    )


def tls(fault: str, own: str = OWN, **changes: object) -> r.Probe:
    shown = r.ProbedTls(faults=(fault,), explanations={fault: own}, subject=LEAF.subject, chain=(LEAF, ABOVE))
    return probe(shown.model_copy(update=changes))


def test_every_state_and_fault_of_the_probe_has_words():
    assert set(TCP_WORDS) == set(FRENCH_TCP) == set(get_args(TcpState))
    assert set(TLS_WORDS) == set(FRENCH_TLS) == set(get_args(TlsFault))
    assert set(HTTP_WORDS) == set(FRENCH_HTTP) == set(get_args(HttpFault))


@pytest.mark.parametrize("state", get_args(TcpState))
def test_a_state_of_tcp(state):
    assert tcp_words(probe(tcp=state)) == OWN, "English readers get the probe's own words, without the place"
    with speaking("fr"):
        assert tcp_words(probe(tcp=state)) == FRENCH_TCP[state]


@pytest.mark.parametrize("fault", get_args(TlsFault))
def test_a_fault_of_tls(fault):
    assert tls_words(tls(fault), fault) == OWN
    with speaking("fr"):
        assert tls_words(tls(fault), fault) == FRENCH_TLS[fault]


@pytest.mark.parametrize("fault", get_args(HttpFault))
def test_a_fault_of_http(fault):
    seen = probe(r.ProbedTls(), http=fault)
    assert http_words(seen) == OWN
    with speaking("fr"):
        assert http_words(seen) == FRENCH_HTTP[fault]


def test_a_port_that_wants_tls_and_got_none():
    with speaking("fr"):
        words = http_words(probe(http="tls-on-plain-port"))
    assert words == "le port 8443 attend du TLS, et la requête est venue en HTTP en clair"


@pytest.mark.parametrize(
    ("own", "shown", "words"),
    [
        (OWN, {"client_certificate": "required"}, "le serveur exige un certificat client, et la sonde n'en a pas"),
        (
            OWN,
            {"protocol": "TLSv1.1", "cipher": "AES128-SHA"},
            "le serveur ne parle que TLSv1.1, et les clients actuels exigent TLS 1.2 ou une version ultérieure",
        ),
        (
            "the server ended the TLS handshake with alert 40 (handshake_failure)",
            {},
            "le serveur a mis fin à la négociation TLS par alert 40 (handshake_failure)",
        ),
        (
            OWN,
            {"protocol": "TLSv1.2", "cipher": "AES128-SHA"},
            "le serveur parle TLSv1.2 avec AES128-SHA, et un client actuel ne peut pas mener "
            "la négociation TLS avec lui",
        ),
    ],
)
def test_a_handshake_that_failed_is_told_as_far_as_the_evidence_knows_why(own, shown, words):
    with speaking("fr"):
        assert tls_words(tls("handshake-failed", own, **shown), "handshake-failed") == words


def test_a_wrong_name_is_told_with_the_names_of_the_certificate():
    with speaking("fr"):
        words = tls_words(tls("hostname-mismatch", sans=("orders.example.com",)), "hostname-mismatch")
    assert "api.example.com" in words
    assert "orders.example.com" in words
    assert words != OWN


def test_what_the_evidence_cannot_tell_stays_in_the_words_of_the_probe():
    with speaking("fr"):
        assert tls_words(tls("incomplete-chain", chain=()), "incomplete-chain") == OWN
        assert tls_words(tls("a-newer-fault"), "a-newer-fault") == OWN
        assert http_words(probe(http="a-newer-fault")) == OWN
        assert tcp_words(probe(tcp="a-newer-state")) == OWN


def test_english_readers_get_the_words_of_the_table_where_the_probe_has_none():
    assert tls_words(tls("not-tls", own=""), "not-tls") == "port 8443 does not speak TLS"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_without_any_words_is_told_by_its_name(language):
    with speaking(language):
        assert tls_words(tls("incomplete-chain", own="", chain=()), "incomplete-chain") == "incomplete-chain"
        assert tls_words(tls("a-newer-fault", own=""), "a-newer-fault") == "a-newer-fault"


def test_secrets_in_what_a_server_sent_are_not_told():
    with speaking("fr"):
        words = tls_words(tls("self-signed", subject="CN=AKIAIOSFODNN7EXAMPLE"), "self-signed")
    assert "AKIAIOSFODNN7EXAMPLE" not in words


def test_no_fault_of_http_has_no_words():
    assert http_words(probe()) == ""
