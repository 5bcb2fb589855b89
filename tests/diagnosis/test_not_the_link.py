"""What is no fault of the link: Lambda, IAM, authorizers, near misses, other products, the backend's own errors."""

import pytest

from bot.diagnosis.signatures import classify

A = "8a699106-8d59-11e8-905d-b3747276ed60"
B = "0cf3d947-3bcf-45a5-a229-dbfd070ba07b"
FAILED = "Execution failed due to "
CONFIG = "Execution failed due to configuration error: "
PKIX = (
    "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: "
    "unable to find valid certification path to requested target"
)
HOST_NAME = "Host name 'api.example.com' does not match the certificate subject provided by the peer (CN=*.example.org)"


@pytest.mark.parametrize(
    "text",
    [
        f"{CONFIG}API Gateway does not have permission to assume the provided role arn:aws:iam::111122223333:role/x",
        f"{CONFIG}Authorizer error",
        f"{CONFIG}Malformed Lambda proxy response",
        f"({A}) Lambda invocation failed with status: 429. Lambda request id: {B}",
        f"({A}) Gateway response type: AUTHORIZER_CONFIGURATION_ERROR with status code: 500",
        f"({A}) Unauthorized request: {A}",
        f"({A}) API Key  not authorized because method 'GET /x' requires API Key and API Key is not associated",
        "Usage Plan check failed due to an internal error",
        "2026-01-02 03:04:05.678\tWAF_FILTERED\tForbidden",
        '203.0.113.7 - - [02/Jan/2026:03:04:05 +0000] "GET /x $default HTTP/1.1" 500 35 KyDfdgZ9oAMEYpA= '
        "The IAM Role configured on the integration or API Gateway doesn't have permissions to call the integration.",
        '{"message":"Forbidden"}',
        f"({A}) Sending request to https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/x/invocations\n"
        f"({A}) {CONFIG}\n({A}) Method completed with status: 500",
        f"({A}) Starting authorizer: a1b2c3 for request: {A}\n({A}) Sending request to https://lambda.eu-west-1.amazonaws.com/x\n"
        f"({A}) {FAILED}a timeout error\n({A}) Method completed with status: 500",
    ],
)
def test_faults_beside_the_link(text):
    explanation = classify(text)
    assert (explanation.signature, explanation.label, explanation.checks) == (None, "lambda-or-iam-or-authorizer", ())


def test_an_integration_that_runs_after_its_authorizer_can_time_out():
    text = f"({A}) Starting authorizer: a1b2c3 for request: {A}\n({A}) Starting execution for request: {A}\n"
    text += f"({A}) {FAILED}a timeout error"
    assert classify(text).signature == "E9"


@pytest.mark.parametrize(
    "text",
    [
        f"{CONFIG}There was an internal error completing your request. Endpoint connection timed out after 10000 ms.",
        "There was an internal error while executing your query",
        "There was an internal error while processing your request",
        f"{FAILED}an internal error in the rules engine",
        "Query execution failed due to an internal error",
        f"{FAILED}a timeout",
        f"{FAILED}a time out error",
        f"{FAILED}bad luck: {PKIX}",
        "Endpoint request time out",
        "Task timed out after 10.00 seconds",
        "connect ETIMEDOUT 10.0.0.7:443",
        '{"message": "Internal server error"}',
        '{"message": "Service Unavailable"}',
        PKIX,
        f"javax.net.ssl.SSLHandshakeException: sun.security.validator.ValidatorException: {PKIX}",
        f"org.example.client.RequestException: {HOST_NAME}",
        f"Caused by: javax.net.ssl.SSLPeerUnverifiedException: {HOST_NAME}\n\tat org.example.Client.run(Client.java:9)",
        f"POST https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com: javax.net.ssl.SSLHandshakeException: {PKIX}",
        "javax.net.ssl.SSLException: Received fatal alert: handshake_failure",
        "java.net.ProtocolException: Invalid protocol version: HTTP/9",
        "org.elasticsearch: General SSLEngine problem",
        "Our VPC link shows an error and the NLB health check fails.",
        "I am waiting for VPC link quotas.",
        '{"routeKey": "GET /x", "status": "500", "errorMessage": "-", "integrationErrorMessage": "-"}',
        "",
        "   \n\t\n",
    ],
)
def test_near_misses_and_other_products_are_none(text):
    explanation = classify(text)
    assert (explanation.signature, explanation.label, explanation.checks) == (None, "none", ())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"({A}) Received response. Status: 500, Integration latency: 3 ms\n({A}) Endpoint response body before "
            f'transformations: {{"error": "{FAILED}a timeout error"}}\n({A}) Method completed with status: 500',
            id="in-the-body",
        ),
        pytest.param(
            f"({A}) Received response. Status: 502, Integration latency: 3 ms\n({A}) Endpoint response body before "
            f"transformations: upstream says\n{FAILED}a timeout error\n({A}) Method completed with status: 502",
            id="in-a-continuation-line-of-the-body",
        ),
        pytest.param(
            f"({A}) Endpoint response body before transformations: Network error communicating with endpoint\n"
            f"({A}) Successfully completed execution\n({A}) Method completed with status: 200",
            id="healthy",
        ),
    ],
)
def test_words_of_failure_in_the_backends_own_answer_are_the_backends(text):
    assert classify(text).label == "none"


def test_a_backend_that_answered_with_an_error_is_named():
    explanation = classify(
        f"({A}) Received response. Status: 503, Integration latency: 12 ms\n({A}) Method completed with status: 503"
    )
    assert explanation.label == "none"
    assert "backend itself answered 503" in explanation.meaning
    assert explanation.fields["backend_status"] == "503"
    assert explanation.fields["integration_latency_ms"] == "12"
