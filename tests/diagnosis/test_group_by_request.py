"""The requests of a log group, from its events."""

from datetime import UTC, datetime, timedelta

from bot.diagnosis.signatures import LogLine, group_by_request

A = "8a699106-8d59-11e8-905d-b3747276ed60"
B = "0cf3d947-3bcf-45a5-a229-dbfd070ba07b"
FAILED = "Execution failed due to "
CONFIG = "Execution failed due to configuration error: "
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def events(*messages: str) -> list[LogLine]:
    return [LogLine(NOW + timedelta(seconds=number), message) for number, message in enumerate(messages)]


def test_interleaved_requests_come_apart_in_order_of_appearance():
    log = events(
        f"({A}) HTTP Method: POST, Resource Path: /orders",
        f"({B}) HTTP Method: GET, Resource Path: /health",
        f"({A}) Sending request to https://api.example.com/orders",
        f"({B}) Received response. Status: 200, Integration latency: 3 ms",
        f"({A}) {CONFIG}There was an internal error while executing your request",
        f"({B}) Successfully completed execution",
        f"({B}) Method completed with status: 200",
        f"({A}) Method completed with status: 500",
    )
    first, second = group_by_request(log)
    assert (first.request_id, first.explanation.signature, first.at) == (A, "E1", NOW)
    assert (first.http_method, first.resource_path, first.sent_to) == (
        "POST",
        "/orders",
        "https://api.example.com/orders",
    )
    assert (first.backend_status, first.method_status) == (None, 500)
    assert first.lines == (log[0], log[2], log[4], log[7])
    assert (second.request_id, second.explanation.label, second.at) == (B, "none", log[1].at)
    assert (second.backend_status, second.method_status) == (200, 200)


def test_the_backends_own_error_is_told_from_the_links():
    (request,) = group_by_request(
        events(
            f"({A}) Sending request to https://api.example.com/orders",
            f"({A}) Received response. Status: 503, Integration latency: 12 ms",
            f"({A}) Endpoint response body before transformations: <html>",
            f"{FAILED}a timeout error",
            "</html>",
            f"({A}) Method completed with status: 503",
        )
    )
    assert (request.backend_status, request.method_status, request.explanation.label) == (503, 503, "none")
    assert len(request.lines) == 6, "lines without an id continue the line before"


def test_a_cut_line_keeps_its_mark():
    cut = f"({A}) Endpoint request headers: {{x-amzn-apigateway-api-id=a1b2 [TRUNCATED]"
    (request,) = group_by_request(events(cut, f"({A}) {FAILED}a timeout error"))
    assert request.lines[0].message == cut
    assert request.explanation.signature == "E9"


def test_a_websocket_request_has_an_extended_id():
    (request,) = group_by_request(
        events(
            "(PDS1PEC4oAMFpyA=) Extended Request Id: PDS1PEC4oAMFpyA=", f"(PDS1PEC4oAMFpyA=) {FAILED}an internal error"
        )
    )
    assert (request.request_id, request.explanation.signature) == ("PDS1PEC4oAMFpyA=", "E5")


def test_each_line_of_an_access_log_is_a_request():
    good, bad = group_by_request(
        events(
            '{"requestId": "SKzNJiOjNjMEMEQ=", "routeKey": "GET /health", "status": "200", "integrationStatus": "200"}',
            '{"requestId": "KyDfdgZ9oAMEYpA=", "routeKey": "POST /orders", "status": "503", "integrationStatus": "-", '
            '"responseType": "INTEGRATION_NETWORK_FAILURE"}',
        )
    )
    assert (good.request_id, good.method_status, good.backend_status) == ("SKzNJiOjNjMEMEQ=", 200, 200)
    assert (bad.request_id, bad.method_status, bad.backend_status) == ("KyDfdgZ9oAMEYpA=", 503, None)
    assert (bad.http_method, bad.resource_path, bad.explanation.signature) == ("POST", "/orders", "E10")


def test_an_empty_log_has_no_requests():
    assert group_by_request([]) == []
