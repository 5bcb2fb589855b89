"""The error signatures E1 to E12, and what API Gateway says of faults that are not the link's.

The wording is API Gateway's own (AWS: api-gateway-500-error-vpc, api-gateway-504-errors,
api-gateway-ssl-certificate-errors), the second form of a sentence that of the article's French translation, without
accents. Only exact wording counts: a sentence that nearly reads like one of these is somebody else's.
"""

from dataclasses import dataclass

from bot.language import marked


@dataclass(frozen=True, slots=True)
class Signature:
    """One class of failure.

    The patterns are case-insensitive regular expressions over text whose whitespace is single spaces; named groups
    become fields of the explanation. `anywhere` are phrases that nobody but API Gateway writes. `reasons` are phrases
    that other products share, such as Java's certificate errors: they count only where API Gateway gives a reason.
    `checks` are the codes of the checks that can find the cause; none where the link is not at fault.
    """

    code: str | None
    label: str
    checks: tuple[str, ...]
    meaning: str
    reasons: tuple[str, ...] = ()
    anywhere: tuple[str, ...] = ()


# "Query execution failed" and the like are other products' sentences: API Gateway's begins with a capital.
FAILED_DUE_TO = "(?:(?-i:E)|(?<![a-z]\\s)e)xecution failed due to "
FAILED_DUE_TO_FRENCH = "l'execution a echoue en raison d'une erreur "

_HOST = "['\" ]*(?P<host>[^'\"]{1,300}?)['\" ]*"
_SUBJECT = "(?: ?\\((?P<certificate_subject>[^()]{0,400}(?:\\([^()]{0,100}\\)[^()]{0,400})?))?"
_LINK = "vpc[ _-]?links?(?:[ _-]?v[12])?"
_LINK_ID = "['\" ]*(?P<vpc_link_id>(?!specified|referenced|provided|defined)[a-z0-9]{6,12})(?![a-z0-9-])"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        "E1",
        "internal-config-error",
        (
            *("VPL-01", "VPL-02", "VPL-03", "VPL-04", "VPL-05", "VPL-06", "VPL-07"),
            *("LB-01", "LB-02", "LB-03", "LB-04", "LB-05", "LB-06", "LB-07", "LB-08", "LB-09", "TG-01", "TG-02"),
            *("SG-01", "SG-02", "SG-03", "SG-04", "NACL-01", "NACL-02", "BE-01", "BE-02", "BE-03", "BE-04"),
        ),
        marked("API Gateway could not open or complete a connection through the VPC link."),
        anywhere=(
            "there was an internal error while executing your request",
            "une erreur interne s'est produite lors de l'execution de votre demande",
        ),
    ),
    Signature(
        "E2",
        "cert-hostname-mismatch",
        ("TLS-01",),
        marked("The certificate that the endpoint serves is not for the host name in the integration's URI."),
        reasons=(
            f"host name {_HOST} does not match the certificate subject provided by the peer{_SUBJECT}",
            f"le nom d'hote {_HOST} ne correspond pas a l'objet du certificat fourni par l'homologue{_SUBJECT}",
            "certificate for <?(?P<host>[^<>\\s]{1,255})>? doesn't match any of the subject alternative names",
            "no subject alternative dns name matching (?P<host>\\S{1,255}) found",
            # Other translations: the names in their quotes and brackets survive.
            "['\"](?P<host>[^'\"\\s]{1,255})['\"][^()'\"]{0,120}\\((?P<certificate_subject>CN=[^()]{0,400})",
            "no name matching (?P<host>\\S{1,255}) found",
        ),
    ),
    Signature(
        "E3",
        "pkix-untrusted-ca",
        ("TLS-03", "TLS-04"),
        marked("The certificate does not lead to a certificate authority that API Gateway trusts."),
        reasons=(
            "pkix path building failed",
            "suncertpathbuilderexception",
            "unable to find valid certification path",
            "path does not chain with any of the trust anchors",
            "echec de la creation du chemin pkix",
        ),
    ),
    Signature(
        "E4",
        "cert-key-mismatch",
        ("TLS-05",),
        marked("The server's private key does not belong to the certificate that it serves."),
        reasons=(
            # Java has worded it several ways; each names the message whose signature is wrong.
            "ecdhe? server ?key ?exchange",
        ),
    ),
    Signature(
        "E5",
        "internal-error-connection-reset",
        ("BE-01", "BE-03"),
        marked("The connection was reset or closed before an answer came, often after it had been idle."),
        anywhere=(
            f"{FAILED_DUE_TO}an internal error(?! [a-z]+ing| (?:in|of|inside|within) )",
            f"{FAILED_DUE_TO_FRENCH}interne",
            "network error communicating with endpoint ?: ?connection (?:reset|is closed)",
        ),
    ),
    Signature(
        "E6",
        "invalid-http-response",
        ("LB-06", "LB-07", "PRB-01"),
        marked("What the backend sent back is not an HTTP response; TLS on a plain port is the usual case."),
        reasons=(
            "invalid protocol version(?: ?: ?(?P<reason>.{1,200}))?",
            "version de protocole non valide(?: ?: ?(?P<reason>.{1,200}))?",
        ),
    ),
    Signature(
        "E7",
        "vpc-link-config",
        ("VPL-01", "VPL-02", "VPL-03", "VPL-04"),
        "The VPC link is missing, not ready, or cannot be used as it is configured.",
        anywhere=(
            f"invalid {_LINK} id(?:entifier)?(?: {_LINK_ID})?",
            f"integrationtarget is required for {_LINK}{_LINK_ID}",
            f"for {_LINK} vpc_link, integration uri should be",
            f"cannot delete {_LINK}",
            f"(?:failed to stabilize|error waiting for) (?:api ?gateway )?(?:v2 )?{_LINK}(?: with id{_LINK_ID})?",
            f"waiting for api ?gateway (?:v2 )?{_LINK}",
            f"(?:creating|updating|deleting|reading) (?:amazon |aws )?api ?gateway (?:v2 )?{_LINK}",
            f"(?:too many {_LINK} defined|more than one target arn specified for {_LINK})",
            "nlb (?:is already associated with another vpc endpoint service|arn is malformed|is not in active state)",
            "unable to retrieve listener port and load balancer dns name from elb listener",
            "exception\\)? when calling the (?:create|update|delete|get)vpclinks? operation",
            f"exception\\)? when calling the [a-z]{{1,40}} operation[^\n]{{0,160}}(?<![a-z]){_LINK}(?![a-z])",
            f"exception: [^\n]{{0,160}}(?<![a-z]){_LINK}(?![a-z])",
            f"resource handler returned message: [^\n]{{0,160}}(?<![a-z]){_LINK}(?![a-z])",
            # What GetVpcLink prints of a link that cannot be used.
            "vpclinkstatus[\"']? ?: ?[\"'](?:failed|inactive|deleting)",
            "targetarns[\"'].{0,400}(?<![a-z])status[\"']? ?: ?[\"'](?:failed|deleting)",
            "(?:_failed|failed)\\W{1,6}aws::apigateway(?:v2)?::vpclink|aws::apigateway(?:v2)?::vpclink\\W{1,6}\\w+_failed",
        ),
    ),
    Signature(
        "E8",
        "vpc-link-error",
        ("ACC-01",),
        marked("API Gateway met an error of the VPC link itself; look at how often, and ask AWS Support if it stays."),
        anywhere=(f"{FAILED_DUE_TO}an? {_LINK} error",),
    ),
    Signature(
        "E9",
        "timeout",
        ("TMO-01",),
        marked("The integration did not answer within its timeout; the client sees 504, not 500."),
        anywhere=(
            f"{FAILED_DUE_TO}a timeout error",
            "endpoint request timed out",
            "(?<![a-z_])integration_timeout(?![a-z_])",
        ),
    ),
    Signature(
        "E10",
        "endpoint-unreachable",
        ("LB-05", "BE-01", "BE-02", "BE-03", "BE-04"),
        marked("The connection to the endpoint was lost or never came about."),
        anywhere=("network error communicating with endpoint", "(?<![a-z_])integration_network_failure(?![a-z_])"),
    ),
    Signature(
        "E11",
        "mapping-or-model",
        ("INT-01",),
        marked("The integration's own mapping, model or URI is at fault, not the network."),
        reasons=(
            "(?P<reason>invalid endpoint address)",
            "(?P<reason>(?:illegal character in|malformed escape pair|expected (?:authority|scheme)).{0,120})",
            "(?P<reason>unable to (?:transform (?:request|response)|base64 decode the body|parse statuscode))",
            "(?P<reason>statuscode should be an integer.{0,80})",
            "(?P<reason>invalid mapping expression.{0,120})",
        ),
        anywhere=(
            "(?P<reason>no match for output mapping and no default output mapping configured)",
            "(?P<reason>output mapping refers to an invalid method response(?:: \\d{3})?)",
            "(?P<reason>integration response of reported length \\d+ is larger than allowed maximum)",
            "(?P<reason>request body does not match model schema)",
        ),
    ),
    Signature(
        "E12",
        "tls-handshake-other",
        ("LB-06", "TLS-02", "TLS-06"),
        marked(
            "The TLS handshake failed: an expired certificate, no common protocol, or an endpoint that speaks no TLS."
        ),
        reasons=(
            "(?P<reason>pkix path validation failed.{0,160})",
            "(?P<reason>(?:general |probleme general )sslengine(?: problem)?)",
            "(?P<reason>received (?:fatal alert|close_notify).{0,60})",
            "(?P<reason>(?:remote host|ssl peer) .{0,40}(?:handshake|shut down).{0,20})",
            "(?P<reason>unrecognized ssl message.{0,40}|not an ssl/tls record.{0,40})",
            "(?P<reason>certificate(?:expired|notyetvalid)exception.{0,80}|validity check failed)",
            "(?P<reason>handshake_failure|no appropriate protocol|certpathvalidatorexception|sslhandshakeexception)",
        ),
    ),
)

NOT_THE_LINK = Signature(
    None,
    "lambda-or-iam-or-authorizer",
    (),
    marked(
        "The failure lies beside the VPC link: "
        "a Lambda function, an IAM permission, an authorizer, a usage plan or WAF."
    ),
    reasons=(
        f"(?:configuration error ?: ?|{FAILED_DUE_TO_FRENCH}de configuration ?: ?).{{0,200}}"
        "(?:lambda|authorizer|permission|assume the provided role|rate exceeded|not authorized|access ?denied)",
        # Words that stand in other products' logs too (AWS: supported-gateway-response-types).
        "(?<![a-z_])(?:access_denied|unauthorized|throttled|quota_exceeded|forbidden|expired_token|invalid_api_key|"
        "invalid_signature)(?![a-z_])(?! request)",
        "x-amzn-errortype[:=] ?(?:forbidden|accessdenied|unauthorized|missingauthenticationtoken|toomanyrequests|"
        "limitexceeded|invalidsignature)exception",
    ),
    anywhere=(
        "lambda (?:execution|invocation) failed with status|lambda customer function error",
        "malformed lambda proxy response|invalid permissions on lambda function",
        "(?<![a-z])unauthorized request: ",
        "does not have permission to assume the provided role",
        "the iam role configured on the integration or api gateway doesn't have permissions",
        "usage plan check failed|(?:throttle|quota) limit exceeded|api key .{0,80}not authorized because",
        "error evaluating the aws waf rules",
        "missing authentication token|is not authorized to (?:access this resource|perform: execute-api:)",
        "(?<![a-z_])(?:waf_filtered|missing_authentication_token|authorizer_(?:configuration_error|failure))(?![a-z_])",
        "authorizer[._]?error[\"']? ?[:=] ?[\"']?(?=[a-z])",
        '\\{? ?"?message"? ?: ?"(?:forbidden|unauthorized|limit exceeded|too many requests)" ?\\}',
    ),
)
