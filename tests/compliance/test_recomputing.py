"""A past date is computed again from the log up to then, by anyone, with the same bytes."""

import random
from datetime import timedelta
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.evidence import Folding
from compliance.logged import Evidence, LoggedAct, LoggedStatement, SystemKey
from compliance.score import Score, score
from recovery.drill_verdict import logged_verdict
from tests.compliance.decided import AWAY, DAY, act, asked, decided, ended, recorded, withdrawn
from tests.compliance.logbook import NOW, catalogue_of, findings, fold, said
from wire.acts import AgentRevoked
from wire.verdicts import CheckVerdict

SYSTEM = SystemKey("F1", "S1")
ROWS = [
    "group: a\nweight: 5\ndecided_by: {checks: {all: [c1, c2]}}",
    "group: a\nweight: 3\ndecided_by: {any: [{checks: {all: [c1]}}, {attest: true}]}",
    "group: b\nweight: 2\ndecided_by: {attest: true}",
    "group: b\nthreshold: x\nsuggested: true\ndecided_by: {checks: {any: [c2]}}",
    "group: c\ndecided_by: {fleet: [fleet.hosts_report]}",
]
BOOK = catalogue_of(ROWS)
PASS, FAIL, DARK = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
Entry = LoggedStatement | LoggedAct


def as_bytes(found: Score) -> bytes:
    return msgspec.json.encode(found, order="deterministic")


def bytes_of(evidence: Evidence, days: int = 0) -> bytes:
    return as_bytes(score(BOOK, evidence, SYSTEM, NOW + days * DAY))


def placed(entries: list[Entry], places: list[int]) -> list[Entry]:
    """The same entries, one after another at other places of the log."""
    return [
        LoggedAct(place, entry.received_at, entry.act, entry.by)
        if isinstance(entry, LoggedAct)
        else LoggedStatement(place, entry.received_at, entry.kind, entry.header, entry.body)
        for place, entry in zip(places, entries, strict=True)
    ]


FIRST: list[Entry] = [
    said(0, findings({"c1": PASS, "c2": FAIL})),
    said(0, findings({"c2": PASS}, timedelta(hours=3))),
]
SECOND: list[Entry] = [
    said(0, findings({"c1": FAIL, "c2": DARK}), agent="ag2"),
    said(0, findings({"c1": PASS}), agent="ag2"),
]
PEOPLE: list[Entry] = [
    recorded(0, "r1", "r2", until=NOW + 2 * DAY),
    asked(0, "r0", until=NOW + DAY),
    decided(0),
    asked(0, "r4", name="e2", kind=AWAY),
    decided(0, "e2", by="an"),
    decided(0, "e2"),
    withdrawn(0),
    ended(0, "e2"),
]
LEAVING: list[Entry] = [act(0, AgentRevoked("ag2", "F1", "stolen"))]


def interleaved(order: random.Random) -> list[Entry]:
    """Each speaker's own order stays; how they mix in the log does not."""
    waiting = [list(FIRST), list(SECOND), list(PEOPLE)]
    mixed: list[Entry] = []
    while any(waiting):
        mixed.append(order.choice([queue for queue in waiting if queue]).pop(0))
    return placed(mixed, list(range(len(mixed))))


def without_places(found: Score) -> object:
    told = msgspec.to_builtins(found)
    for control in told["controls"]:
        control["positions"] = len(control["positions"])
    return told


@given(st.randoms(use_true_random=False), st.integers(0, 4))
def test_how_speakers_mix_in_the_log_changes_places_only(order: random.Random, days: int) -> None:
    found, straight = fold(interleaved(order)), fold(interleaved(random.Random(1)))  # noqa: S311
    at = NOW + days * DAY
    assert without_places(score(BOOK, found, SYSTEM, at)) == without_places(
        score(BOOK, straight, SYSTEM, at)
    )


@given(st.randoms(use_true_random=False), st.integers(0, 3))
@settings(max_examples=30)
def test_every_past_date_is_computed_again_bit_for_bit(order: random.Random, days: int) -> None:
    """On the way along the log, as the verifier goes, and from its first entries, as others do."""
    log = interleaved(order) + placed(LEAVING, [99])
    folding, then = Folding(logged_verdict), []
    for entry in log:
        folding.add(entry)
        then.append(bytes_of(folding.evidence(), days))
    for size, stored in enumerate(then, 1):
        first = log[:size]
        order.shuffle(first)
        assert bytes_of(fold(first), days) == stored


def test_the_moment_judged_changes_the_bytes_and_the_same_moment_does_not() -> None:
    log = interleaved(random.Random(3))  # noqa: S311
    assert bytes_of(fold(log)) == bytes_of(fold(log))
    assert bytes_of(fold(log)) != bytes_of(fold(log), days=1)


def test_these_bytes_stay_what_they_are() -> None:
    """A change here changes what stored scores are worth: it needs a reason and a changelog."""
    made = placed([*FIRST, *SECOND, *PEOPLE[:4]], list(range(8)))
    golden = Path(__file__).with_name("golden_score.json").read_bytes()
    assert bytes_of(fold(made)) == golden.rstrip(b"\n")
