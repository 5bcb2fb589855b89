"""Which signature a log shows: API Gateway's own words, the article's French ones, and what only looks like them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.diagnosis.signatures import SIGNATURES, classify

A = "8a699106-8d59-11e8-905d-b3747276ed60"
B = "0cf3d947-3bcf-45a5-a229-dbfd070ba07b"
FAILED = "Execution failed due to "
CONFIG = "Execution failed due to configuration error: "
FRENCH = "L'exécution a échoué en raison d'une erreur de configuration : "
PKIX = (
    "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: "
    "unable to find valid certification path to requested target"
)
HOST_NAME = (
    "Host name 'api.example.com' does not match the certificate subject provided by the peer (CN=*.example.org, O=X)"
)
LABELS = {signature.code: signature.label for signature in SIGNATURES}


def test_the_labels_are_the_contracts():
    assert list(LABELS.items()) == [
        ("E1", "internal-config-error"),
        ("E2", "cert-hostname-mismatch"),
        ("E3", "pkix-untrusted-ca"),
        ("E4", "cert-key-mismatch"),
        ("E5", "internal-error-connection-reset"),
        ("E6", "invalid-http-response"),
        ("E7", "vpc-link-config"),
        ("E8", "vpc-link-error"),
        ("E9", "timeout"),
        ("E10", "endpoint-unreachable"),
        ("E11", "mapping-or-model"),
        ("E12", "tls-handshake-other"),
    ]


@pytest.mark.parametrize(
    ("signature", "text"),
    [
        ("E1", f"{CONFIG}There was an internal error while executing your request"),
        ("E2", CONFIG + HOST_NAME),
        (
            "E2",
            f"{CONFIG}Certificate for <10.0.0.7> doesn't match any of the subject alternative names: [a.example.com]",
        ),
        ("E2", f"{CONFIG}No subject alternative DNS name matching api.example.com found."),
        ("E3", CONFIG + PKIX),
        ("E3", f"{CONFIG}PKIX path validation failed: Path does not chain with any of the trust anchors"),
        ("E4", f"{CONFIG}Unable to verify ECDH ServerKeyExchange signature"),
        ("E4", f"{CONFIG}Invalid ECDH ServerKeyExchange signature"),
        ("E5", f"{FAILED}an internal error"),
        ("E5", f"{FAILED}a network error communicating with endpoint: Connection is closed"),
        ("E6", f"{CONFIG}Invalid protocol version: \x15\x03\x03"),
        ("E7", f"{CONFIG}Invalid Vpc link id a1b2c3 referenced in integration"),
        ("E8", f"{FAILED}an vpc link error"),
        ("E8", f"{FAILED}a VPC link error"),
        ("E9", f"{FAILED}a timeout error"),
        ("E9", '{"message": "Endpoint request timed out"}'),
        ("E9", '{"responseType": "INTEGRATION_TIMEOUT"}'),
        ("E10", f"{FAILED}a network error communicating with endpoint"),
        ("E10", '{"routeKey": "ANY /{proxy+}", "error": "INTEGRATION_NETWORK_FAILURE"}'),
        ("E11", f"{CONFIG}Invalid endpoint address"),
        ("E11", f"{CONFIG}Illegal character in path at index 9: https://${{stageVariables.host}}"),
        ("E11", f"{CONFIG}No match for output mapping and no default output mapping configured. Status Code: 200"),
        (
            "E11",
            f"{CONFIG}Integration response of reported length 10485761 is larger than allowed maximum of 10485760",
        ),
        ("E12", f"{CONFIG}General SSLEngine problem"),
        ("E12", f"{CONFIG}Received fatal alert: handshake_failure"),
        ("E12", f"{CONFIG}Unrecognized SSL message, plaintext connection?"),
        ("E12", f"{CONFIG}Remote host terminated the handshake"),
        (
            "E12",
            f"{CONFIG}PKIX path validation failed: CertPathValidatorException: validity check failed",
        ),
    ],
)
@pytest.mark.parametrize(
    "written", ["{}", f"({A}) {{}}", "Thu Aug 04 17:48:21 UTC 2022 : {}", "2022-08-04T17:48:21.000Z\t{}"]
)
def test_the_words_of_api_gateway(signature, text, written):
    explanation = classify(written.format(text))
    assert (explanation.signature, explanation.label) == (signature, LABELS[signature])
    assert explanation.checks
    assert explanation.meaning.endswith(".")


@pytest.mark.parametrize(
    ("signature", "text"),
    [
        ("E1", f"{FRENCH}une erreur interne s'est produite lors de l'exécution de votre demande le jeudi 4 août 2022"),
        (
            "E2",
            f"{FRENCH}le nom d'hôte « domaine.com.com » ne correspond pas à l'objet du certificat fourni par "
            "l'homologue (CN=myinstance.com)\nJeudi 4 août 2022 à 19:50 : Méthode terminée avec le statut : 500 »",
        ),
        (
            "E3",
            f"Erreur : {FRENCH}échec de la création du chemin PKIX : sun.security.provider.certpath."
            "SunCertPathBuilderException: impossible de trouver le chemin de certification valide vers la cible",
        ),
        ("E4", f"Erreur : {FRENCH}impossible de vérifier la signature ECDH ServerKeyExchange"),
        ("E5", "Erreur : l'exécution a échoué en raison d'une erreur interne"),
        ("E6", f"Erreur : {FRENCH}version de protocole non valide : {{Text of string}}"),
        ("E12", f"{FRENCH}problème général SSLEngine"),
    ],
)
@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(str, id="as-published"),
        pytest.param(lambda text: text.replace("'", "’"), id="typographic-apostrophes"),
        pytest.param(lambda text: text.replace("« ", '"').replace(" »", '"'), id="straight-quotes"),
        pytest.param(lambda text: text.replace(" :", "\u00a0:").replace("« ", "«\u202f"), id="narrow-spaces"),
        pytest.param(lambda text: text.translate(str.maketrans("éèêàôûùÉ", "eeeaouuE")), id="no-accents"),
    ],
)
def test_the_french_words_of_the_article(signature, text, typed):
    assert classify(typed(text)).signature == signature


@pytest.mark.parametrize(
    ("signature", "text"),
    [
        (
            "E3",
            "設定エラーのため実行に失敗しました: sun.security.provider.certpath.SunCertPathBuilderException: パスなし",
        ),
        (
            "E2",
            "設定エラーにより失敗しました: ホスト名「api.example.com」が証明書 (CN=example.org) と一致しません",
        ),
    ],
    ids=["java-class-name", "names"],
)
def test_what_survives_other_translations_of_the_article(signature, text):
    assert classify(text).signature == signature


@pytest.mark.parametrize(
    "text",
    [
        "An error occurred (BadRequestException) when calling the PutIntegration operation: IntegrationTarget is "
        "required for VpcLinkV2 a1b2c3.",
        "│ Error: creating API Gateway VPC Link (orders): waiting for completion: FAILED: NLB ARN is malformed\n│ \n"
        "│   with aws_api_gateway_vpc_link.orders,",
        "Failed to stabilize Vpc Link with id a1b2c3 "
        "Status Message NLB is already associated with another VPC Endpoint Service",
        "BadRequestException: There are too many Vpc Links defined for this account. Limit is 5",
        "BadRequestException: Unable to retrieve listener port and load balancer DNS name from ELB listener",
        "Error waiting for APIGateway Vpc Link status to be \"AVAILABLE\": unexpected state 'FAILED'",
        "Cannot delete vpc link. Vpc link 'a1b2c3', is referenced in [ANY:q1w2e3] in format of [Method:Resource].",
        "An error occurred (NotFoundException) when calling the GetVpcLink operation: Invalid Vpc Link identifier",
        "03:11:05 | CREATE_FAILED | AWS::ApiGatewayV2::VpcLink | OrdersLink",
        '{"VpcLinkId": "a1b2c3", "VpcLinkStatus": "INACTIVE"}',
        '{"id": "a1b2c3", "targetArns": ["arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/o/1"],'
        ' "status": "FAILED"}',
    ],
)
def test_errors_of_deploying_a_link_are_its_configuration(text):
    assert classify(text).label == "vpc-link-config"


def test_the_host_name_sentence_alone_is_recognised():
    """Nothing stands before it, so no other product is seen to say it."""
    assert classify(HOST_NAME).signature == "E2"


def test_the_last_failing_request_is_explained():
    first = f"({A}) {FAILED}a timeout error\n({A}) Method completed with status: 504\n"
    last = f"({B}) {CONFIG}{HOST_NAME}\n({B}) Method completed with status: 500\n"
    healthy = "(11111111-2222-3333-4444-555555555555) Successfully completed execution\n"
    explanation = classify(first + last + healthy)
    assert explanation.signature == "E2"
    assert (explanation.fields["request_id"], explanation.fields["status"]) == (B, "500")


def test_the_fields_of_a_certificate_that_does_not_fit():
    text = (
        f"({A}) Verifying Usage Plan for request: {A}. API Key:  API Stage: a1b2c3d4e5/prod\n"
        f"({A}) HTTP Method: GET, Resource Path: /orders\n"
        f"({A}) Sending request to https://api.example.com:8443/orders?token=s3cr3t-value\n"
        f"({A}) {CONFIG}{HOST_NAME}\n({A}) Method completed with status: 500"
    )
    assert classify(text).fields == {
        "request_id": A,
        "api_id": "a1b2c3d4e5",
        "stage": "prod",
        "http_method": "GET",
        "resource_path": "/orders",
        "sending_to": "https://api.example.com:8443/orders?token=[redacted:token]",
        "host": "api.example.com",
        "certificate_subject": "CN=*.example.org, O=X",
        "status": "500",
    }


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (
            f"{CONFIG}Host name 'a' does not match the certificate subject provided by the peer (CN=b.exam",
            "certificate_subject",
            "CN=b.exam",
        ),
        (
            f"{CONFIG}Host name 'a' does not match the certificate subject provided by the peer (CN=b, O=X (Y) Z)",
            "certificate_subject",
            "CN=b, O=X (Y) Z",
        ),
        (
            "Host name '<http://a.com|a.com>' does not match the certificate subject provided by the peer (CN=b)",
            "host",
            "a.com",
        ),
        (f"{CONFIG}Invalid protocol version: SSH-2.0-OpenSSH", "reason", "SSH-2.0-OpenSSH"),
        (
            f"{CONFIG}Output mapping refers to an invalid method response: 200",
            "reason",
            "Output mapping refers to an invalid method response: 200",
        ),
        ("IntegrationTarget is required for VpcLinkV2 a1b2c3.", "vpc_link_id", "a1b2c3"),
        (f"{CONFIG}Invalid Vpc link id a1b2c3", "vpc_link_id", "a1b2c3"),
        (
            '< x-amz-apigw-id: OkTz-Fm25PgFdlg=\n< \n{"message": "Endpoint request timed out"}',
            "extended_request_id",
            "OkTz-Fm25PgFdlg=",
        ),
        (f"API-Gateway-Execution-Logs_a1b2c3d4e5/prod\n({A}) {FAILED}a timeout error", "stage", "prod"),
        (
            f"({A}) Method request headers: {{x-amzn-apigateway-api-id=a1b2c3d4e5}}\n({A}) {FAILED}a timeout error",
            "api_id",
            "a1b2c3d4e5",
        ),
        (f"(PDS1PEC4oAMFpyA=) {FAILED}a timeout error", "request_id", "PDS1PEC4oAMFpyA="),
    ],
)
def test_a_field(text, field, value):
    assert classify(text).fields[field] == value


def test_a_body_lends_no_ids_and_no_status():
    body = f'({A}) Endpoint response body before transformations: {{"requestId": "{B}", "status": 418}}'
    text = f"{body}\n({A}) {FAILED}a timeout error"
    assert classify(text).fields == {"request_id": A}


@settings(deadline=None)
@given(st.text(max_size=500))
def test_any_text_is_accepted_and_always_explained_alike(text):
    assert classify(text) == classify(text)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("(Ee-xX=)'\"\\n \n{}:%&<>|`«2026T:Z"), max_size=400))
def test_text_made_of_log_punctuation_is_accepted(text):
    assert classify(text).label in {"none", "lambda-or-iam-or-authorizer", *LABELS.values()}


@pytest.mark.parametrize(
    "repeated",
    [
        "Execution failed due to ",
        "Host name 'x' does not ",
        "BadRequestException: ",
        "\\\\",
        "設定エラー",
        f"({A}) X",
        "<https://x|",
    ],
)
def test_a_hundred_kilobytes_of_one_trap_are_answered(repeated):
    assert classify(repeated * (100_000 // len(repeated))).label in {"none", *LABELS.values()}


def test_of_too_long_a_text_the_end_is_read():
    assert classify("x\n" * 600_000 + f"{FAILED}a timeout error").signature == "E9"
