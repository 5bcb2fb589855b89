"""Secrets never survive; what a diagnosis needs always does."""

from typing import Any

import pytest

from bot.diagnosis.redaction import redact
from tests.diagnosis.secrets_corpus import CORPUS, written


def in_every(carriers: str, secrets: str) -> list[Any]:
    return [
        pytest.param(secret, carrier, id=f"{secret['id']}-in-{carrier['id']}")
        for secret in CORPUS[secrets]
        for carrier in CORPUS[carriers]
    ]


def assert_gone(encoded: str, text: str, redacted: str) -> None:
    """Neither the secret nor a piece of it that would help to guess it."""
    assert "[redacted:" in redacted
    for piece in {encoded, encoded[: len(encoded) // 2], encoded[-len(encoded) // 2 :]}:
        assert piece not in redacted or piece in text.replace(encoded, "", 1), redacted


def test_the_corpus_is_broad():
    assert len(CORPUS["shaped"]) + len(CORPUS["named"]) >= 60
    assert len(CORPUS["carriers"]) + len(CORPUS["named_carriers"]) >= 15


@pytest.mark.parametrize(("secret", "carrier"), in_every("carriers", "shaped"))
def test_a_secret_known_by_its_shape_is_taken_out_of_every_carrier(secret, carrier):
    text, encoded = written(carrier, "".join(secret["parts"]))
    assert_gone(encoded, text, redact(text))
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(("secret", "carrier"), in_every("named_carriers", "named"))
def test_a_secret_known_by_its_name_is_taken_out_of_every_carrier(secret, carrier):
    text, encoded = written(carrier, "".join(secret["parts"]), secret["name"])
    assert_gone(encoded, text, redact(text))
    assert secret["name"] in redact(text), "the name stays, so that the reader knows what was there"
    assert redact(redact(text)) == redact(text)


ID = "8a699106-8d59-11e8-905d-b3747276ed60"
JWT = "ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
KEY_ID = "AK" + "IAIOSFODNN7EXAMPLE"
PEM_BODY = "\n".join(["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"] * 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"{{Authorization=Bearer {JWT}, Cookie=sid=abc; theme=dark, User-Agent=AmazonAPIGateway_a1b2c3}}",
            "{Authorization=[redacted:authorization], Cookie=[redacted:cookie], User-Agent=AmazonAPIGateway_a1b2c3}",
            id="header-map-of-an-execution-log",
        ),
        pytest.param(
            "Authorization: Basic YWRhOmxvdmVsYWNl\nHost: x",
            "Authorization: [redacted:authorization]\nHost: x",
            id="basic",
        ),
        pytest.param(
            f"{{Authorization=AWS4-HMAC-SHA256 Credential={KEY_ID}/20260101/eu-west-1/execute-api/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6, Host=api.example.com}",
            "{Authorization=[redacted:authorization], Host=api.example.com}",
            id="signature-version-4",
        ),
        pytest.param(
            'Authorization: Digest username="ada", realm="orders", nonce="dcd98b", response="6629fae49393a053"',
            "Authorization: [redacted:authorization]",
            id="digest",
        ),
        pytest.param(
            "auth failed for Bearer 0pAqUeT0ken",
            "auth failed for Bearer [redacted:authorization]",
            id="bearer-in-prose",
        ),
        pytest.param(
            "Set-Cookie: sid=abc; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/",
            "Set-Cookie: [redacted:cookie]",
            id="set-cookie",
        ),
        pytest.param(
            "{Set-Cookie=sid=abc; Expires=Wed, 21 Oct 2026 07:28:00 GMT, Content-Type=text/html}",
            "{Set-Cookie=[redacted:cookie], Content-Type=text/html}",
            id="set-cookie-with-a-date-in-a-header-map",
        ),
        pytest.param(
            "{set-cookie=[sid=abc; Path=/, theme=dark], Host=x}",
            "{set-cookie=[redacted:cookie], Host=x}",
            id="several-cookies",
        ),
        pytest.param(
            "Verifying Usage Plan for request: U. API Key: **************MZHBg API Stage: a1b2c3d4e5/prod",
            "Verifying Usage Plan for request: U. API Key: [redacted:api-key] API Stage: a1b2c3d4e5/prod",
            id="masked-api-key",
        ),
        pytest.param(
            "API Key *********MZHBg authorized because method 'GET /x' does not require API Key",
            "API Key [redacted:api-key] authorized because method 'GET /x' does not require API Key",
            id="masked-api-key-without-a-colon",
        ),
        pytest.param("Incoming identity: ****abc", "Incoming identity: [redacted:identity]", id="authorizer-identity"),
        pytest.param(
            "redis://:p4ss@cache.example.com:6379/0",
            "redis://[redacted:userinfo]@cache.example.com:6379/0",
            id="password-in-a-url",
        ),
        pytest.param(
            "https://ada:p@ss@example.com/x", "https://[redacted:userinfo]@example.com/x", id="at-sign-in-the-password"
        ),
        pytest.param(
            "curl -u ada:lovelace https://example.com",
            "curl -u [redacted:password] https://example.com",
            id="curl-user",
        ),
        pytest.param(
            "https://hooks.slack.com/services/" + "T0MADEUP/B0MADEUP/madeUpMadeUp",
            "https://hooks.slack.com/[redacted:slack-webhook]",
            id="slack-webhook",
        ),
        pytest.param(
            f"-----BEGIN RSA PRIVATE KEY-----\n{PEM_BODY}\n-----END RSA PRIVATE KEY-----\nnext",
            "[redacted:private-key]\nnext",
            id="private-key",
        ),
        pytest.param(
            f"key: -----BEGIN PRIVATE KEY-----\n{PEM_BODY}\nMIIEvQIBADA",
            "key: [redacted:private-key]",
            id="private-key-cut-short",
        ),
        pytest.param(
            '{"key":"-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIIGLVmQ0fb\\n-----END EC PRIVATE KEY-----\\n","page":2}',
            '{"key":"[redacted:private-key]\\n","page":2}',
            id="private-key-in-json",
        ),
        pytest.param(
            f"{KEY_ID},wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12", "[redacted:aws-key]", id="aws-key-and-secret-of-a-csv"
        ),
        pytest.param(
            "password: correct horse battery staple\nuser: ada",
            "password: [redacted:password]\nuser: ada",
            id="password-of-words",
        ),
        pytest.param(
            r"{\"password\": \"a\\\"b\", \"page\": 2}",
            r"{\"password\": \"[redacted:password]\", \"page\": 2}",
            id="quote-in-nested-json",
        ),
        pytest.param("{password=a}", "{password=[redacted:password]}", id="one-letter"),
    ],
)
def test_the_structure_stays_readable(text, expected):
    assert redact(text) == expected
    assert redact(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"({ID}) Extended Request Id: W9zMPGrHtjMEeFw=",
        f"({ID}) Verifying Usage Plan for request: {ID}. API Key:  API Stage: a1b2c3d4e5/prod",
        f"({ID}) Endpoint request headers: {{x-amzn-apigateway-api-id=a1b2c3d4e5, "
        "User-Agent=AmazonAPIGateway_a1b2c3d4e5, "
        "X-Amzn-Trace-Id=Root=1-6962324d-273b8749616a929c8bd4fd14, Host=api.example.com}",
        f"({ID}) Sending request to https://orders-nlb-0a1b2c3d4e5f6071.elb.eu-west-1.amazonaws.com:8443/orders/42",
        f"({ID}) Received response. Status: 503, Integration latency: 29001 ms",
        "Execution failed due to configuration error: Host name 'api.example.com' does not match the "
        "certificate subject provided by the peer (CN=*.example.com, O=Example (Test) Ltd, C=FR)",
        "Execution failed due to configuration error: Unable to verify ECDH ServerKeyExchange signature",
        "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/orders/50dc6c495c0c9188",
        "secret: arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf",
        '{"routeKey": "GET /orders", "status": "500", "requestTimeEpoch": 1706770069673, "ip": "192.0.2.7"}',
        '{"access_token": null, "nextToken": "-"}',
        "IntegrationTarget is required for VpcLinkV2 a1b2c3.",
        "HTTP Method: POST, Resource Path: /token.oauth2",
        "http://token:8080/orders",
        "Unauthorized request: 9cef3834-f42c-46d7-83fe-a6401a431398",
        "bearer authentication is required, basic authentication is not enough",
        "provider=aws@6.66.",
        "2026-01-02 03:04:05.678 00000000-1111-2222-3333-444455556666 4111111111111112",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUe\n-----END CERTIFICATE-----",
    ],
)
def test_what_a_diagnosis_needs_stays(text):
    assert redact(text) == text
