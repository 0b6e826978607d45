"""Joins what dpkg and apt wrote down to transactions. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from agent.integrity.noise.packages.apt_history import AptRun
from agent.integrity.noise.packages.dpkg_log import STARTUP, UNPACKED, Action
from agent.integrity.noise.packages.state import PackageChange, Transaction

_PAUSE = timedelta(seconds=5)  # between two runs of dpkg that belong together
_SILENCE = timedelta(hours=1)  # while one script works, or asks somebody
_UNPACKS = ("install", "upgrade")
_LATE = timedelta(seconds=5)  # apt's times and dpkg's are written at different moments


def transactions(actions: Iterable[Action], runs: Sequence[AptRun]) -> tuple[Transaction, ...]:
    """Every transaction, in the order of the log.

    One run of apt starts dpkg several times; without apt, runs of dpkg that follow each other at
    once are one transaction.
    """
    found: list[list[Action]] = []
    last_run: AptRun | None = None
    for action in actions:
        run = _run_of(action.at, runs)
        together = found and (
            run is last_run if run or last_run else _follows(found[-1][-1].at, action)
        )
        if together:
            found[-1].append(action)
        else:
            found.append([action])
        last_run = run
    return tuple(_transaction(group, runs) for group in found)


def _follows(earlier: datetime, action: Action) -> bool:
    """A clock that was set back in between divides, too."""
    longest = _PAUSE if action.word == STARTUP else _SILENCE
    return timedelta(0) <= action.at - earlier <= longest


def _run_of(moment: datetime, runs: Sequence[AptRun]) -> AptRun | None:
    for run in reversed(runs):
        if run.began_at - _LATE <= moment and (
            run.ended_at is None or moment <= run.ended_at + _LATE
        ):
            return run
    return None


def _transaction(actions: Sequence[Action], runs: Sequence[AptRun]) -> Transaction:
    changes: dict[str, PackageChange] = {}
    for action in actions:
        if action.package:
            changes[action.package] = _change(changes.get(action.package), action)
    moments = [action.at for action in actions]
    by_apt = _run_of(moments[0], runs) is not None
    return Transaction(min(moments), max(moments), changes, by_apt)


def _change(before: PackageChange | None, action: Action) -> PackageChange:
    """What became of a package so far."""
    unpacked = action.word == UNPACKED
    if before is None:
        old = action.new if unpacked else action.old
        return PackageChange(action.package, old, action.new, action.at if unpacked else None)
    if unpacked:  # the old version is, too, while the new one is unpacked
        counts = action.new == before.new and before.unpacked_at is None
        return replace(before, unpacked_at=action.at) if counts else before
    if action.word in _UNPACKS:
        return replace(before, new=action.new, unpacked_at=None)
    return replace(before, new=action.new)
