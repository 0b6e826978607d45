"""Which files a nonce asks for, and what answers prove."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from recovery.drill_verdict import (
    DrillFacts,
    judge,
    judge_logged,
    judge_statement,
    logged_verdict,
    overall,
)
from recovery.manifest import Entry, commit, leaves, membership_paths
from recovery.proof import SAMPLE_SIZE, challenge, sample_indexes, sample_size
from wire.commitments import Commitments
from wire.recovery_messages import Answer, Backup, Drill, Manifest, SiteCopy
from wire.verdicts import (
    Assurance,
    BackupVerdict,
    Cause,
    DrillVerdict,
    HeldBy,
    Names,
    Protection,
)

KEY = b"k" * 32
ID = "a" * 32
NAME = "p" + "0" * 32
AT = datetime(2026, 11, 21, tzinfo=UTC)
FILES = [Entry(b"/%04d" % number, 1, sha256(b"%d" % number).digest()) for number in range(600)]
ROOT = commit(FILES, KEY, ID).root.hex()
COMMITTED = Manifest(
    dataset=NAME,
    manifest_id=ID,
    root=ROOT,
    leaves=len(FILES),
    bytes=len(FILES),
    unproven=0,
    tree=NAME,
    snapshot=NAME,
    snapshot_at=AT,
)


def answers(nonce: str) -> tuple[Answer, ...]:
    hashes = list(leaves(FILES, KEY, ID))
    asked = challenge(nonce, ROOT, len(FILES), always=(599, 0))
    paths = membership_paths(hashes, len(FILES), asked)
    return tuple(
        Answer(
            index=index,
            leaf=hashes[index].hex(),
            path=tuple(node.hex() for node in paths[index]),
            keyed=NAME,
        )
        for index in asked
    )


SPOT = Drill(
    drill_id="d",
    drill_class="D0",
    dataset=NAME,
    site="b",
    verdict=DrillVerdict.PASSED,
    assurance=Assurance.SELF,
    started_at=AT,
    ended_at=AT,
    objective_s=86400.0,
    nonce="n1",
    manifest_id=ID,
    manifest_root=ROOT,
    manifest_leaves=len(FILES),
    answers=answers("n1"),
)
FULL = replace(SPOT, drill_class="D1", nonce="", answers=(), files=len(FILES), rto_s=60.0)


def test_459_files_show_damage_of_one_in_a_hundred_with_99_percent() -> None:
    assert sample_size(0.01, 0.99) == SAMPLE_SIZE == 459
    assert sample_size(0.01, 0.95) == 299
    assert sample_size(0.001, 0.99) == 4603


@pytest.mark.parametrize("count", [0, 1, 458, 459])
def test_few_files_are_all_asked_for(count: int) -> None:
    assert sample_indexes("n", ROOT, count) == tuple(range(count))


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=20), st.integers(460, 2**40))
def test_a_sample_is_459_different_files_of_the_manifest(nonce: str, count: int) -> None:
    sample = sample_indexes(nonce, ROOT, count)
    assert len(set(sample)) == SAMPLE_SIZE
    assert list(sample) == sorted(sample)
    assert sample[0] >= 0
    assert sample[-1] < count


def test_nonce_root_and_count_each_change_the_sample() -> None:
    one = sample_indexes("n", ROOT, 10_000)
    assert one == sample_indexes("n", ROOT, 10_000)
    others = {
        sample_indexes("m", ROOT, 10_000),
        sample_indexes("n", "0" * 64, 10_000),
        sample_indexes("n", ROOT, 10_001),
    }
    assert one not in others
    assert len(others) == 3


def test_no_file_is_likelier_than_another() -> None:
    """10 of 100 files in 3,000 draws: each is expected 300 times, five deviations allow 82."""
    drawn = Counter(
        index for nonce in range(3000) for index in sample_indexes(str(nonce), ROOT, 100, 10)
    )
    assert set(drawn) == set(range(100))
    assert all(abs(times - 300) < 82 for times in drawn.values())


def test_words_beyond_the_last_whole_multiple_are_thrown_away() -> None:
    """With more leaves than half of all words, nearly every second word must go."""
    count = 2**63 + 1
    sample = sample_indexes("n", ROOT, count, 64)
    assert len(sample) == 64
    assert max(sample) < count


def test_the_largest_the_newest_and_the_canaries_are_always_asked_for() -> None:
    asked = challenge("n", ROOT, 10_000, always=(9_999, 5, 5))
    assert {5, 9_999} <= set(asked)
    assert set(sample_indexes("n", ROOT, 10_000)) <= set(asked)


def test_a_spot_drill_with_every_answer_passes() -> None:
    assert judge_statement(SPOT, COMMITTED).verdict is DrillVerdict.PASSED


def change(position: int, **fields: object) -> Drill:
    changed = list(SPOT.answers)
    changed[position] = replace(changed[position], **fields)
    return replace(SPOT, answers=tuple(changed))


@pytest.mark.parametrize(
    "drill",
    [
        replace(SPOT, nonce="n2"),  # the answers are to another question
        replace(SPOT, answers=SPOT.answers[1:-1]),
        replace(SPOT, answers=(*SPOT.answers, SPOT.answers[0])),
        replace(SPOT, answers=()),
        change(7, keyed=None),
        change(7, leaf="0" * 64),
        change(7, path=()),
        change(7, path=("0" * 64,) * 9),
        replace(SPOT, manifest_root="0" * 64),
        replace(SPOT, manifest_leaves=599),
        replace(SPOT, manifest_id="b" * 32),
        replace(SPOT, mismatches=1),
    ],
)
def test_a_wrong_answer_fails_whatever_the_agent_claims(drill: Drill) -> None:
    judged = judge_statement(drill, COMMITTED)
    assert (judged.verdict, judged.cause) == (DrillVerdict.FAILED, Cause.CONTENT_DIFFERS)


def test_a_drill_without_a_commitment_in_the_log_is_inconclusive() -> None:
    judged = judge_statement(SPOT, None)
    assert (judged.verdict, judged.cause) == (DrillVerdict.INCONCLUSIVE, Cause.NO_MANIFEST)
    unreachable = replace(SPOT, cause=Cause.SITE_UNREACHABLE)
    assert judge_statement(unreachable, None).cause is Cause.SITE_UNREACHABLE


@pytest.mark.parametrize("given_answers", [(), SPOT.answers[:9]])
def test_a_site_that_went_away_leaves_it_inconclusive(given_answers: tuple[Answer, ...]) -> None:
    drill = replace(SPOT, cause=Cause.SITE_UNREACHABLE, answers=given_answers)
    judged = judge_statement(drill, COMMITTED)
    assert (judged.verdict, judged.cause) == (DrillVerdict.INCONCLUSIVE, Cause.SITE_UNREACHABLE)


def test_a_forged_answer_fails_even_when_the_site_went_away() -> None:
    drill = replace(change(0, leaf="0" * 64), cause=Cause.SITE_UNREACHABLE)
    assert judge_statement(drill, COMMITTED).verdict is DrillVerdict.FAILED


def test_a_full_drill_that_brought_every_file_back_passes() -> None:
    assert judge_statement(FULL, COMMITTED).verdict is DrillVerdict.PASSED


@pytest.mark.parametrize(
    ("drill", "cause"),
    [
        (replace(FULL, files=599), Cause.CONTENT_DIFFERS),
        (replace(FULL, mismatches=1), Cause.CONTENT_DIFFERS),
        (replace(FULL, manifest_root="0" * 64), Cause.CONTENT_DIFFERS),
        (replace(FULL, cause=Cause.REPOSITORY_DAMAGED, files=10), Cause.REPOSITORY_DAMAGED),
        (replace(FULL, rto_s=86401.0), Cause.OBJECTIVE_MISSED),
    ],
)
def test_a_full_drill_fails_by_what_was_seen(drill: Drill, cause: Cause) -> None:
    judged = judge_statement(drill, COMMITTED)
    assert (judged.verdict, judged.cause) == (DrillVerdict.FAILED, cause)


@pytest.mark.parametrize("cause", [Cause.NO_SPACE, Cause.CANCELLED, Cause.LOCKED])
def test_a_full_drill_that_could_not_look_is_inconclusive(cause: Cause) -> None:
    judged = judge_statement(replace(FULL, cause=cause, files=10), COMMITTED)
    assert (judged.verdict, judged.cause) == (DrillVerdict.INCONCLUSIVE, cause)


def test_what_the_commitment_left_unproven_counts_against_the_drill() -> None:
    judged = judge_statement(FULL, replace(COMMITTED, unproven=7))
    assert (judged.verdict, judged.cause) == (DrillVerdict.INCONCLUSIVE, Cause.UNPROVEN_FILES)


NEWER = replace(COMMITTED, manifest_id="n" * 32, snapshot="p" + "7" * 32)
HOUR = timedelta(hours=1)


def committed(*said: Manifest | tuple[str, Manifest], newest_at: datetime = AT) -> Commitments:
    """Manifests in order, an hour apart, and sites that read one back."""
    found = Commitments()
    for place, body in enumerate(said, 1 - len(said)):
        if isinstance(body, Manifest):
            found.add(newest_at + place * HOUR, body)
        else:
            copy = SiteCopy(
                body[0],
                "local",
                HeldBy.OWNED,
                Protection.NONE,
                snapshot=body[1].snapshot,
                read_back_at=AT,
            )
            rpo_s = 8 * 3600.0
            found.add(AT, Backup(NAME, Names.NONE, BackupVerdict.GREEN, rpo_s, (copy,)))
    return found


@pytest.mark.parametrize(
    ("commitments", "verdict", "cause"),
    [
        (committed(COMMITTED), DrillVerdict.PASSED, None),
        (committed(), DrillVerdict.INCONCLUSIVE, Cause.NO_MANIFEST),
        (committed(NEWER), DrillVerdict.INCONCLUSIVE, Cause.NO_MANIFEST),
        (committed(COMMITTED, NEWER), DrillVerdict.INCONCLUSIVE, Cause.STALE),
        (
            committed(COMMITTED, NEWER, ("b", NEWER)),
            DrillVerdict.FAILED,
            Cause.SNAPSHOTS_VANISHED,
        ),
        (committed(COMMITTED, NEWER, ("a", NEWER)), DrillVerdict.INCONCLUSIVE, Cause.STALE),
        (committed(COMMITTED, NEWER, ("b", COMMITTED)), DrillVerdict.INCONCLUSIVE, Cause.STALE),
        (committed(COMMITTED, NEWER, newest_at=AT + HOUR), DrillVerdict.PASSED, None),
        (committed(NEWER, COMMITTED), DrillVerdict.PASSED, None),
        (committed(COMMITTED, NEWER, COMMITTED), DrillVerdict.PASSED, None),
        (
            committed(replace(COMMITTED, root="0" * 64), COMMITTED),
            DrillVerdict.FAILED,
            Cause.CONTENT_DIFFERS,
        ),
    ],
)
def test_a_logged_drill_is_judged_by_the_newest_commitment_at_its_start(
    commitments: Commitments, verdict: DrillVerdict, cause: Cause | None
) -> None:
    judged = judge_logged(FULL, commitments.made)
    assert (judged.verdict, judged.cause) == (verdict, cause)
    assert logged_verdict(FULL, commitments.made) is verdict


def test_the_agents_own_word_counts_where_it_is_the_worse_one() -> None:
    drill = replace(FULL, verdict=DrillVerdict.FAILED, cause=Cause.BAD_KEY)
    judged = judge_logged(drill, committed(COMMITTED).made)
    assert (judged.verdict, judged.cause) == (DrillVerdict.FAILED, Cause.BAD_KEY)


PASSED, FAILED, UNSURE = DrillVerdict.PASSED, DrillVerdict.FAILED, DrillVerdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("drills", "verdict"),
    [
        ([], UNSURE),
        ([("a", PASSED), ("b", PASSED), ("a", FAILED)], PASSED),
        ([("a", PASSED), ("b", UNSURE)], UNSURE),
        ([("a", UNSURE), ("b", FAILED), ("b", PASSED)], FAILED),
    ],
)
def test_the_worst_of_the_newest_drills_speaks_for_all(
    drills: list[tuple[str, DrillVerdict]], verdict: DrillVerdict
) -> None:
    assert overall(drills) is verdict


GOOD = DrillFacts(committed=99, expected=99, compared=99, rto_s=10.0, objective_s=10.0)


def facts(**changes: object) -> DrillFacts:
    from dataclasses import replace as changed

    return changed(GOOD, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "verdict", "cause"),
    [
        (facts(), DrillVerdict.PASSED, None),
        (facts(rto_s=None), DrillVerdict.PASSED, None),
        (facts(objective_s=None), DrillVerdict.PASSED, None),
        (facts(unproven=1), DrillVerdict.PASSED, None),  # exactly 1 %
        (facts(unproven=2), DrillVerdict.INCONCLUSIVE, Cause.UNPROVEN_FILES),
        (facts(unproven=1, unproven_special=1), DrillVerdict.INCONCLUSIVE, Cause.UNPROVEN_FILES),
        (facts(unproven=99, mismatches=1), DrillVerdict.FAILED, Cause.CONTENT_DIFFERS),
        (facts(compared=98), DrillVerdict.FAILED, Cause.CONTENT_DIFFERS),
        (facts(compared=98, cause=Cause.CANCELLED), DrillVerdict.INCONCLUSIVE, Cause.CANCELLED),
        (
            facts(mismatches=1, cause=Cause.SITE_UNREACHABLE),
            DrillVerdict.FAILED,
            Cause.CONTENT_DIFFERS,
        ),
        (facts(committed=0, expected=0, compared=0), DrillVerdict.INCONCLUSIVE, Cause.NO_MANIFEST),
        (facts(cause=Cause.NO_MANIFEST), DrillVerdict.INCONCLUSIVE, Cause.NO_MANIFEST),
        (facts(cause=Cause.BAD_KEY), DrillVerdict.FAILED, Cause.BAD_KEY),
        (facts(rto_s=10.1), DrillVerdict.FAILED, Cause.OBJECTIVE_MISSED),
    ],
)
def test_each_thing_seen_has_its_verdict(
    seen: DrillFacts, verdict: DrillVerdict, cause: Cause | None
) -> None:
    judged = judge(seen)
    assert (judged.verdict, judged.cause) == (verdict, cause)


COUNTS = st.integers(0, 300)


@given(
    st.builds(
        DrillFacts,
        committed=COUNTS,
        expected=COUNTS,
        compared=COUNTS,
        mismatches=st.integers(0, 2),
        unproven=st.integers(0, 5),
        unproven_special=st.integers(0, 1),
        cause=st.none() | st.sampled_from(list(Cause)),
    )
)
def test_passed_only_when_everything_came_back_and_was_equal(seen: DrillFacts) -> None:
    if judge(seen).verdict is DrillVerdict.PASSED:
        assert seen.compared >= seen.expected > 0
        assert {seen.mismatches, seen.unproven_special} == {0}
        assert seen.cause is None
        assert seen.unproven * 99 <= seen.committed
