"""Some faults once each, on the real process: nothing lost, doubled or wrong. All, many times: `make faults`."""

from random import Random

import pytest

from tests.faults.faults import FAULTS
from tests.faults.rig import rig
from tests.faults.trial import tried

IN_THE_SUITE = {
    "`kill -9` of the process that reads AWS",
    "SIGTERM at a random moment, and a restart",
    "credentials expire in the middle",
    "the disk is full",
}
"""`kill -9` of the bot itself is in tests/end_to_end/test_crash.py; each of the others has a test beside its code."""


def test_the_suite_has_faults_that_exist():
    assert {fault.name for fault in FAULTS} >= IN_THE_SUITE


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.name in IN_THE_SUITE], ids=lambda fault: fault.name)
async def test_a_request_survives(fault, tmp_path):
    async with rig(tmp_path) as one:
        row = await tried(one, fault, 1, Random(fault.name).randrange(1000))  # noqa: S311 - chooses a moment
    assert (row.tried, row.bad) == (1, 0), one.log.read_text()[-5000:]
