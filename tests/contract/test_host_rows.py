"""Every host row is decided by a check, or docs/host-rows.md says why none can."""

import re
from pathlib import Path

from compliance.catalogue import Control
from tests.contract.shelf import LEVELS, level

LIST = Path(__file__).parents[2] / "docs" / "host-rows.md"


def host_rows() -> list[Control]:
    return [row for number in LEVELS for row in level(number).controls if row.kind == "host"]


def listed() -> list[str]:
    return re.findall(r"\bl[1-5]\.[a-z-]+\.\d\d\b", LIST.read_text(encoding="utf-8"))


def test_the_list_names_just_the_host_rows_that_no_check_decides() -> None:
    undecided = [row.id for row in host_rows() if not row.rule.checks()]
    assert sorted(listed()) == sorted(undecided)
