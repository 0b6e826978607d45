"""Whether every judge matters: each is replaced by one that always says good, and tests must fail.

    python bench/judges.py            # all; some minutes
    python bench/judges.py NAME …     # some of them

For each judge the files named in `judge_table.py` run in a process of their own, where the judge
was replaced before anything else was imported. Every named file must be red. Prints holes; the
exit code is 1 when there is one.
"""

import importlib
import re
import subprocess
import sys
from typing import Any

from judge_table import JUDGES

_CASES = "tests/agent/checks/test_cases.py"
_FAMILIES = "tests/agent/checks/test_families.py"
_INSTANCES = "tests/agent/checks/test_instances.py"
RED = 1  # pytest: tests ran, and some failed


def run_patched(name: str, file: str) -> int:
    """Replace the judge, then run the tests of one file; for a process of its own."""
    import pytest

    module_name, _, attribute = JUDGES[name].place.partition(":")
    *owners, last = attribute.split(".")
    owner: Any = importlib.import_module(module_name)
    for part in owners:
        owner = getattr(owner, part)
    setattr(owner, last, JUDGES[name].lenient(getattr(owner, last)))
    return int(pytest.main(["-q", "--tb=no", "-p", "no:cacheprovider", file]))


def holes_of(name: str) -> list[str]:
    """The named files that stay green, or cannot run."""
    holes = []
    for file in JUDGES[name].tests:
        words = [sys.executable, __file__, "--patched", name, file]
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
        if done.returncode != RED or not failed:
            holes.append(f"{file} (pytest ended with {done.returncode})")
        else:
            print(f"red    {name:<26} {file}: {len(failed)} tests")
    return holes


def unmissed_checks() -> list[str]:
    """Every single check, every family and every instance: its `fail` case must notice."""
    from agent.checks.catalogue import INSTANCES, SINGLES
    from agent.checks.families import FAMILIES

    names = {_CASES: [check.id for check in SINGLES], _FAMILIES: list(FAMILIES)}
    names[_INSTANCES] = [check.id for check in INSTANCES]
    missed = []
    for file, wanted in names.items():
        red = _red_cases("checks", file)
        missed += [name for name in wanted if name not in red]
    return missed


def _red_cases(name: str, file: str) -> set[str]:
    """Whose `fail` case is red: `test[NAME/some-case.fail]`, or `test[NAME/fail]`."""
    words = [sys.executable, __file__, "--patched", name, file]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    return set(re.findall(r"^FAILED .*\[([\w.]+)/\S*fail\]", done.stdout, re.MULTILINE))


def main(names: list[str]) -> int:
    holes = {name: holes_of(name) for name in names or JUDGES}
    missed = [] if names else unmissed_checks()
    for name, files in holes.items():
        for file in files:
            print(f"HOLE   {name:<26} {file}")
    for check in missed:
        print(f"HOLE   check {check}: no case notices")
    return 1 if missed or any(holes.values()) else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--patched"]:
        sys.exit(run_patched(*sys.argv[2:4]))
    sys.exit(main(sys.argv[1:]))
