"""The `vpclink` command, thin: it parses, calls, prints. Standard output holds the answer, standard error the rest.

Each command imports what it needs, so that none waits for the others' libraries.

Exit status: 0 no fault found, 1 a cause found, 2 usage or configuration error, 3 inconclusive.
"""

from __future__ import annotations

import argparse
import codecs
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bot.config import UnknownAccountError
from bot.diagnosis.model import State
from bot.language import ENGLISH, LANGUAGES, speak
from bot.reading import CannotReadError
from bot.settings import SettingsError

if TYPE_CHECKING:
    from bot.aws.accounts import AccountSessions
    from bot.diagnosis.evidence import Evidence

EXIT = {State.NO_FAULT_FOUND: 0, State.CAUSE_FOUND: 1, State.INCONCLUSIVE: 3}
USAGE_ERROR = 2


class UsageError(Exception):
    """The command cannot be carried out as given; the message says what was expected."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and leave with its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] | None = getattr(options, "run", None)
    if run is None:
        parser.print_help(sys.stderr)
        _leave(USAGE_ERROR)
    try:
        status = run(options)
    except (UsageError, UnknownAccountError, CannotReadError, SettingsError) as error:
        print(f"vpclink: {error}", file=sys.stderr)
        status = USAGE_ERROR
    except BrokenPipeError:
        status = USAGE_ERROR
    except KeyboardInterrupt:
        status = 130
    _leave(status)


def _leave(status: int) -> NoReturn:
    """Leave without waiting for reads that the deadline gave up on; they change nothing and may hang for seconds."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vpclink", description="Find why an Amazon API Gateway API behind a VPC link answers HTTP 500."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    diagnose = commands.add_parser("diagnose", help="walk the path of an API and name the cause")
    diagnose.add_argument("api", help="name, id, ARN or invoke URL of the API")
    diagnose.add_argument("stage", nargs="?", help="stage (may be left out where the URL or ARN names it)")
    diagnose.add_argument("path", nargs="?", help="path of the failing request, such as /orders/42")
    diagnose.add_argument("method", nargs="?", help="its method, such as GET")
    diagnose.add_argument("--account", help="account name or id, where several are configured")
    diagnose.add_argument("--region", help="AWS region of the API (default: AWS_REGION, then the profile's)")
    diagnose.add_argument(
        "--since", default="60m", help="how far back logs are read: 30m, 2h, 1d (default: %(default)s)"
    )
    diagnose.add_argument("--save", metavar="FILE", help="also write the evidence bundle, for `vpclink replay`")
    diagnose.add_argument("--deadline", type=float, default=25.0, help="seconds until it reports what it has")
    diagnose.add_argument("--what-if", metavar="CODE", help="test the fix of a check on the model: what would remain")
    diagnose.add_argument("--probe", action="store_true", help="also probe the path's addresses from this host")
    diagnose.add_argument("--changes", action="store_true", help="also look up who changed what (CloudTrail)")
    diagnose.add_argument(
        "--language", choices=LANGUAGES, default=ENGLISH, help="language of the report (default: %(default)s)"
    )
    _format(diagnose)
    diagnose.set_defaults(run=_diagnose)

    replay = commands.add_parser("replay", help="judge a saved evidence bundle again")
    replay.add_argument("file", help="an evidence bundle, or - for standard input")
    replay.add_argument("--what-if", metavar="CODE", help="test the fix of a check on the model: what would remain")
    _format(replay)
    replay.set_defaults(run=_replay)

    explain = commands.add_parser("explain", help="say what a log line or a check code means")
    explain.add_argument("text", nargs="+", help="a check code, a log line, or - for standard input")
    _format(explain)
    explain.set_defaults(run=_explain)

    alarm = commands.add_parser("alarm", help="say what an alarm's payload is about (SNS, EventBridge, Slack, e-mail)")
    alarm.add_argument("file", help="the payload, or - for standard input")
    _format(alarm)
    alarm.set_defaults(run=_alarm)

    probe = commands.add_parser("probe", help="try a backend on the wire: TCP, TLS, HTTP")
    probe.add_argument("url", help="such as https://10.0.0.5:8443/health")
    probe.add_argument("--server-name", help="the name to send and to check in the certificate (default: the host)")
    probe.add_argument("--ca-file", help="PEM file of further trusted roots")
    probe.add_argument("--head", action="store_true", help="ask with HEAD instead of GET")
    probe.add_argument(
        "--idle",
        type=_idle_seconds,
        default=0.0,
        metavar="SECONDS",
        help="then leave a connection alone that long, to see whether the backend ends it (load balancers keep theirs "
        "for 350 s, Application Load Balancers for 60 s)",
    )
    _format(probe)
    probe.set_defaults(run=_probe)

    serve = commands.add_parser("serve", help="run the Slack bot (Socket Mode with SLACK_APP_TOKEN, else HTTP)")
    serve.set_defaults(run=_serve)

    demo = commands.add_parser("demo", help="run the bot on a local AWS and a local Slack")
    demo.add_argument("--port", type=int, default=3100, help="port of the local Slack's page (default: %(default)s)")
    demo.set_defaults(run=_demo)

    manifest = commands.add_parser("manifest", help="print the Slack app manifest")
    manifest.add_argument("--request-url", help="public URL of the bot, for HTTP mode (without it: Socket Mode)")
    manifest.add_argument(
        "--user-groups",
        action="store_true",
        help="also ask for usergroups:read, which rules for user groups need",
    )
    manifest.set_defaults(run=_manifest)

    doctor = commands.add_parser("doctor", help="try each read once: what this role can and cannot see")
    doctor.add_argument("--account", help="account name or id (default: every configured one)")
    doctor.add_argument("--region", help="AWS region (default: AWS_REGION, then the profile's)")
    _format(doctor)
    doctor.set_defaults(run=_doctor)

    forget = commands.add_parser("forget", help="delete stored runs with their reports and evidence")
    forget.add_argument("api", nargs="?", metavar="API_ID", help="the runs of this API")
    forget.add_argument("--before", type=float, metavar="DAYS", help="the runs that are older than this many days")
    forget.add_argument("--all", action="store_true", help="every run")
    forget.set_defaults(run=_forget)

    policy = commands.add_parser("policy", help="print the read-only IAM policy")
    policy.add_argument(
        "--alarm-queue", metavar="ARN", help="print what taking alarms from this SQS queue needs beside it"
    )
    policy.set_defaults(run=_policy)
    return parser


def _format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: %(default)s")


def _diagnose(options: argparse.Namespace) -> int:
    from bot.diagnosis import engine
    from bot.diagnosis.api_reference import parse_api_text
    from bot.diagnosis.changes import resources_to_look_up
    from bot.diagnosis.evidence import to_json
    from bot.diagnosis.model import Request
    from bot.probing.from_here import probed_from_here

    speak(options.language)
    reference = parse_api_text(options.api)
    stage = options.stage or reference.stage
    if not stage:
        raise UsageError("which stage? Expected: vpclink diagnose <api> <stage> [/path] [METHOD]")
    accounts = _accounts()
    region = _region(options.region or reference.region)
    request = Request(
        api=options.api,
        stage=stage,
        path=options.path or reference.path,
        method=options.method.upper() if options.method else None,
        region=region,
        account=accounts.accounts.settled(options.account, region),
        since_minutes=since_minutes(options.since),
    )
    clock = engine.Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic)
    reader = accounts.reader(request)
    evidence = engine.collect(request, reader, clock, deadline=options.deadline)
    if options.probe:
        evidence = probed_from_here(evidence, lambda text: print(f"vpclink: {text}", file=sys.stderr))
    if options.changes:
        names = resources_to_look_up(engine.report(evidence))
        evidence = engine.with_changes(evidence, names, reader)
    if options.save:
        Path(options.save).write_text(to_json(evidence), encoding="utf-8")
    return _print_report(evidence, options)


def _replay(options: argparse.Namespace) -> int:
    from bot.diagnosis.evidence import BundleError, from_json

    try:
        evidence = from_json(_text(options.file))
    except BundleError as error:
        raise UsageError(str(error)) from error
    return _print_report(evidence, options)


def _explain(options: argparse.Namespace) -> int:
    from bot.diagnosis.explain import explain_json, explain_text

    text = _text("-") if options.text == ["-"] else " ".join(options.text)
    sys.stdout.write(explain_json(text) if options.format == "json" else explain_text(text))
    return 0


def _alarm(options: argparse.Namespace) -> int:
    from bot.alarms.cli_text import alarm_json, alarm_text

    text = _text(options.file)
    sys.stdout.write(alarm_json(text) if options.format == "json" else alarm_text(text))
    return 0


def _probe(options: argparse.Namespace) -> int:
    from bot.probe.cli_text import run_probe

    try:
        text, status = run_probe(
            options.url,
            server_name=options.server_name,
            ca_file=options.ca_file,
            method="HEAD" if options.head else "GET",
            idle=options.idle,
            output=options.format,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    sys.stdout.write(text)
    return status


def _idle_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 900:
        raise argparse.ArgumentTypeError(f"expected 1 to 900 seconds, not {text}")
    return seconds


def _serve(_: argparse.Namespace) -> int:
    import asyncio

    from bot.app import serve
    from bot.aws.secrets import Secrets
    from bot.settings import Settings
    from bot.store.errors import StorageError

    os.environ.update(Secrets().resolved(os.environ))
    try:
        asyncio.run(serve(Settings.from_environment(os.environ)))
    except StorageError as error:
        raise UsageError(str(error)) from error
    return 0


def _demo(options: argparse.Namespace) -> int:
    import asyncio

    try:
        from bot.demo.run import run
    except ModuleNotFoundError as error:
        raise UsageError(f"the demo needs `pip install vpclink[demo]` ({error.name} is missing).") from error
    asyncio.run(run(options.port))
    return 0


def _manifest(options: argparse.Namespace) -> int:
    import json

    from bot.manifest import manifest

    sys.stdout.write(json.dumps(manifest(options.request_url, user_groups=options.user_groups), indent=2) + "\n")
    return 0


def _policy(options: argparse.Namespace) -> int:
    from bot.diagnosis.policy import policy_json, queue_policy_json

    sys.stdout.write(queue_policy_json(options.alarm_queue) if options.alarm_queue else policy_json())
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from bot.aws.doctor import examine_accounts, readings_json, readings_text

    found = examine_accounts(_accounts(), options.account, options.region or _default_region())
    sys.stdout.write(readings_json(found) if options.format == "json" else readings_text(found))
    return 0 if all(reading.state == "allowed" for reading in found) else EXIT[State.INCONCLUSIVE]


def _forget(options: argparse.Namespace) -> int:
    import asyncio

    from bot.forgetting import forget
    from bot.settings import Settings
    from bot.store.errors import StorageError

    settings = Settings.from_environment(os.environ, for_slack=False)
    if [options.api is not None, options.before is not None, options.all].count(True) != 1:
        raise UsageError("forget what? Expected one of: vpclink forget API_ID, --before DAYS, --all")
    if options.before is not None and options.before < 0:
        raise UsageError(f"--before {options.before:g} is no number of days. Expected 0 or more.")
    if not (settings.on_aws or settings.database.exists()):
        raise UsageError(f"there is no database {settings.database}. Expected VPCLINK_DATABASE to name it.")
    try:
        count = asyncio.run(forget(settings, api_id=options.api, days=options.before))
    except StorageError as error:
        raise UsageError(str(error)) from error
    print(f"{count} run{'' if count == 1 else 's'} forgotten, with reports and evidence.")
    return 0


def _accounts() -> AccountSessions:
    """The accounts that are configured, and our own credentials."""
    import boto3

    from bot.aws.accounts import AccountSessions
    from bot.config import Accounts, load
    from bot.settings import Settings

    accounts = Accounts(load(Settings.from_environment(os.environ, for_slack=False), os.environ))
    session = boto3.Session()
    if session.get_credentials() is None:
        raise UsageError(
            "there are no AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    return AccountSessions(accounts, session)


def _default_region() -> str | None:
    import boto3

    return os.environ.get("AWS_REGION") or boto3.Session().region_name


def _region(region: str | None) -> str:
    found = region or _default_region()
    if not found:
        raise UsageError("which region? Give --region, or set AWS_REGION.")
    return found


def _print_report(evidence: Evidence, options: argparse.Namespace) -> int:
    from bot.diagnosis.engine import report as judge
    from bot.diagnosis.what_if import CannotTest, what_if

    report = judge(evidence)
    try:
        tested = what_if(evidence, options.what_if) if options.what_if else None
    except CannotTest as error:
        raise UsageError(f"--what-if: {error}") from error
    if options.format == "json":
        extra = {"what_if": tested.to_dict()} if tested else {}
        sys.stdout.write(report.to_json(extra))
    else:
        from bot.report.terminal import render_terminal

        sys.stdout.write(render_terminal(report) + (f"\n{tested.summary}\n" if tested else ""))
    return EXIT[report.verdict.state]


def _text(name: str) -> str:
    if name == "-":
        return _decoded(sys.stdin.buffer.read())
    try:
        return _decoded(Path(name).read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error


def _decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 where a byte order mark says so: what PowerShell's `>` writes."""
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace")


def since_minutes(text: str) -> int:
    """Read `30m`, `2h` or `1d` as minutes; at least one, at most fourteen days."""
    number, unit = text[:-1], text[-1:]
    factor = {"m": 1, "h": 60, "d": 1440}.get(unit)
    if factor is None or not number.isdigit() or not 1 <= int(number) * factor <= 14 * 1440:
        raise UsageError(f"--since {text!r} is not a time. Expected 30m, 2h or 1d, up to 14d.")
    return int(number) * factor
