"""A spoiled file never crashes or hangs a look, and never makes a check PASS.

The files are those that the checks ask for on this machine, copied into a root of their own and
spoiled one after the other there; programs and the running kernel answer as they do here.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.checks import runner
from agent.checks.asked_once import AskedOnce
from agent.checks.catalogue import ALL, CHECK_BY_ID
from agent.checks.model import Check, Finding
from agent.clock import SystemClock
from agent.daemon import check_job
from agent.facts.slow import PassingSlowFacts, SlowFact, collect
from agent.host import LocalHost
from tests.real.permission import as_ordinary_user
from tests.security.agent.scratch_host import Recorder, ScratchHost, copy_here
from wire.codec import encode
from wire.verdicts import CheckVerdict

ONE_LOOK_S = 20.0  # of a few checks, on a machine that has other work too
LINE_BYTES = 10 * 2**20
CLOCK = SystemClock()


@dataclass(frozen=True)
class Look:
    """The checks, what each asks for, and the copy that is asked."""

    root: Path
    here: AskedOnce
    checks_of_path: dict[str, tuple[Check[Any], ...]]

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def verdicts(self, path: str, host: ScratchHost) -> dict[str, Finding]:
        checks = self.checks_of_path[path]
        findings = look(checks, host)
        assert encode(check_job.statement(findings))
        assert msgspec.json.encode([msgspec.to_builtins(one.observed) for one in findings])
        return {finding.check: finding for finding in findings}


def look(checks: tuple[Check[Any], ...], host: Recorder | ScratchHost) -> tuple[Finding, ...]:
    slow = PassingSlowFacts()
    for fact in {check.needs for check in checks if isinstance(check.needs, SlowFact)}:
        collect(fact, host, CLOCK, slow)
    return runner.run(checks, host, CLOCK, slow)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Look:
    root = tmp_path_factory.mktemp("hostile")
    root.chmod(0o755)
    here = AskedOnce(Recorder(LocalHost()))
    checks_of_path: dict[str, tuple[Check[Any], ...]] = {}
    by_needs: dict[object, tuple[Check[Any], ...]] = {}
    for check in ALL:
        by_needs[check.needs] = (*by_needs.get(check.needs, ()), check)
    for checks in by_needs.values():
        recorder = Recorder(here)
        look(checks, recorder)
        for path in recorder.asked:
            checks_of_path[path] = (*checks_of_path.get(path, ()), *checks)
    copy_here(checks_of_path, root)
    return Look(root, here, checks_of_path)


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


Spoil = Callable[[Path], None]
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


def paths(copied: Look) -> Iterator[str]:
    """Those whose place in the copy can be taken by something else."""
    for path in sorted(copied.checks_of_path):
        place = copied.at(path)
        if place != copied.root and all(not p.is_symlink() for p in place.parents):
            yield path


def passes(found: dict[str, Finding]) -> set[str]:
    return {check for check, finding in found.items() if finding.verdict is CheckVerdict.PASS}


def asked_as(spoil: Spoil, copied: Look, tmp_path: Path) -> contextlib.AbstractContextManager[None]:
    """A mode forbids nothing to root."""
    if spoil is unreadable:
        return as_ordinary_user(tmp_path, copied.root / "of-nobody")
    return contextlib.nullcontext()


@pytest.mark.parametrize("spoil", WAYS, ids=lambda way: way.__name__)
def test_a_spoiled_file_crashes_nothing_and_makes_nothing_pass(
    copied: Look, spoil: Spoil, tmp_path: Path
) -> None:
    """What could not be read never passes; what was read passes only where silence does too."""
    wrong: dict[str, object] = {}
    for path in paths(copied):
        host = ScratchHost(copied.root, copied.here)
        begun = time.monotonic()
        with Spoiled(copied.at(path), spoil), asked_as(spoil, copied, tmp_path):
            passing = passes(copied.verdicts(path, host))
        took_s = time.monotonic() - begun
        if path not in host.refused:
            passing -= passing_without(copied, path, empty)
        if passing or took_s > ONE_LOOK_S:
            wrong[path] = (passing, took_s)
    assert wrong == {}


def test_a_file_that_vanishes_meanwhile_passes_only_where_none_at_all_does(copied: Look) -> None:
    wrong: dict[str, object] = {}
    for path in paths(copied):
        host = ScratchHost(copied.root, copied.here)
        host.vanished = path
        passing = passes(copied.verdicts(path, host)) - passing_without(copied, path, gone)
        if passing:
            wrong[path] = passing
    assert wrong == {}


def passing_without(copied: Look, path: str, spoil: Spoil) -> set[str]:
    with Spoiled(copied.at(path), spoil):
        return passes(copied.verdicts(path, ScratchHost(copied.root, copied.here)))


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
