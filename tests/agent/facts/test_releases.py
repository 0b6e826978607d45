"""Our table of releases' ends says what the distributions' own table says."""

import csv
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from agent.errors import UnreadableFactError
from agent.facts import releases

OURS = list(csv.DictReader(files("policies").joinpath("releases.csv").read_text().splitlines()))


@pytest.mark.parametrize("row", OURS, ids=lambda row: f"{row['maker']}-{row['version']}")
def test_our_table_agrees_with_that_of_the_system(row: dict[str, str]) -> None:
    theirs = Path(f"/usr/share/distro-info/{row['maker']}.csv").read_text()
    known = releases.ends(row["maker"], row["version"], theirs)
    assert releases.ends(row["maker"], row["version"], None) == known


def test_a_system_that_knows_better_goes_first() -> None:
    table = "version,eol,eol-lts\n12,2026-07-11,2031-01-01\n"
    assert releases.ends("debian", "12", table).free == date(2031, 1, 1)


def test_a_release_that_nobody_lists_is_not_supported_by_silence() -> None:
    with pytest.raises(UnreadableFactError) as caught:
        releases.ends("debian", "99", None)
    assert caught.value.reason == "no_rule"
