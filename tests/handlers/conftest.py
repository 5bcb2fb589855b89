"""A desk for every test: the app with its edge, a real store, and everything that came of a request written down."""

import pytest

from bot.diagnosis.model import Request
from bot.report.asking import encode_rerun
from bot.store.interface import Run, RunState
from handlers import ids
from tests.handlers import payloads
from tests.report import samples

REQUEST = {"api": "orders", "stage": "prod", "region": "eu-west-1"}


@pytest.fixture
def desk(store) -> payloads.Desk:
    return payloads.Desk(store)


def asked(job):
    """The request of a job, without what nobody asked for."""
    return {key: value for key, value in job["request"].items() if value is not None and key != "since_minutes"}


async def keep(store, report=None, run_id=samples.RUN):
    """Store a finished run."""
    run = Run(
        run_id=run_id,
        job_key="k",
        request={**REQUEST, "path": "/kept"},
        created=samples.AT,
        state=RunState.DONE,
        report=(report or samples.report()).to_json(),
    )
    await store.runs.save(run)


def rerun(request=None, **changes):
    """A press on Re-run."""
    return payloads.pressed(ids.RERUN, encode_rerun(samples.RUN, request or Request(**REQUEST)), **changes)
