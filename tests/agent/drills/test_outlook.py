"""The prediction for everything on a host comes from drills that were really held."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from agent.drills.journal import Journal
from agent.drills.outlook import predicted
from recovery.prediction import Volume
from wire.verdicts import Assurance, DrillVerdict

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HELD = Journal(
    drill_id="D1-1",
    drill_class="D1",
    dataset="share",
    site="b",
    verdict=DrillVerdict.PASSED,
    assurance=Assurance.SELF,
    started_at=NOON,
    ended_at=NOON + timedelta(seconds=110),
    objective_s=86400.0,
    files=100,
    bytes=1000,
    phases={"open": 10.0, "restore": 90.0, "clean_up": 10.0},
)


def test_the_same_data_take_the_same_time() -> None:
    outlook = predicted([HELD], {"share": Volume(100, 1000)})
    assert outlook is not None
    assert outlook.expected_s == 100.0
    assert outlook.upper_s > outlook.expected_s


def test_two_datasets_are_brought_back_one_after_the_other() -> None:
    outlook = predicted([HELD], {"share": Volume(100, 1000), "his": Volume(200, 2000)})
    assert outlook is not None
    assert outlook.expected_s == 100.0 + 10.0 + 180.0


def test_a_drill_that_did_not_pass_or_was_a_sample_tells_nothing() -> None:
    volumes = {"share": Volume(100, 1000)}
    assert predicted([replace(HELD, verdict=DrillVerdict.FAILED)], volumes) is None
    assert predicted([replace(HELD, drill_class="D0")], volumes) is None
    assert predicted([], volumes) is None
