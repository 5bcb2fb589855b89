"""The local AWS as an HTTP server on loopback, with switches and a recorder of calls."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from werkzeug.datastructures import Headers

from bot.demo.aws import permissions, policies, protocols
from bot.demo.aws.control import PREFIX, Control
from bot.demo.aws.errors import AwsError, access_denied
from bot.demo.aws.protocols import HttpReply, HttpRequest, ParsedCall
from bot.demo.aws.recorder import RecordedCall, Recorder
from bot.demo.aws.services import Call, answer
from bot.demo.aws.switches import Switches
from bot.demo.aws.world import World

_LOG = logging.getLogger(__name__)


class LocalAws:
    """A server that boto3 cannot tell from AWS for the read calls it knows.

    Start it with ``with LocalAws(world) as aws`` (or ``start`` and ``stop``) and give clients ``aws.endpoint_url``.
    ``port=0`` takes a free port. ``switches`` may be changed at any time; ``recorder`` holds every call.
    """

    def __init__(self, world: World, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self.world = world
        self.switches = Switches()
        self.recorder = Recorder()
        self._control = Control(self.switches, self.recorder, world)
        self._stopping = threading.Event()
        self._address = (host, port)
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def endpoint_url(self) -> str:
        """The URL for boto3's ``endpoint_url`` or ``AWS_ENDPOINT_URL``. RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError("the local AWS is not running: call start() first")
        return f"http://{self._address[0]}:{self._server.server_address[1]}"

    @property
    def stopped(self) -> bool:
        """Whether the server was told to stop: connections that are still open are closed."""
        return self._stopping.is_set()

    def start(self) -> LocalAws:
        """Listen, in a thread of its own. OSError when the port is taken."""
        self._stopping.clear()
        self._server = _Server(self._address, _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="local-aws", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening; calls that sleep or hang are cut off."""
        self._stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> LocalAws:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def handle(self, request: HttpRequest) -> HttpReply | None:
        """Answer one request; None means that it gets no answer at all."""
        if request.target.startswith(PREFIX):
            return self._control.answer(request)
        try:
            call = protocols.parse(request)
        except AwsError as error:
            return protocols.serialise_error(protocols.protocol_of(request), error)
        return self._handle_call(call)

    def _handle_call(self, call: ParsedCall) -> HttpReply | None:
        started = time.monotonic()
        account, principal = self.world.caller(call.access_key)
        failure: AwsError | None = None
        if self.switches.hangs(call):
            self._stopping.wait()
            return None
        if self.switches.latency:
            self._stopping.wait(self.switches.latency)
        try:
            refusal = self.switches.refusal(call, account, principal)
            if refusal is not None:
                raise refusal
            self._authorise(call, account, principal)
            with self.world.lock:
                reply = protocols.serialise(call, self._answer(call, account, principal))
        except AwsError as error:
            failure = error
        except Exception as error:  # noqa: BLE001  # a mistake in the world must reach the caller in words
            _LOG.exception("%s:%s failed in the local AWS", call.service, call.operation)
            failure = AwsError("InternalFailure", f"The local AWS failed: {error!r}", 500)
        if failure is not None:
            reply = protocols.serialise_error(call.protocol, failure)
        code = failure.code if failure else None
        self.recorder.add(
            RecordedCall(
                call.service, call.operation, call.parameters, call.region, account, started, time.monotonic(), code
            )
        )
        return reply

    def _authorise(self, call: ParsedCall, account: str, principal: str) -> None:
        """AwsError where one of the caller's policies does not allow the call."""
        action, resource = permissions.action(call), permissions.resource(call, account)
        if action not in permissions.FREE:
            for policy in self.world.policies_of(call.access_key):
                if not policies.allows(policy, action, resource):
                    raise access_denied(call.service, principal, action, resource)

    def _answer(self, call: ParsedCall, account: str, principal: str) -> dict[str, Any]:
        if call.service in {"iam", "sts"}:
            region = self.world.global_region(account)
        else:
            region = self.world.region(call.region, account)
        known = Call(call.service, call.operation, call.parameters, self.world, region, principal, datetime.now(UTC))
        return answer(known, call.protocol)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def _handler(aws: LocalAws) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One connection; replies are sent in one piece, so that keep-alive stays fast."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = HttpRequest(self.command, self.path, Headers(list(self.headers.items())), body)
            reply = aws.handle(request)
            if reply is None or aws.stopped:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  # names given by http.server

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
            """Nothing: the recorder holds what was called."""

    return Handler
