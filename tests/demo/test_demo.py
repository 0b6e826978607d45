"""The demonstration on a tiny folder, from its first step to the empty place that it leaves."""

import os
import re
import signal
from pathlib import Path

import pytest

from tests.demo.conftest import Ended, processes_of, start

INTERRUPTED = 130
CONFIGURATION = 78
CHECKING = "[ 5/"  # the agent reads this machine, sshd and controller serve
BACKING_UP = "[ 7/"  # restic writes, too


def test_every_step_ends_well(ended: Ended) -> None:
    assert ended.code == 0, ended.said
    numbers = re.findall(r"^\[ *(\d+)/(\d+)\]", ended.said, re.MULTILINE)
    assert [int(number) for number, _ in numbers] == list(range(1, int(numbers[0][1]) + 1))


@pytest.mark.parametrize(
    "pattern",
    [
        r"^Score, level 3 .*\d %.* with .*\d %.* coverage",
        r"^Backup +DEGRADED \(.*\): both sites are at one place",
        r"^Two sites +NOT_SEPARATE \(.*\); hard signs: .*boot_id",
        r"^Changes found +1 of \d+ files",
        r"^D0 +PASSED \(.*\) from site b: .* 0 mismatches",
        r"^D1 +PASSED \(.*\) from site b: .* 0 mismatches",
        r"^Recovery time +measured .*\d s, predicted .*\d s, objective 1 d",
        r"^Evidence pack +VERIFIED",
        r"^Page: https://127\.0\.0\.1:\d+",
        r"^First admin, one-time link: https://127\.0\.0\.1:\d+/welcome/[0-9a-f]{20,}",
    ],
)
def test_the_summary_says_what_is_so_and_why(ended: Ended, pattern: str) -> None:
    assert re.search(pattern, ended.said, re.MULTILINE), ended.said


def test_the_summary_names_the_five_worst_findings_with_their_remedies(
    ended: Ended,
) -> None:
    _, _, findings = ended.said.partition("The five worst findings:")
    named = re.findall(r"^  (?:FAIL|UNKNOWN) +\S", findings, re.MULTILINE)
    assert len(named) == 5
    assert findings.count("\u2192 ") == 5


def test_nothing_is_left_behind(ended: Ended) -> None:
    assert ended.processes_left == []
    assert ended.files_left == []


def test_the_folder_is_only_read(ended: Ended) -> None:
    assert ended.folder_after == [f"công văn {number}.txt" for number in range(3)]
    assert ended.folder in ended.said.splitlines()[0]


def test_no_program_of_it_runs_as_root(ended: Ended) -> None:
    assert {"sshd", "restic"} <= {name for name, _ in ended.seen}
    assert 0 not in {user for _, user in ended.seen}
    if os.geteuid() != 0:
        assert {user for _, user in ended.seen} == {os.geteuid()}


@pytest.mark.parametrize(
    ("number", "moment"),
    [(signal.SIGINT, CHECKING), (signal.SIGTERM, BACKING_UP), (signal.SIGHUP, CHECKING)],
)
def test_a_signal_in_the_middle_leaves_nothing_behind(
    place: Path, folder: Path, number: signal.Signals, moment: str
) -> None:
    home = place / number.name
    home.mkdir()
    performance = start(home, str(folder), "--once", "--lang", "vi")
    performance.read_until(moment)
    assert processes_of(home), performance.said

    code = performance.end(number)

    assert code == INTERRUPTED, performance.said
    assert "Traceback" not in performance.said
    assert "Đã dừng." in performance.said
    assert processes_of(home) == []
    assert list(home.iterdir()) == []


def refused(place: Path, folder: Path, language: str) -> str:
    home = place / "refused"
    home.mkdir(exist_ok=True)
    performance = start(home, str(folder), "--once", "--lang", language)
    code = performance.end()
    assert code == CONFIGURATION, performance.said
    assert "Traceback" not in performance.said
    assert list(home.iterdir()) == []
    return performance.said


@pytest.mark.parametrize(("language", "remedy"), [("en", "What to do: "), ("vi", "Cách xử lý: ")])
def test_a_folder_that_is_not_there_is_refused(place: Path, language: str, remedy: str) -> None:
    said = refused(place, place / "nowhere", language)

    assert str(place / "nowhere") in said
    assert remedy in said


def test_a_folder_that_cannot_be_read_is_refused(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    closed.chmod(0)

    said = refused(place, closed, "en")

    assert str(closed) in said
    closed.chmod(0o700)


@pytest.mark.parametrize(("language", "remedy"), [("en", "What to do: "), ("vi", "Cách xử lý: ")])
def test_too_little_room_is_said_before_anything_begins(
    place: Path, language: str, remedy: str
) -> None:
    huge = place / f"huge-{language}"
    huge.mkdir()
    for number in range(16):
        with (huge / str(number)).open("wb") as sparse:  # many bytes that take no room
            sparse.truncate(2**42)

    said = refused(place, huge, language)

    assert "TiB" in said
    assert remedy in said
    assert "[ 1/" not in said
