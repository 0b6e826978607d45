"""A host whose clock is a day off: corrected by the controller's signed time, and named."""

import contextlib
import sqlite3

import pytest

from demo.programs import Program
from tests.end_to_end.province import Province, ask
from tests.end_to_end.telling import LANGUAGES, REMEDY, tell

DAY_S = 86_400
SHIFTED = """
import agent.clock as clocks
from datetime import UTC, datetime, timedelta
clocks.SystemClock.now = lambda self: datetime.now(UTC) + timedelta(seconds={seconds})
"""
INSIDE_ONLY = """
import agent.daemon.jobs as jobs
every_job = jobs.jobs_of
jobs.jobs_of = lambda app: tuple(job for job in every_job(app) if not job.words)
"""  # heartbeat and evidence, no long job


@pytest.mark.parametrize("seconds", [DAY_S, -DAY_S])
def test_a_clock_off_by_a_day_joins_sends_and_is_named(
    province: Province, agent: Program, seconds: int
) -> None:
    shifted = SHIFTED.format(seconds=seconds)

    joined = tell(agent, "join", text=province.new_token(), prelude=shifted)
    told = tell(agent, "run", "--once", prelude=shifted + INSIDE_ONLY)

    assert (joined.code, joined.err) == (0, "")
    assert "Traceback" not in told.err
    _, outbox = ask(agent, "outbox")
    assert outbox["waiting"] == 0  # never a lock-out: everything was taken
    assert _clock_alerts(province, agent) == 1
    for language in LANGUAGES:
        status = tell(agent, "status", "--lang", language, prelude=shifted)
        doctor = tell(agent, "doctor", "--lang", language, prelude=shifted)
        assert (status.code, doctor.code) == (1, 1)
        for said in (status, doctor):
            assert str(DAY_S) in said.out
            assert "timedatectl" in said.out


def test_a_mended_clock_is_no_longer_named(province: Province, agent: Program) -> None:
    shifted = SHIFTED.format(seconds=DAY_S)
    agent.run("join", text=province.new_token())
    tell(agent, "run", "--once", prelude=shifted + INSIDE_ONLY)

    tell(agent, "run", "--once", prelude=INSIDE_ONLY)

    status = tell(agent, "status", "--lang", "en")
    assert "alarm.clock" not in status.out
    assert REMEDY["en"] not in status.err


def _clock_alerts(province: Province, agent: Program) -> int:
    name = province.agent_of(agent)
    address = f"{province.database.as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as opened:
        rows = opened.execute("SELECT * FROM alert").fetchall()
    return sum("CLOCK" in map(str, row) and name in "".join(map(str, row)) for row in rows)
