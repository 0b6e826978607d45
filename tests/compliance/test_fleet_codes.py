"""What the controller knows of hosts by hearing them, and what takes it away."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from compliance.answers import Answer, Look
from compliance.fleet_codes import FLEET_CODES
from compliance.logged import LoggedStatement
from compliance.reasons import Reason
from tests.compliance.logbook import NOW, findings, fold, said
from wire.messages import Body, Configuration, IntegrityScan, Inventory
from wire.verdicts import CheckVerdict, Names

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
OLD = NOW - timedelta(days=3)
INVENTORY = Inventory("debian", "12", "6.1", "1", "0.14", 2, 4_000_000_000)
CONFIGURATION = Configuration("p" + "0" * 32, {}, {}, 0, 2, (), ())


def scan(watched: str) -> IntegrityScan:
    return IntegrityScan(
        watched="p" + watched * 32,
        names=Names.NONE,
        from_at=OLD,
        to_at=NOW,
        files=1,
        bytes=1,
        unreadable=0,
        gaps=0,
        added=0,
        modified=1,  # a change that was seen and told is what the watch is for
        removed=0,
        metadata=0,
        baseline="p" + "f" * 32,
    )


def judged(code: str, *bodies: Body) -> Answer:
    return judged_entries(code, *(said(place, body) for place, body in enumerate(bodies)))


def judged_entries(code: str, *entries: LoggedStatement) -> Answer:
    (host,) = fold(entries).hosts.values()
    return FLEET_CODES[f"fleet.{code}"](Look(host, "S1", NOW, timedelta(days=2)))


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("hosts_report", findings({"a": CheckVerdict.FAIL})),
        ("inventory_known", INVENTORY),
    ],
)
def test_a_host_is_known_while_its_word_is_fresh(code: str, body: Body) -> None:
    assert judged(code, body).verdict is PASS
    stale = judged_entries(code, said(0, body, made_at=OLD))
    assert (stale.verdict, stale.reason) == (UNKNOWN, Reason.STALE)
    assert judged(code, CONFIGURATION).reason is Reason.NEVER_SEEN


def test_data_is_watched_when_every_path_was_compared_lately() -> None:
    assert judged("data_watched", CONFIGURATION, scan("1"), scan("2")).verdict is PASS
    missing = judged("data_watched", CONFIGURATION, scan("1"))
    assert (missing.verdict, missing.reason) == (UNKNOWN, Reason.STALE)
    assert judged("data_watched", CONFIGURATION).reason is Reason.NEVER_SEEN
    assert judged("data_watched", scan("1")).reason is Reason.NEVER_SEEN


def test_a_host_that_watches_nothing_fails() -> None:
    assert judged("data_watched", replace(CONFIGURATION, watched=0)).verdict is FAIL


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"to_at": OLD}, Reason.STALE),
        ({"gaps": 1}, Reason.COULD_NOT_LOOK),
        ({"unreadable": 1}, Reason.COULD_NOT_LOOK),
        ({"baseline": None}, Reason.COULD_NOT_LOOK),
    ],
)
def test_a_scan_that_did_not_see_everything_proves_nothing(
    changes: dict[str, object], reason: Reason
) -> None:
    blind = replace(scan("2"), **changes)
    result = judged("data_watched", CONFIGURATION, scan("1"), blind)
    assert (result.verdict, result.reason) == (UNKNOWN, reason)


def test_the_newest_scan_of_a_path_counts() -> None:
    seen = (CONFIGURATION, scan("1"), replace(scan("2"), gaps=1))
    assert judged("data_watched", *seen, scan("2")).verdict is PASS
