"""Faults of certificates and of protocols that do not fit each other."""

from __future__ import annotations

from bot.demo.aws.faults.consequences import FAILED_CHECKS, edit_integration, fail, set_health, unreachable
from bot.demo.aws.faults.registry import (
    fault,
    has_network_only,
    is_application,
    is_http_api,
    is_network,
    is_rest,
    terminates_tls,
)
from bot.demo.aws.handle import Topology
from bot.demo.aws.parts.certificates import CertificateKind, make_certificate
from bot.demo.aws.traffic import Outcome, failing

_BUILDING = (
    "configuration error: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: "
    "unable to find valid certification path to requested target"
)
_VALIDITY = (
    "configuration error: PKIX path validation failed: java.security.cert.CertPathValidatorException: "
    "validity check failed"
)


def _refused(topology: Topology, text: str) -> Outcome:
    return failing(text, milliseconds=31) if topology.is_rest else unreachable(topology)


def _serve(
    topology: Topology, names: tuple[str, ...], *, kind: CertificateKind = "public", days_left: int = 200
) -> None:
    """Give the listener that terminates TLS another certificate."""
    old = max(190, 200 - days_left)
    made = make_certificate(topology.region, names, kind=kind, days_left=days_left, days_old=old)
    listener = topology.listener
    if "Certificates" not in listener:
        listener = topology.region.get("listener", ListenerArn=topology.inner_listener_arn)
    made["InUseBy"] = [listener["LoadBalancerArn"]]
    listener["Certificates"] = [{"CertificateArn": made["CertificateArn"]}]


@fault("TLS-01", terminates_tls)
def certificate_names_another_host(topology: Topology) -> None:
    """The listener's certificate is for another name than the integration's host."""
    name = f"{topology.name}.example.org"
    _serve(topology, (name, f"www.{name}"))
    text = f"Host name '{topology.host}' does not match the certificate subject provided by the peer (CN={name})"
    fail(topology, _refused(topology, f"configuration error: {text}"))


def targets_name_another_host(topology: Topology) -> None:
    """The servers behind a listener that passes TLS on serve another name: no call of AWS shows it."""
    subject = f"CN={topology.name}.example.org"
    text = f"Host name '{topology.host}' does not match the certificate subject provided by the peer ({subject})"
    with topology.world.lock:
        fail(topology, _refused(topology, f"configuration error: {text}"))


@fault("TLS-02", terminates_tls)
def certificate_expired(topology: Topology) -> None:
    """The listener's certificate has expired."""
    _serve(topology, (topology.host,), days_left=-3)
    fail(topology, _refused(topology, _VALIDITY))


@fault("TLS-03", terminates_tls)
def certificate_from_private_authority(topology: Topology) -> None:
    """The listener's certificate comes from a private authority, which API Gateway does not trust."""
    _serve(topology, (topology.host,), kind="private")
    fail(topology, _refused(topology, _BUILDING))


@fault("TLS-03", terminates_tls)
def certificate_chain_incomplete(topology: Topology) -> None:
    """The listener's certificate was imported without its intermediate: API Gateway finds no way to a root."""
    _serve(topology, (topology.host,), kind="leaf-only")
    fail(topology, _refused(topology, _BUILDING))


@fault("TLS-04", lambda topology: is_rest(topology) and terminates_tls(topology))
def self_signed_although_skipped(topology: Topology) -> None:
    """The certificate signs itself; insecureSkipVerification does not excuse that it is no authority."""
    _serve(topology, (topology.host,), kind="self-signed")
    edit_integration(topology, tlsConfig={"insecureSkipVerification": True})
    fail(topology, _refused(topology, _BUILDING))


@fault("TLS-05", lambda t: t.is_rest and t.scheme == "https" and has_network_only(t) and not t.certificate_arn)
def key_does_not_pair(topology: Topology) -> None:
    """The servers hold a private key that does not belong to their certificate."""
    fail(topology, failing("configuration error: Unable to verify ECDH ServerKeyExchange signature", milliseconds=31))


@fault("LB-06", lambda topology: is_rest(topology) and topology.scheme == "http" and is_network(topology))
def plain_request_to_tls_listener(topology: Topology) -> None:
    """The integration's URI says http, the listener expects TLS."""
    made = make_certificate(topology.region, (topology.host,))
    certificate = [{"CertificateArn": made["CertificateArn"]}]
    topology.listener.update(Protocol="TLS", SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06", Certificates=certificate)
    fail(topology, unreachable(topology, {"ClientTLSNegotiationErrorCount": 1}))


@fault("LB-06", lambda t: is_rest(t) and t.scheme == "https" and bool(t.inner_balancer_arn))
def tls_request_to_plain_inner_balancer(topology: Topology) -> None:
    """The integration's URI says https and the NLB passes it through, but the ALB behind it speaks plain HTTP."""
    listener = topology.region.get("listener", ListenerArn=topology.inner_listener_arn)
    listener["Protocol"] = "HTTP"
    for key in ("Certificates", "SslPolicy", "MutualAuthentication"):
        listener.pop(key, None)
    set_health(topology, FAILED_CHECKS, topology.group)
    text = "configuration error: Unrecognized SSL message, plaintext connection?"
    fail(topology, failing(text, milliseconds=11))


@fault("LB-06", lambda t: is_rest(t) and t.scheme == "https" and has_network_only(t) and bool(t.certificate_arn))
def encrypted_twice(topology: Topology) -> None:
    """The NLB ends TLS and speaks plain HTTP to servers that expect TLS: they answer with a TLS alert."""
    topology.group["Port"] = 8443
    for described in topology.group["Targets"]:
        described["Target"]["Port"] = 8443
        described["HealthCheckPort"] = "8443"
    group = topology.region.get("security-group", GroupId=topology.target_group_id)
    group["IpPermissions"][0].update(FromPort=8443, ToPort=8443)
    text = "configuration error: Invalid protocol version: \u0015\u0003\u0003\u0000\u0002\u0002P"
    fail(topology, failing(text, milliseconds=8))


@fault(
    "TLS-07", lambda topology: is_http_api(topology) and topology.scheme == "https" and bool(topology.certificate_arn)
)
def tls_config_missing(topology: Topology) -> None:
    """The listener expects HTTPS, but the integration has no TLS configuration and sends plain HTTP."""
    edit_integration(topology, TlsConfig=None)
    fail(topology, Outcome(status=400, backend_status=400))


@fault("TLS-08", lambda topology: is_application(topology) and bool(topology.certificate_arn))
def client_certificate_demanded(topology: Topology) -> None:
    """The ALB demands a client certificate, and the stage sends none."""
    store = topology.region.arn("elasticloadbalancing", "truststore/clients/0123456789abcdef")
    topology.listener["MutualAuthentication"] = {"Mode": "verify", "TrustStoreArn": store}
    text = "configuration error: Remote host terminated the handshake"
    fail(topology, _refused(topology, text))
