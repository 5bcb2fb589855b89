"""The surfaces around a report, each as it looks with little, much, nothing and hostile text."""

from datetime import timedelta

from bot.diagnosis import sources as s
from bot.diagnosis import what_if
from bot.diagnosis.engine import report as judged
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.model import Gap, GapReason, Request
from bot.report import contexts as c
from bot.report.asking import CheckOfRun, HistoryCursor
from bot.report.explain_view import explain_view
from bot.report.fix_view import fix_view
from bot.report.fresh_logs_view import fresh_logs_view
from bot.report.lists import doctor_report, history_page, place_line, run_line, watch_line, watch_list
from bot.report.outcome_view import Outcome, outcome_view
from bot.report.watch_view import changed_view, ended_view, spoken, started_view
from bot.store.feedback import Tally
from bot.store.health import Examination
from bot.store.interface import Page, Run, RunState
from bot.watching.watch import Watch, fingerprint
from tests.diagnosis import worlds as w
from tests.report import samples

URL = "https://example.slack.com/"
REQUEST = Request(api="orders", stage="prod", region="eu-west-1")
NOTHING_READ = Evidence(request=REQUEST, at=samples.AT)


def run(number=1, report=None, **changes) -> Run:
    """A stored run; its message is a reply in a thread. An empty report is none."""
    return Run(
        **{
            "run_id": f"{number:032x}",
            "job_key": f"k{number}",
            "request": REQUEST.model_dump(mode="json"),
            "created": samples.AT - timedelta(hours=number),
            "state": RunState.DONE,
            "channel": "C01",
            "message_ts": f"17000000{number:02}.000200",
            "thread_ts": "1700000000.000100",
            "report": None if report == "" else (report or samples.report()).to_json(),
            **changes,
        }
    )


def history(*runs, cursor=None, older=None, tallies=None) -> c.HistoryPage:
    return history_page(Page(tuple(runs), older), cursor or HistoryCursor(), URL, tallies or {})


def hostile_request() -> Request:
    return Request(
        api=samples.HOSTILE.replace("\ud800", ""), stage="x" * 4000, path="/" + "é" * 4000, region="eu-west-1"
    )


def watch(number=1, **changes) -> Watch:
    return Watch(
        **{
            "id": f"{number:024x}",
            "request": REQUEST.model_dump(mode="json"),
            "channel": "C01",
            "user": "U01ALICE",
            "every_minutes": 30,
            "due": samples.AT.isoformat(),
            "thread_ts": "1700000000.000100",
            "verdict": fingerprint(samples.report()),
            "headline": spoken(samples.report()),
            "checked": samples.AT.isoformat(),
            **changes,
        }
    )


def hostile_watch(number=1) -> Watch:
    return watch(number, request=hostile_request().model_dump(mode="json"), headline=samples.HOSTILE * 20)


def examination(**changes) -> Examination:
    return Examination(
        **{
            "region": "eu-west-1",
            "account": "",
            "at": samples.AT.isoformat(),
            "allowed": 38,
            "denied": ("ec2:DescribeNetworkAcls", "cloudtrail:LookupEvents"),
            "unknown": ("health:DescribeEvents: SubscriptionRequiredException",),
            **changes,
        }
    )


def home(runs=(), watches=(), places=(), snoozes=(), quiet=()) -> c.HomeView:
    return c.HomeView(
        "/vpclink", tuple(runs), tuple(watches), 3 if watches else 0, tuple(places), "eu-west-1", snoozes, quiet
    )


def forty_requests():
    logs = tuple(samples.logged(number, *["Method request body: " + "x" * 200] * 30) for number in range(1, 11))
    return samples.report(logs=logs, failing_requests=40)


def no_target_is_healthy():
    health = tuple(w.target(target, "unhealthy", "Target.FailedHealthChecks") for target in w.TARGETS)
    return w.changed(s.TARGET_HEALTH, w.GROUP, health)


def fix_of(code: str) -> c.FixView:
    read = no_target_is_healthy()
    return fix_view(read, judged(read), CheckOfRun(code, samples.RUN))


def still_broken() -> c.FixView:
    """One of two causes is repaired."""
    read = no_target_is_healthy()
    left = samples.cause(resource=samples.HOSTILE, summary=samples.HOSTILE * 10)
    found = what_if.WhatIf("TG-01", (w.GROUP,), (left,) * 9, judged(read).verdict.state, "…")
    shown = tuple(c.Remaining(x.check, c.Link(x.resource), x.summary) for x in found.remaining[:5])
    view = fix_of("TG-01")
    return c.FixView(**{**vars(view), "outcome": "still-broken", "remaining": shown, "more": 4})


def explained(code: str, report=None) -> c.ExplainView:
    view = explain_view(code, samples.RUN, report)
    assert view
    return view


def picker(**changes) -> c.PickerView:
    return c.PickerView(
        **{
            "accounts": (),
            "account": "",
            "region": "eu-west-1",
            "api": "",
            "api_label": "",
            "anywhere": False,
            "api_round": 0,
            "parts_round": 0,
            "state": "{}",
            **changes,
        }
    )


DENIED = Gap(action="logs:FilterLogEvents", resource="g", reason=GapReason.ACCESS_DENIED)


def testable_cause() -> c.Context:
    """A report whose fix can be tested on the model."""
    read = no_target_is_healthy()
    return outcome_view(Outcome(judged(read), read, samples.RUN, "U01ALICE"))


MESSAGES = {
    "cause_with_a_fix_to_test": testable_cause,
    "history": lambda: history(
        run(1),
        run(2, samples.healthy()),
        run(3, samples.undecided()),
        run(4, report="", state=RunState.RUNNING),
        run(5, report="", state=RunState.FAILED),
        older="1:x",
        tallies={f"{1:032x}": Tally(3, 1, "It was a WAF rule")},
    ),
    "history_of_an_api": lambda: history(run(7), cursor=HistoryCursor(api="a1", about="orders", before="1:x")),
    "history_empty": lambda: history(cursor=HistoryCursor(api="a1", about="orders")),
    "history_hostile": lambda: history(
        *(run(n, request=hostile_request().model_dump(mode="json"), report="") for n in range(1, 7)),
        cursor=HistoryCursor(about=samples.HOSTILE * 9),
    ),
    "watch_list": lambda: watch_list([watch(1), watch(2, verdict="", headline="", checked="", thread_ts="")], URL),
    "watch_list_empty": lambda: watch_list([], URL),
    "watch_list_huge": lambda: watch_list([watch(number) for number in range(1, 31)], URL),
    "watch_list_hostile": lambda: watch_list([hostile_watch(number) for number in range(1, 4)], URL),
    "watch_started": lambda: started_view(watch(), samples.healthy()),
    "watch_changed": lambda: changed_view(watch(), samples.healthy()),
    "watch_changed_hostile": lambda: changed_view(hostile_watch(), samples.undecided()),
    "watch_ended_by_a_person": lambda: ended_view(watch(), user="U01ALICE"),
    "watch_ended_by_failures": lambda: ended_view(watch(), failures=5, reason="AWS did not answer."),
    "fresh_logs": lambda: fresh_logs_view(samples.report(findings=(), gaps=()), NOTHING_READ, samples.RUN),
    "fresh_logs_huge": lambda: fresh_logs_view(forty_requests(), NOTHING_READ, samples.RUN),
    "fresh_logs_none": lambda: fresh_logs_view(samples.healthy(gaps=(DENIED,)), NOTHING_READ, samples.RUN),
    "doctor": lambda: doctor_report(examination()),
    "doctor_all_well": lambda: doctor_report(examination(allowed=41, denied=(), unknown=())),
    "doctor_hostile": lambda: doctor_report(
        examination(denied=tuple(f"ec2:Read{n}" for n in range(60)), unknown=(samples.HOSTILE * 5,) * 50)
    ),
}
VIEWS = {
    "explain_view": lambda: explained("SG-03", samples.report()),
    "explain_view_forgotten": lambda: explained("TG-01"),
    "fix_view_nothing_left": lambda: fix_of("TG-01"),
    "fix_view_not_tested": lambda: fix_of("VPL-03"),
    "fix_view_still_broken": still_broken,
    "wrong_cause_view": lambda: c.WrongCauseView("SG-03", 300, "{}"),
    "picker_view": picker,
    "picker_view_chosen": lambda: picker(
        accounts=("production",),
        account="production",
        api="a1b2c3d4e5",
        api_label="orders · REST · a1b2c3d4e5",
        anywhere=True,
        api_round=1,
        parts_round=3,
    ),
    "picker_view_hostile": lambda: picker(api=samples.HOSTILE[:140], api_label=samples.HOSTILE),
    "home_empty": home,
    "home": lambda: home(
        [run_line(run(1), URL, Tally(1, 0)), run_line(run(2, samples.healthy()), URL, Tally())],
        [watch_line(watch(), URL)],
        [place_line(examination()), place_line(examination(region="us-east-1", denied=(), unknown=()))],
        (c.HomeSnooze("orders-5xx", "C02PRODUCTION", "U01ALICE", "2026-11-22 08:00:00 UTC", "C02PRODUCTION/0123"),),
        ("C02PRODUCTION",),
    ),
    "home_huge": lambda: home(
        [
            run_line(run(n, request=hostile_request().model_dump(mode="json"), report=None), "", Tally(9, 9))
            for n in range(1, 9)
        ],
        [watch_line(hostile_watch(n), URL) for n in range(1, 16)],
        [place_line(examination(region=f"eu-west-{n}")) for n in range(1, 9)],
    ),
}
