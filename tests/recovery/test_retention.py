"""What retention may take: whatever anybody adds to a repository, nothing needed goes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.keep_within import Rules, kept, span
from recovery.retention import (
    LEAST_POINTS,
    MOST_AT_ONCE,
    DryRun,
    Kind,
    Listed,
    Look,
    Plan,
    Stay,
    plan,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAILY = Rules(daily=span("30d"))
RULES = {"share": DAILY}


def point(name: str, days_ago: float, tree: str = "", dataset: str = "share") -> Listed:
    at = NOW - timedelta(days=days_ago)
    return Listed(name, at, tree or f"tree-{name}", Kind.POINT, dataset, "", frozenset({dataset}))


def companion(name: str, tree: str, days_ago: float = 1.0, dataset: str = "share") -> Listed:
    at = NOW - timedelta(days=days_ago)
    return Listed(name, at, "tree-of-a-manifest", Kind.COMPANION, dataset, tree)


def agreeing(listed: tuple[Listed, ...], rules: Mapping[str, Rules], now: datetime) -> Look:
    """A look at which restic says what its source says, and every snapshot is known."""
    dry_runs = {}
    for dataset, rule in rules.items():
        matched = [one.dated for one in listed if dataset in one.matched_by]
        keep = kept(matched, rule, now)
        dry_runs[dataset] = DryRun(keep, frozenset(one.id for one in matched) - keep)
    known = frozenset(one.id for one in listed)
    return Look(listed, known, frozenset(), dry_runs)


def decided(*listed: Listed) -> Plan:
    return plan(agreeing(listed, RULES, NOW), RULES, NOW)


def gone(found: Plan) -> set[str]:
    return {one.id for one in found.go}


def why(found: Plan) -> dict[str, Stay]:
    return {one.id: reason for one, reason in found.stay}


TWO_A_DAY = [
    point(f"{day}{half}", day + part) for day in range(9) for half, part in (("a", 0.1), ("b", 0.3))
]


def test_what_no_rule_wants_goes() -> None:
    found = decided(*TWO_A_DAY)
    assert gone(found) == {f"{day}b" for day in range(1, 8)}
    assert why(found)["3a"] is Stay.RULE
    assert {why(found)[name] for name in ("0a", "0b", "1a")} == {Stay.NEWEST}
    assert not found.disagreed


def test_three_points_stay_however_old_and_superfluous() -> None:
    rules = {"share": Rules(hourly=span("1h"))}
    old = tuple(point(str(number), 300 + number / 1000) for number in range(6))
    found = plan(agreeing(old, rules, NOW), rules, NOW)
    assert len(found.stay) >= LEAST_POINTS
    assert {"0", "1", "2"} <= set(why(found))


def test_nothing_goes_where_restic_would_keep_it() -> None:
    look = agreeing(tuple(TWO_A_DAY), RULES, NOW)
    dry_run = look.dry_runs["share"]
    other = DryRun(dry_run.keep | {"3b"}, dry_run.remove - {"3b"})
    found = plan(replace(look, dry_runs={"share": other}), RULES, NOW)
    assert (gone(found), found.disagreed) == (set(), True)


def test_an_older_restic_that_does_not_keep_the_oldest_agrees_and_it_stays() -> None:
    look = agreeing(tuple(TWO_A_DAY), RULES, NOW)
    dry_run = look.dry_runs["share"]
    older = DryRun(dry_run.keep - {"8b"}, dry_run.remove | {"8b"})
    found = plan(replace(look, dry_runs={"share": older}), RULES, NOW)
    assert (found.disagreed, why(found)["8b"]) == (False, Stay.RULE)
    assert "3b" in gone(found)


def test_nothing_goes_where_restic_would_remove_more_or_was_not_asked() -> None:
    look = agreeing(tuple(TWO_A_DAY), RULES, NOW)
    everything = DryRun(frozenset(), frozenset(one.id for one in TWO_A_DAY))
    assert gone(plan(replace(look, dry_runs={"share": everything}), RULES, NOW)) == set()
    assert gone(plan(replace(look, dry_runs={}), RULES, NOW)) == set()


def test_what_is_needed_stays() -> None:
    look = replace(agreeing(tuple(TWO_A_DAY), RULES, NOW), needed=frozenset({"4b"}))
    found = plan(look, RULES, NOW)
    assert why(found)["4b"] is Stay.NEEDED
    assert "5b" in gone(found)


def test_added_points_take_no_good_points_place() -> None:
    """One is added for the end of each day: restic alone would keep those, and lose ours."""
    added = tuple(point(f"evil-{day}", day + 0.01) for day in range(9))
    look = agreeing((*TWO_A_DAY, *added), RULES, NOW)
    assert {"3a", "4a", "5a"} <= look.dry_runs["share"].remove
    known = frozenset(one.id for one in TWO_A_DAY)
    found = plan(replace(look, known=known), RULES, NOW)
    assert {f"{day}a" for day in range(9)} <= set(why(found))
    assert why(found)["evil-3"] is Stay.NOT_KNOWN
    assert found.strange == 9


def test_points_dated_ahead_stay_and_are_told() -> None:
    ahead = tuple(point(f"ahead-{number}", -number) for number in range(1, 40))
    found = decided(*TWO_A_DAY, *ahead)
    assert {why(found)[one.id] for one in ahead} == {Stay.AHEAD}
    assert {"0a", "0b", "1a"} <= set(why(found))
    assert found.strange == 39


def test_a_dataset_that_is_not_configured_keeps_everything() -> None:
    found = decided(point("x", 400, dataset="old"), companion("c", "tree-x", 400, "old"))
    assert why(found) == {"x": Stay.NO_RULE, "c": Stay.TREE_LIVES}
    alone = decided(companion("c", "tree-x", 400, "old"))
    assert why(alone) == {"c": Stay.NO_RULE}


def test_a_companion_goes_with_the_last_point_of_its_tree_and_not_before() -> None:
    points = [*TWO_A_DAY[:8], point("4a", 4.1), point("4b", 4.3, tree="tree-3b"), point("9", 9.0)]
    both_go = decided(*points, companion("c", "tree-3b"))
    assert {"3b", "4b", "c"} <= gone(both_go)
    needed = replace(
        agreeing((*points, companion("c", "tree-3b")), RULES, NOW), needed=frozenset({"4b"})
    )
    one_stays = plan(needed, RULES, NOW)
    assert "3b" in gone(one_stays)
    assert why(one_stays)["c"] is Stay.TREE_LIVES


def test_a_companion_of_a_tree_that_nobody_has_goes_once_it_is_old() -> None:
    found = decided(
        *TWO_A_DAY, companion("old", "tree-lost", 3), companion("new", "tree-lost", 0.5)
    )
    assert "old" in gone(found)
    assert why(found)["new"] is Stay.RECENT


def test_a_companion_that_is_needed_stays() -> None:
    look = agreeing((companion("c", "tree-lost", 30),), RULES, NOW)
    assert why(plan(replace(look, needed=frozenset({"c"})), RULES, NOW)) == {"c": Stay.NEEDED}


def test_what_is_foreign_stays() -> None:
    found = decided(*TWO_A_DAY, Listed("x", NOW - timedelta(days=900), "t", Kind.FOREIGN))
    assert why(found)["x"] is Stay.NO_RULE


def test_a_snapshot_that_bears_two_datasets_tags_is_seen_as_restic_sees_it() -> None:
    double = Listed(
        "x", NOW - timedelta(days=3.05), "t", Kind.FOREIGN, "", "", frozenset({"share", "b"})
    )
    found = decided(*TWO_A_DAY, double)
    assert not found.disagreed
    assert why(found)["x"] is Stay.NO_RULE


def test_notes_go_after_a_quarter_but_for_the_newest_three() -> None:
    notes = [
        Listed(f"n{days}", NOW - timedelta(days=days), "t", Kind.NOTE)
        for days in (100, 120, 140, 160, 180)
    ]
    assert gone(decided(*notes)) == {"n160", "n180"}
    recent = Listed("recent", NOW - timedelta(days=89), "t", Kind.NOTE)
    assert gone(decided(*notes, recent)) == {"n140", "n160", "n180"}


def test_a_mistake_takes_days() -> None:
    many = tuple(point(f"{n:03}", n / 240) for n in range(200))
    rules = {"share": Rules(yearly=span("1y"))}
    found = plan(agreeing(many, rules, NOW), rules, NOW)
    assert len(found.go) == MOST_AT_ONCE
    assert "198" in gone(found)  # the oldest of what may go goes first
    assert Stay.LATER in why(found).values()


days = st.floats(-40, 400, allow_nan=False).map(lambda number: round(number, 4))


@st.composite
def looks(draw: st.DrawFn) -> Look:
    points = [
        point(
            f"p{number}",
            ago,
            tree=f"t{draw(st.integers(0, 5))}",
            dataset=draw(st.sampled_from(("share", "his", "gone"))),
        )
        for number, ago in enumerate(draw(st.lists(days, unique=True, max_size=40)))
    ]
    companions = [
        companion(
            f"c{number}",
            f"t{number}",
            draw(st.floats(0, 50)),
            draw(st.sampled_from(("share", "his"))),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    listed = tuple(draw(st.permutations([*points, *companions])))
    look = agreeing(listed, {"share": DAILY, "his": Rules(weekly=span("1y"))}, NOW)
    ids = sorted(look.known) or ["-"]
    known = draw(st.frozensets(st.sampled_from(ids)))
    return replace(look, known=known, needed=draw(st.frozensets(st.sampled_from(ids), max_size=3)))


@given(looks())
def test_whatever_is_listed_what_must_stay_stays(look: Look) -> None:
    rules = {"share": DAILY, "his": Rules(weekly=span("1y"))}
    found = plan(look, rules, NOW)
    left, went = set(why(found)), gone(found)
    assert left | went == {one.id for one in look.listed}
    assert not left & went
    assert not went & look.needed
    for dataset in ("share", "his", "gone"):
        known = [
            one
            for one in look.listed
            if one.kind is Kind.POINT
            and one.dataset == dataset
            and one.id in look.known
            and one.at <= NOW
        ]
        newest = sorted(known, key=lambda one: one.at, reverse=True)[:LEAST_POINTS]
        assert {one.id for one in newest} <= left
        wanted = (
            kept([one.dated for one in known], rules[dataset], NOW) if dataset in rules else set()
        )
        assert wanted <= left
    living = {one.tree for one in look.listed if one.kind is Kind.POINT and one.id in left}
    for one in look.listed:
        if one.kind is Kind.POINT and one.id in went:
            assert one.id in look.known
            assert one.at <= NOW
        if one.kind is Kind.COMPANION and one.of_tree in living:
            assert one.id in left


@pytest.mark.parametrize("kind", list(Kind))
def test_without_rules_only_notes_go(kind: Kind) -> None:
    old = tuple(
        Listed(str(n), NOW - timedelta(days=500 + n), "t", kind, "share", "t") for n in range(5)
    )
    found = plan(agreeing(old, {}, NOW), {}, NOW)
    assert len(found.go) == (2 if kind is Kind.NOTE else 0)
