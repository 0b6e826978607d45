"""Recorded signals of honest places and of one machine that plays two: the name is the answer."""

from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec
import pytest

from recovery.places import HOST, Between, Place
from recovery.separation import judge_pair, overall
from wire.recovery_messages import SitePair
from wire.verdicts import Separation

CASES = sorted((Path(__file__).parent / "recorded_places").glob("*.json"))
ACCUSED = {Separation.NOT_SEPARATE, Separation.SUSPECT}


def pairs_of(case: Path) -> list[SitePair]:
    recorded: dict[str, Any] = msgspec.json.decode(case.read_bytes())
    places = [msgspec.convert(one, Place) for one in (recorded["host"], *recorded["sites"])]
    assert places[0].name == HOST
    between = {name: msgspec.convert(one, Between) for name, one in recorded["between"].items()}
    return [
        judge_pair(
            a,
            b,
            between.get(f"{a.name} {b.name}"),
            required_km=None if a.name == HOST else recorded["required_km"],
        )
        for a, b in combinations(places, 2)
    ]


def ids(case: Path) -> str:
    return case.stem


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_recorded_places_are_judged_as_their_file_is_named(case: Path) -> None:
    name, _, verdict = case.stem.partition(".")
    found = overall(pairs_of(case))
    assert found == Separation(verdict.upper())
    if name.startswith("fake"):
        assert found is not Separation.SEPARATE
    elif name.startswith("honest"):
        assert found not in ACCUSED


def test_there_are_enough_of_both() -> None:
    names = [case.stem for case in CASES]
    refused = [n for n in names if n.startswith("fake") and not n.endswith("inconclusive")]
    assert len(refused) >= 12
    assert len([name for name in names if name.startswith("honest")]) >= 12


@pytest.mark.parametrize("case", [one for one in CASES if one.stem.startswith("honest")], ids=ids)
@pytest.mark.parametrize("forgotten", ["boot_id", "filesystem", "repository_id"])
def test_an_honest_place_that_forgets_a_proof_is_not_accused_and_not_proved(
    case: Path, forgotten: str
) -> None:
    recorded: dict[str, Any] = msgspec.json.decode(case.read_bytes())
    a, b = (msgspec.convert(one, Place) for one in recorded["sites"])
    pair = judge_pair(a, msgspec.convert({**_fields(b), forgotten: None}, Place))
    assert pair.verdict is not Separation.SEPARATE
    assert not pair.hard


def _fields(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in place.__dataclass_fields__}
