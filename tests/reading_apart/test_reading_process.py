"""Reading in a process of its own: the same evidence, and an answer whatever becomes of the process."""

import asyncio
import signal
import sys

import pytest

from bot.diagnosis import engine
from bot.diagnosis.model import Request
from bot.language import speaking
from bot.reading import CannotReadError
from bot.reading_apart.process import ReadingFailed, ReadingProcess
from tests.diagnosis import worlds as w
from tests.reading_apart.reader import CLOCK
from tests.saved_evidence import EvidenceReader, broken


def collect(process, request, progress):
    return process.collect(request, progress, deadline=20)


@pytest.fixture
async def process():
    reading = ReadingProcess(sys.executable, "-m", "tests.reading_apart.reader")
    yield reading
    reading.close()
    if reading._listening:
        await asyncio.wait({reading._listening})


def asking(api: str = "orders") -> Request:
    return w.request(api=api)


async def test_it_reads_what_a_reading_in_this_process_would(process):
    told = []
    evidence = await collect(process, asking(), lambda *what: told.append(what))
    here = []
    assert evidence == engine.collect(
        asking(), EvidenceReader(broken()), CLOCK, progress=lambda *what: here.append(what)
    )
    first, last = told[0], told[-1]
    assert first == here[0]
    assert last == (last[0], frozenset())
    assert last[0].reads == evidence.reads


async def test_what_was_read_once_is_the_same_object_to_the_end(process):
    told = []
    evidence = await collect(process, asking(), lambda known, _: told.append(known))
    early = next(known for known in told if known.reads)
    assert all(evidence.reads[key] is outcome for key, outcome in early.reads.items())


async def test_several_read_at_the_same_time_over_one_process(process):
    every = await asyncio.gather(*(collect(process, asking(), lambda *_: None) for _ in range(5)))
    assert all(evidence == every[0] for evidence in every)


@pytest.mark.parametrize(("language", "words"), [("en", "The account is missing."), ("fr", "Le compte manque.")])
async def test_what_cannot_be_read_is_said_in_the_language_of_whoever_asks(process, language, words):
    with speaking(language), pytest.raises(CannotReadError, match=words):
        await collect(process, asking("refuse"), lambda *_: None)


async def test_a_failure_of_ours_is_a_failure_here(process):
    with pytest.raises(ReadingFailed, match="KeyError: 'a mistake of ours'"):
        await collect(process, asking("raise"), lambda *_: None)


async def test_a_process_that_ends_fails_its_readings_and_the_next_one_starts_another(process, caplog):
    with pytest.raises(ReadingFailed, match="ended with status 7"):
        await collect(process, asking("exit"), lambda *_: None)
    assert "the next reading starts another" in caplog.text
    assert await collect(process, asking(), lambda *_: None)


async def test_a_killed_process_fails_every_reading_that_waits(process):
    assert await collect(process, asking(), lambda *_: None)
    process._process.send_signal(signal.SIGSTOP)  # it answers no more, so both readings wait
    waiting = [asyncio.create_task(collect(process, asking(), lambda *_: None)) for _ in range(2)]
    while len(process._waiting) < 2:
        await asyncio.sleep(0)
    process._process.kill()
    for reading in waiting:
        with pytest.raises(ReadingFailed, match="ended with status -9"):
            await reading


async def test_after_the_end_nothing_is_started(process):
    process.close()
    with pytest.raises(ReadingFailed, match="the service is stopping"):
        await collect(process, asking(), lambda *_: None)


async def test_a_reader_that_left_is_told_nothing_more(process):
    told = []
    leaving = asyncio.create_task(collect(process, asking(), lambda *what: told.append(what)))
    while not process._waiting:
        await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await collect(process, asking(), lambda *_: None)
    assert told == []
