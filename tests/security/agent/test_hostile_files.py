"""A spoiled file never crashes or hangs a look, and never makes a check PASS.

The files are those that the checks ask for on this machine, copied into a root of their own and
spoiled one after the other there; programs and the running kernel answer as they do here.
"""

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.checks import runner
from agent.checks.asked_once import AskedOnce
from agent.checks.catalogue import ALL, CHECK_BY_ID
from agent.checks.model import Check, Finding
from agent.clock import SystemClock
from agent.daemon.work import check_job
from agent.facts.slow import PassingSlowFacts, collect
from agent.host import LocalHost
from tests.real.permission import as_ordinary_user
from tests.security.agent.scratch_host import Recorder, ScratchHost, copy_here
from wire.codec import encode
from wire.verdicts import CheckVerdict

ONE_LOOK_S = 20.0  # of a few checks, on a machine that has other work too
LINE_BYTES = 10 * 2**20
CLOCK = SystemClock()

Spoil = Callable[[Path], None]


@dataclass(frozen=True)
class Asking:
    """Checks that share a fact, and a path that this fact asks for."""

    path: str
    checks: tuple[Check[Any], ...]
    reads: bool  # not only whether it is there and with which mode


@dataclass(frozen=True)
class Copy:
    """What is asked, and the copy that is asked."""

    root: Path
    here: AskedOnce
    askings: tuple[Asking, ...]

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def passing(self, asking: Asking, host: ScratchHost) -> set[str]:
        """The checks that pass; each finding can be sealed and written, whatever was in it."""
        findings = look(asking.checks, host)
        assert encode(check_job.statement(findings))
        assert all(finding.observed.encode() is not None for finding in findings)
        return {one.check for one in findings if one.verdict is CheckVerdict.PASS}

    def passing_with(self, asking: Asking, spoil: Spoil) -> set[str]:
        with Spoiled(self.at(asking.path), spoil):
            return self.passing(asking, ScratchHost(self.root, self.here))


def look(checks: tuple[Check[Any], ...], host: Recorder | ScratchHost) -> tuple[Finding, ...]:
    slow = PassingSlowFacts()
    for fact in check_job.slow_facts_of(checks):
        collect(fact, host, CLOCK, slow)
    return runner.run(checks, host, CLOCK, slow)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    root = tmp_path_factory.mktemp("hostile")
    root.chmod(0o755)
    here = AskedOnce(Recorder(LocalHost()))
    sharing: dict[object, tuple[Check[Any], ...]] = {}
    for check in ALL:
        sharing[check.needs] = (*sharing.get(check.needs, ()), check)
    askings: list[Asking] = []
    for checks in sharing.values():
        asked = Recorder(here)
        look(checks, asked)
        askings += [Asking(path, checks, path in asked.read_paths) for path in sorted(asked.asked)]
    copy_here({asking.path for asking in askings}, root)
    return Copy(root, here, tuple(one for one in askings if can_be_spoiled(one, root)))


def can_be_spoiled(asking: Asking, root: Path) -> bool:
    """A place behind a link is spoiled under its own name."""
    place = root / asking.path.lstrip("/")
    return place != root and not any(parent.is_symlink() for parent in place.parents)


def long_line(place: Path) -> None:
    place.write_bytes(b"x" * LINE_BYTES)


def nul_bytes(place: Path) -> None:
    place.write_bytes(b"a\0b\n\0\0c = d\n" * 50)


def invalid_utf8(place: Path) -> None:
    place.write_bytes(b"\xff\xfe\xfa = \xc3\x28\n\xe2\x82 \xf0\x28\x8c\x28:\x80\n" * 50)


def link_loop(place: Path) -> None:
    place.symlink_to(place.name)


def pipe(place: Path) -> None:
    os.mkfifo(place)


def unreadable(place: Path) -> None:
    place.write_text("PermitRootLogin no\n")
    place.chmod(0)


def folder(place: Path) -> None:
    place.mkdir()


def endless(place: Path) -> None:
    """Zeros without an end in sight, as /dev/zero gives them; anybody may make it."""
    with place.open("wb") as file:
        file.truncate(2**40)


def way_out(place: Path) -> None:
    """A link that climbs out of the root: what it means is below the root, and not there."""
    place.symlink_to("../" * 40 + "dev/zero")


def gone(_place: Path) -> None:
    """Nothing is there."""


def empty(place: Path) -> None:
    place.touch()


WAYS: tuple[Spoil, ...] = (
    long_line, nul_bytes, invalid_utf8, link_loop, pipe, unreadable, folder, endless, way_out,
)  # fmt: skip


class Spoiled:
    """Inside the block something else stands in the place of a file; then it is back."""

    def __init__(self, place: Path, spoil: Spoil) -> None:
        self._place, self._spoil = place, spoil
        self._aside = place.with_name(place.name + ".aside-of-the-test")

    def __enter__(self) -> None:
        self._place.parent.mkdir(parents=True, exist_ok=True)
        if self._place.exists() or self._place.is_symlink():
            self._place.rename(self._aside)
        self._spoil(self._place)

    def __exit__(self, *_error: object) -> None:
        if self._place.is_dir() and not self._place.is_symlink():
            self._place.rmdir()
        else:
            self._place.unlink(missing_ok=True)
        if self._aside.exists() or self._aside.is_symlink():
            self._aside.rename(self._place)


def asked_as(spoil: Spoil, copied: Copy, tmp_path: Path) -> contextlib.AbstractContextManager[None]:
    """A mode forbids nothing to root."""
    if spoil is not unreadable:
        return contextlib.nullcontext()
    home = copied.root / "of-nobody"
    home.mkdir(exist_ok=True)
    return as_ordinary_user(tmp_path, home)


def is_sound(asking: Asking, spoil: Spoil, copied: Copy) -> bool:
    """A folder where one belongs, and a mode that allows nothing where only the mode is judged."""
    if spoil is unreadable:
        return not asking.reads
    return spoil is folder and copied.at(asking.path).is_dir()


@pytest.mark.parametrize("spoil", WAYS, ids=lambda way: way.__name__)
def test_a_spoiled_file_crashes_nothing_and_makes_nothing_pass(
    copied: Copy, spoil: Spoil, tmp_path: Path
) -> None:
    """What could not be read never passes; what was read passes only where silence does too."""
    wrong = []
    for asking in copied.askings:
        if is_sound(asking, spoil, copied):
            continue
        host = ScratchHost(copied.root, copied.here)
        begun = time.monotonic()
        with Spoiled(copied.at(asking.path), spoil), asked_as(spoil, copied, tmp_path):
            passing = copied.passing(asking, host)
        took_s = time.monotonic() - begun
        if asking.path not in host.refused:
            passing -= copied.passing_with(asking, empty) | copied.passing_with(asking, gone)
        if passing or took_s > ONE_LOOK_S:
            wrong.append((asking.path, passing, took_s))
    assert wrong == []


def test_a_file_that_vanishes_meanwhile_passes_only_where_none_at_all_does(copied: Copy) -> None:
    wrong = []
    for asking in (one for one in copied.askings if one.reads):
        host = ScratchHost(copied.root, copied.here)
        host.vanished = asking.path
        passing = copied.passing(asking, host) - copied.passing_with(asking, gone)
        if passing:
            wrong.append((asking.path, passing))
    assert wrong == []


def test_enough_is_spoiled(copied: Copy) -> None:
    """A list of paths that grew short would prove nothing."""
    assert len({asking.path for asking in copied.askings if asking.reads}) >= 30


def test_a_name_that_is_no_text_is_told_and_sealed(tmp_path: Path) -> None:
    folder = tmp_path / "etc/cron.d"
    folder.mkdir(parents=True)
    os.close(os.open(bytes(folder) + b"/\xff\x1b[2Jbad", os.O_CREAT | os.O_WRONLY))
    (tmp_path / "etc/crontab").touch()
    for path in folder.iterdir():
        path.chmod(0o777)
    host = ScratchHost(tmp_path, LocalHost(tmp_path))
    (found,) = look((CHECK_BY_ID["files.planned_jobs_guarded"],), host)
    assert found.verdict is CheckVerdict.FAIL
    assert encode(check_job.statement((found,)))
    assert found.observed.encode()


def test_a_link_in_the_place_of_a_guarded_file_does_not_pass_for_it(tmp_path: Path) -> None:
    """Whoever may read what it leads to reads the passwords."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "srv").mkdir()
    (tmp_path / "srv/shadow").write_text("root:*:1::::::\n")
    (tmp_path / "etc/shadow").symlink_to("/srv/shadow")
    host = ScratchHost(tmp_path, LocalHost(tmp_path))
    (found,) = look((CHECK_BY_ID["files.mode.shadow"],), host)
    assert (found.verdict, found.reason) == (CheckVerdict.UNKNOWN, "is_link")
