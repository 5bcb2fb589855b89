"""What to do about each thing that a probe finds wrong, in a sentence for whoever runs it by hand."""

from __future__ import annotations

from bot.probe.result import HttpFault, TcpState, TlsFault

TCP: dict[TcpState, str] = {
    "refused": "start the service, let it listen on this address (not on 127.0.0.1 only), or use its real port",
    "timeout": "look at security groups, network ACLs and routes between here and there: something drops the packets",
    "unreachable": "check the name, its DNS, and that a route leads from here to that address",
}
TLS: dict[TlsFault, str] = {
    "not-tls": "use http:// in the integration's URI, or switch TLS on at the backend",
    "handshake-failed": "let the server take TLS 1.2 or later, common ciphers, this server name and no client "
    "certificate; its own log says what it disliked",
    "key-mismatch": "install the private key that belongs to this certificate and reload the server; compare "
    "`openssl x509 -in CERT -noout -pubkey` with `openssl pkey -in KEY -pubout`",
    "self-signed": "serve a certificate of a public authority",
    "incomplete-chain": "append the intermediate certificates to the file that the server sends, its own first",
    "untrusted-root": "serve a certificate of an authority that API Gateway trusts; if you trust this root for the "
    "probe, name it with --ca-file",
    "expired": "renew the certificate and reload the server",
    "not-yet-valid": "check the clocks of the server and of this machine, or wait",
    "hostname-mismatch": "put a name of the certificate into the integration's URI (it need not resolve), or reissue "
    "the certificate for this one",
}
HTTP: dict[HttpFault, str] = {
    "not-http": "check that this is the port of the HTTP service, and that it needs no PROXY protocol and no HTTP/2",
    "tls-on-plain-port": "use https:// in the integration's URI, or let the load balancer speak TLS to the target",
    "reset": "look at the backend's log: it, or a firewall before it, ended the connection",
    "closed": "look at the backend's log; a server that expects the PROXY protocol hangs up like this",
    "timeout": "look at what the backend does with this path; API Gateway waits 29 seconds by default",
}
