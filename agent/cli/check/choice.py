"""What somebody asked `check` to look at: everything of a level, a part, or one check."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from agent.checks.catalogue import CHECK_BY_ID
from agent.checks.model import Check
from agent.daemon.standing import Standing
from texts.catalogue import tr
from wire.text import N_


@dataclass(frozen=True, slots=True)
class Request:
    """The options of `check`, as they were given."""

    fresh: bool
    only: tuple[str, ...]
    failed: bool
    level: int | None
    explain: str | None
    root: Path | None
    everything: bool

    @property
    def whole(self) -> bool:
        """Whether the look is the host's own, so that it may be recorded."""
        return not (self.only or self.explain) and self.level is None and self.root is None


def checks_of(request: Request, rows: Standing) -> tuple[Check[Any], ...]:
    """The checks to run, in their own order.

    Raises:
        click.BadParameter: a word names no check that these rows need.
    """
    if request.explain is not None:
        return (_known(request.explain, rows),)
    if not request.only:
        return rows.checks
    wanted = [check for word in request.only for check in _named(word, rows)]
    return tuple(check for check in rows.checks if check in wanted)


def _known(name: str, rows: Standing) -> Check[Any]:
    check = rows.check(name)
    if check is None:
        raise click.BadParameter(tr(N_("there is no check {id}"), id=name), param_hint="--explain")
    return check


def _named(word: str, rows: Standing) -> Sequence[Check[Any]]:
    found = [check for check in rows.checks if _means(word, check.id, rows)]
    if found:
        return found
    if any(_begins(word, known) for known in CHECK_BY_ID):
        said = N_("{word} decides no row of the level that is judged here; another: --level N")
    else:
        said = N_("{word} is no check, no beginning of one, and no group of rows")
    raise click.BadParameter(tr(said, word=word), param_hint="--only")


def _means(word: str, check_id: str, rows: Standing) -> bool:
    groups = {row.control.group for row in rows.rows.get(check_id, ())}
    return _begins(word, check_id) or word in groups


def _begins(word: str, check_id: str) -> bool:
    """A beginning ends at a dot: `sshd` is not `sshd_keys.…`."""
    return check_id == word or check_id.startswith(word.rstrip(".") + ".")
