"""Ten thousand requests that are not Slack's, or not as Slack sends them, against the real server over loopback.

None may crash it, none may start work, and each gets the status that says what was wrong with it. The seed is fixed:
a failure names the request that it happened with, and happens again.
"""

from __future__ import annotations

import asyncio
import copy
import gzip
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode

import aiohttp
import pytest
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDict

from bot.demo.slack.delivery.signing import signature_headers
from bot.store.catalogue import Place
from handlers import ids, intake
from handlers.web import EVENTS_PATH, HttpServer
from tests.handlers import payloads as p

TOTAL, SEED, AT_ONCE = 10_000, 20261128, 24
REFUSED, UNREADABLE = {400}, {200, 400}
ODD: tuple[Any, ...] = (None, True, 0, -1, 1.5, "", "x" * 5000, "\x00", "<!channel>", [], {}, [[]], {"id": {}}, [None])


@dataclass(frozen=True)
class Forged:
    """One request, and the statuses that are right for it."""

    what: str
    expected: set[int]
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunked: bool = False


def sign(body: bytes, *, secret: str = p.SECRET, at: int | None = None) -> list[tuple[str, str]]:
    return list(signature_headers(secret, at or int(time.time()), body).items())


def sent(what: str, expected: set[int], body: bytes, kind: str = p.JSON, **signed: Any) -> Forged:
    return Forged(what, expected, body, [("Content-Type", kind), *sign(body, **signed)])


def payload_of(request: Any) -> tuple[dict[str, Any], str]:
    """What a test's payload says, and how it is sent."""
    return copy.deepcopy(request.body), request.content_type


def encoded(payload: dict[str, Any], kind: str) -> bytes:
    if kind == p.JSON:
        return json.dumps(payload).encode()
    return urlencode(payload if "command" in payload else {"payload": json.dumps(payload)}).encode()


ALARM = {"type": "message", "channel": "C01", "ts": "1700000000.000300", "bot_id": "B0OTHER", "text": "all is well"}
VIEW = {"id": "V01", "type": "modal", "callback_id": ids.LOGS_VIEW, "state": {"values": {}}}
HARMLESS = [
    p.command("help"),
    p.command("explain TG-01", name="/other"),
    p.mention("<@U0BOT> help"),
    p.event_callback(ALARM),
    p.event_callback({"type": "reaction_added", "user": "U01ALICE", "item": {"type": "message", "channel": "C01"}}),
    p.pressed(ids.SHOW_LOGS, "unknown-run"),
    p.pressed("of-another-version", "1"),
    p.in_modal({"action_id": ids.LOGS_LATER, "value": "2"}, "{}"),
    p.in_modal({"action_id": ids.LOGS_REQUEST, "selected_option": {"value": "r"}}, "{}"),
    p.interactive({"type": "view_submission", "view": VIEW}),
    p.interactive({"type": "shortcut", "callback_id": "other", "trigger_id": p.TRIGGER}),
]
"""Requests that start no work even where nothing is wrong with them: whatever becomes of a field, none may."""
WORKING: list[tuple[Any, tuple[str | int, ...]]] = [
    (p.command("diagnose orders prod"), ("channel_id",)),
    (p.command("diagnose orders prod"), ("trigger_id",)),
    (p.mention("<@U0BOT> diagnose orders prod"), ("event", "channel")),
    (p.mention("<@U0BOT> diagnose orders prod"), ("event", "ts")),
    (p.mention("<@U0BOT> diagnose orders prod"), ("event",)),
    (p.pressed(ids.RERUN, "{}"), ("user",)),
    (p.pressed(ids.RERUN, "{}"), ("user", "id")),
    (p.pressed(ids.RERUN, "{}"), ("actions",)),
    (p.pressed(ids.RERUN, "{}"), ("actions", 0, "action_ts")),
]
"""Requests that start work, each with a field that it cannot do without."""


def put(payload: Any, path: tuple[str | int, ...], value: Any) -> None:
    for part in path[:-1]:
        payload = payload[part]
    payload[path[-1]] = value


def paths(value: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where every field of a payload stands."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*before, key)
        yield from paths(inner, (*before, key))


# --- what is forged -----------------------------------------------------------------------------------------------


def wrong_signature(draw: random.Random) -> Forged:
    payload, kind = payload_of(draw.choice(WORKING)[0])
    return sent(
        "wrong signature", {401}, encoded(payload, kind), kind, secret=draw.choice(["", "guess", p.SECRET[:-1]])
    )


def changed_after_signing(draw: random.Random) -> Forged:
    payload, kind = payload_of(draw.choice(WORKING)[0])
    body = bytearray(encoded(payload, kind))
    headers = [("Content-Type", kind), *sign(bytes(body))]
    body[draw.randrange(len(body))] ^= 1 << draw.randrange(7)
    return Forged("changed after signing", {401}, bytes(body), headers)


def replayed(draw: random.Random) -> Forged:
    payload, kind = payload_of(draw.choice(WORKING)[0])
    away = draw.choice([-1, 1]) * draw.randrange(intake.REPLAY_SECONDS + 30, 10**8)
    return sent("replayed", {401}, encoded(payload, kind), kind, at=max(0, int(time.time()) + away))


def odd_headers(draw: random.Random) -> Forged:
    payload, kind = payload_of(draw.choice(WORKING)[0])
    body = encoded(payload, kind)
    signature, stamp = sorted(sign(body), key=lambda pair: "timestamp" in pair[0].lower())
    wrong = [
        [stamp],
        [signature],
        [],
        [signature, signature, stamp],
        [signature, stamp, stamp],
        [signature, (stamp[0], "9" * draw.randrange(13, 400))],
        [signature, (stamp[0], draw.choice(["", "now", "-1", "1e9", "٣٤", "0x5f", "NaN"]))],
        [(signature[0], draw.choice(["", "v0=", "v1" + signature[1][2:], signature[1].upper(), "v0=é" * 16])), stamp],
    ]
    return Forged("odd headers", {401}, body, [("Content-Type", kind), *draw.choice(wrong)])


def odd_content_type(draw: random.Random) -> Forged:
    payload, kind = payload_of(draw.choice(WORKING)[0])
    body = encoded(payload, kind)
    types = ["", "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonp", "é"]
    chosen = draw.choice([[draw.choice(types)], [kind, kind], [p.JSON, p.FORM]])
    return Forged("odd content type", {415, 400}, body, [*(("Content-Type", each) for each in chosen), *sign(body)])


def compressed(draw: random.Random) -> Forged:
    payload, kind = payload_of(draw.choice(WORKING)[0])
    body = gzip.compress(encoded(payload, kind))
    headers = [("Content-Type", kind), ("Content-Encoding", "gzip"), *sign(body)]
    return Forged("compressed", {415}, body, headers)


def truncated(draw: random.Random) -> Forged:
    payload, _ = payload_of(draw.choice(HARMLESS[2:]))
    text = json.dumps(payload)
    cut = text[: draw.randrange(1, len(text) - 1)]
    if draw.random() < 0.5:
        return sent("truncated", REFUSED, cut.encode())
    return sent("truncated", REFUSED, f"payload={quote_plus(cut)}".encode(), p.FORM)


def no_object(draw: random.Random) -> Forged:
    text = draw.choice(["", "null", "[]", "1", '"x"', "NaN", '{"type": NaN}', "{" * 300, '{"a":' * 3000, "\ufeff{}"])
    if draw.random() < 0.5:
        return sent("no object", REFUSED, text.encode())
    return sent("no object", REFUSED, f"payload={quote_plus(text)}".encode(), p.FORM)


def nested(draw: random.Random) -> Forged:
    payload, kind = payload_of(draw.choice(HARMLESS[2:]))
    deep: Any = 1
    for _ in range(draw.randrange(intake.DEEPEST_JSON, 400)):
        deep = [deep] if draw.random() < 0.5 else {"a": deep}
    payload["more"] = deep
    return sent("nested", REFUSED, encoded(payload, kind), kind)


def unknown(draw: random.Random) -> Forged:
    kind = draw.choice(["", "bogus", "event", "dialog_submission", 1, None, [], {}, "block_actions\x00"])
    payload, form = payload_of(draw.choice(HARMLESS[2:]))
    payload["type"] = kind
    return sent("unknown type", REFUSED, encoded(payload, form), form)


def odd_form(draw: random.Random) -> Forged:
    payload, _ = payload_of(HARMLESS[0])
    body = urlencode(payload)
    forms = [body + "&text=diagnose+orders+prod", body + "&" * 5, "payload", "command=%FF%FE", "=&=", "a=1;b=2"]
    forms += ["&".join(f"f{number}=1" for number in range(80)), "payload=%7B%7D&payload=%7B%7D", body.replace("=", "")]
    return sent("odd form", REFUSED, draw.choice(forms).encode(), p.FORM)


def odd_encoding(draw: random.Random) -> Forged:
    payload, kind = payload_of(draw.choice(HARMLESS))
    text = encoded(payload, kind).decode().replace("help", "hélp") + "é"
    return sent("odd encoding", REFUSED, text.encode(draw.choice(["utf-16", "latin-1", "utf-32", "utf-7"])), kind)


def retyped(draw: random.Random) -> Forged:
    payload, kind = payload_of(draw.choice(HARMLESS))
    for _ in range(draw.randrange(1, 4)):
        put(payload, draw.choice(list(paths(payload))[:60]), copy.deepcopy(draw.choice(ODD)))
        if not isinstance(payload, dict) or not payload:
            break
    return sent("retyped", UNREADABLE, encoded(payload, kind), kind)


def retyped_where_it_counts(draw: random.Random) -> Forged:
    request, path = draw.choice(WORKING)
    payload, kind = payload_of(request)
    put(payload, path, copy.deepcopy(draw.choice([odd for odd in ODD if odd not in (0, -1, 1.5)])))
    if kind == p.FORM and "command" in payload:
        put(payload, path, draw.choice(["", "\x00", "x" * 5000, "<!channel>", "a b"]))
    return sent("retyped where it counts", REFUSED, encoded(payload, kind), kind)


def missing(draw: random.Random) -> Forged:
    request, path = draw.choice(WORKING)
    payload, kind = payload_of(request)
    inner: Any = payload
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return sent("missing", REFUSED, encoded(payload, kind), kind)


def giant(draw: random.Random) -> Forged:
    body = b"x" * (intake.LONGEST_BODY + draw.randrange(1, 200_000))
    made = sent("giant", {413}, body)
    return Forged("giant", {413}, body, made.headers, chunked=draw.random() < 0.5)


RARE = {giant: 40}
"""How many of them: a megabyte each."""
KINDS: tuple[Callable[[random.Random], Forged], ...] = (
    wrong_signature,
    changed_after_signing,
    replayed,
    odd_headers,
    odd_content_type,
    compressed,
    truncated,
    no_object,
    nested,
    unknown,
    odd_form,
    odd_encoding,
    retyped,
    retyped,
    retyped,
    retyped_where_it_counts,
    missing,
)


def forged_requests() -> Iterator[Forged]:
    draw = random.Random(SEED)  # noqa: S311 - what is drawn is no secret
    rare = [kind(draw) for kind, count in RARE.items() for _ in range(count)]
    yield from rare
    for number in range(TOTAL - len(rare)):
        yield KINDS[number % len(KINDS)](draw)


# --- and what becomes of it ---------------------------------------------------------------------------------------


@pytest.fixture
async def server(desk):
    async def health():
        return True, {}

    async def no_metrics():
        return b""

    made = HttpServer(desk.app, "127.0.0.1", 0, health, no_metrics, secret=p.SECRET)
    await made.start()
    yield made
    await made.stop()


async def status_of(session: aiohttp.ClientSession, url: str, forged: Forged) -> int:
    async def pieces():
        for start in range(0, len(forged.body), 65536):
            yield forged.body[start : start + 65536]

    data = pieces() if forged.chunked else forged.body
    headers: CIMultiDict[str] = CIMultiDict(forged.headers)
    async with session.post(url, data=data, headers=headers, skip_auto_headers=["Content-Type"]) as answer:
        await answer.read()
        return answer.status


def is_crash(record: logging.LogRecord) -> bool:
    """Whether something was raised through. What aiohttp itself cannot read as HTTP it answers with 400, and logs."""
    return bool(record.exc_info) and not isinstance(record.exc_info[1], HttpProcessingError)


async def test_ten_thousand_forged_requests(desk, server, caplog):
    caplog.set_level(logging.ERROR)
    # A command without words opens the form, which has names read where none are known: here they are.
    await desk.edge.catalogue.keep_apis(Place("eu-west-1"), (), desk.edge.now())
    url = server.address + EVENTS_PATH
    seen: Counter[tuple[str, int]] = Counter()
    requests, wrong = forged_requests(), []

    async def work(session):
        for forged in requests:
            status = await status_of(session, url, forged)
            seen[forged.what, status] += 1
            if status not in forged.expected:
                wrong.append((forged.what, status, forged.body[:2000], forged.headers))

    async with aiohttp.ClientSession(auto_decompress=False) as session:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work(session))
        assert wrong == []
        assert seen.total() == TOTAL
        assert desk.jobs.put_jobs == {}, "no work was started"
        crashed = [record.getMessage() for record in caplog.records if is_crash(record)]
        assert crashed == [], "every listener could read what passed"
        genuine = sent("genuine", {200}, encoded(*payload_of(p.command("diagnose orders prod"))), p.FORM)
        assert [await status_of(session, url, genuine) for _ in range(2)] == [200, 200]
    assert desk.jobs.only["request"]["api"] == "orders", "and a replay within the five minutes is the same request"
