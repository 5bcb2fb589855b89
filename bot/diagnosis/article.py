"""AWS's article on HTTP 500 with VPC links, sentence by sentence in our words, and the checks that cover it.

Source: AWS re:Post Knowledge Center, "How do I resolve HTTP 500 errors from VPC link integrations for API Gateway?".
"""

from __future__ import annotations

ARTICLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("The VPC link is in the state Failed.", ("VPL-03", "VPL-04")),
    ("The endpoint service was deleted.", ("VPL-06",)),
    ("The endpoint connection was rejected.", ("VPL-07",)),
    ("The registered target is unhealthy, or its target group is not in use.", ("TG-01", "LB-05")),
    ("A link without traffic for 60 days becomes INACTIVE.", ("VPL-04",)),
    ("Security groups do not allow the ports.", ("SG-01", "SG-02", "SG-03", "SG-04")),
    ("The network ACL blocks the traffic.", ("NACL-01", "NACL-02")),
    ("The target does not listen on the target port.", ("BE-02", "TG-01")),
    ("The certificate's name does not fit the load balancer that terminates TLS.", ("TLS-01", "TLS-07")),
    ("With CloudWatch Logs on, the execution log names the cause.", ("LOG-06",)),
    ("Turn on execution logging.", ("LOG-01", "LOG-03", "LOG-04", "LOG-05")),
    ("Choose level INFO, and log full requests and responses.", ("LOG-01", "LOG-02")),
    ("Read the REST API's execution log.", ("LOG-04", "LOG-06")),
    ("The load balancer exists and was not deleted.", ("LB-01", "LB-02")),
    ("The link is AVAILABLE; a FAILED one is replaced by a new one.", ("VPL-02", "VPL-03")),
    ("Deploy the API after a change of the integration request.", ("DEP-01", "DEP-02")),
    ("The endpoint connection is AVAILABLE.", ("VPL-06", "VPL-07")),
    ("A link id that comes from a stage variable is right.", ("VPL-01", "VPL-02", "DEP-02")),
    ("The load balancer listens on the port and protocol of the request.", ("LB-03", "LB-04", "LB-06")),
    ("The network ACLs do not block the request.", ("NACL-01", "NACL-02")),
    (
        "The target group accepts the request; network ACLs allow both directions, security groups the ports.",
        ("TG-01", "TG-02", "SG-02", "SG-03", "NACL-01"),
    ),
    ("The connection may be reset (TCP RST).", ("BE-01", "BE-04")),
    ("The backend runs, and a service listens on the target port.", ("BE-02",)),
    ("Inbound rules are not enforced on PrivateLink traffic.", ("SG-01",)),
    ("Enforced rules that do not allow the link's traffic can block API Gateway.", ("SG-01", "SG-03")),
    ("Host name and certificate do not match.", ("TLS-01",)),
    ("PKIX: API Gateway does not find the root certificate authority.", ("TLS-03",)),
    (
        "insecureSkipVerification still checks the dates, the host name and that there is a root.",
        ("TLS-01", "TLS-02", "TLS-04"),
    ),
    ("The target's certificate comes from a supported certificate authority.", ("TLS-03",)),
    ("ECDH ServerKeyExchange: key and certificate do not belong together.", ("TLS-05",)),
    ("Internal error: the target reset the connection; its timeout is shorter than 350 seconds.", ("BE-01", "BE-03")),
    ("Invalid protocol version: the reply is not HTTP.", ("LB-06", "LB-07")),
    ("Reproduce it through an endpoint of your own, or capture packets.", ("LB-06",)),
    ("Avoid double encryption: set the load balancer's protocol to TLS or TCP.", ("LB-06",)),
    ("Set insecureSkipVerification.", ("TLS-04",)),
    ("Related: private integrations, metrics, network load balancers.", ("LB-02", "BE-01", "SG-01")),
)
