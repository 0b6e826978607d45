"""Joins what dpkg and apt wrote down to transactions. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from agent.integrity.noise.packages.apt_history import AptRun
from agent.integrity.noise.packages.dpkg_log import (
    CONFIGURED,
    HALF,
    STARTUP,
    STATES,
    UNPACKED,
    Action,
)
from agent.integrity.noise.packages.state import PackageChange, Transaction

_PAUSE = timedelta(seconds=5)  # between two runs of dpkg that belong together
_SILENCE = timedelta(hours=1)  # while one script works, or asks somebody
_UNPACKS = ("install", "upgrade")
_LATE = timedelta(seconds=5)  # apt's times and dpkg's are written at different moments


def transactions(actions: Iterable[Action], runs: Sequence[AptRun]) -> tuple[Transaction, ...]:
    """Every transaction, in the order of the log.

    One run of apt starts dpkg several times; without apt, runs of dpkg that follow each other at
    once are one transaction. A package that is unpacked once more begins another one, so that lines
    which somebody adds to the log do not make an older transaction longer than it was.
    """
    found: list[list[Action]] = []
    last_run: AptRun | None = None
    begun: set[str] = set()
    for action in actions:
        run = _run_of(action.at, runs)
        together = found and (
            run is last_run if run or last_run else _follows(found[-1][-1].at, action)
        )
        begins = action.word in _UNPACKS
        if not together or (begins and action.package in begun):
            found.append([])
            begun = set()
        found[-1].append(action)
        if begins:
            begun.add(action.package)
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
    of_packages: dict[str, list[Action]] = {}
    for action in actions:
        if action.package:
            of_packages.setdefault(action.package, []).append(action)
    changes = {
        name: change
        for name, own in of_packages.items()
        if (change := _change(name, own)) is not None
    }
    moments = [action.at for action in actions]
    by_apt = _run_of(moments[0], runs) is not None
    return Transaction(min(moments), max(moments), changes, by_apt)


def _change(name: str, actions: Sequence[Action]) -> PackageChange | None:
    """What became of a package; None: only its triggers ran.

    The first state counts, so that nobody can put it off with lines that he adds.
    """
    done = [action for action in actions if action.word not in STATES]
    if not done:
        return None
    new = done[-1].new
    unpacking = _from(_from(actions, _UNPACKS) or actions, (HALF,))
    unpacked_at = _moment(unpacking, (UNPACKED,), new)
    after = _from(unpacking, (UNPACKED,)) if unpacked_at else actions
    return PackageChange(name, done[0].old, new, unpacked_at, _moment(after, CONFIGURED, new))


def _from(actions: Sequence[Action], words: Collection[str]) -> Sequence[Action]:
    """From the first of these on; nothing, where there is none."""
    places = (place for place, action in enumerate(actions) if action.word in words)
    return actions[next(places, len(actions)) :]


def _moment(actions: Sequence[Action], words: Collection[str], version: str) -> datetime | None:
    """When it came to such a state in this version."""
    fitting = (one.at for one in actions if one.word in words and one.new == version)
    return next(fitting, None)
