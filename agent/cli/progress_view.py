"""How long work is shown while it goes on: lines on a terminal, or JSON lines for a program.

Both go to stderr: stdout holds the one document that `--json` promises, and nothing else.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click
import msgspec

from agent.cli.phase_words import PHASES
from agent.progress import OnProgress, Progress, ignore
from texts.catalogue import tr
from texts.moments import show_amount, show_bytes, show_count, show_duration
from texts.shell import harmless
from wire.text import N_

if TYPE_CHECKING:
    from rich.progress import Progress as Lines
    from rich.progress import TaskID

_EVERY_S = 1.0  # between two JSON lines of the same work
_BAR_COLUMNS = 8
_WIDE_COLUMNS = 100
_MINUTE_S = 60

option = click.option(
    "--progress",
    "progress_as",
    type=click.Choice(["auto", "json", "none"]),
    default="auto",
    help=N_("auto: lines on a terminal; json: JSON lines on standard error; none: nothing."),
)


@contextlib.contextmanager
def told(progress_as: str) -> Iterator[OnProgress]:
    """Whom to tell how far the work is."""
    if progress_as == "json":
        yield json_lines(time.monotonic)
    elif progress_as == "auto" and sys.stderr.isatty():
        with _board() as on_progress:
            yield on_progress
    else:
        yield ignore


def json_lines(monotonic: Callable[[], float]) -> OnProgress:
    """At most one line a second for each work, and always its last one."""
    said: dict[tuple[str, str, str], float] = {}

    def tell(progress: Progress) -> None:
        key, now = (progress.dataset, progress.site, progress.phase), monotonic()
        ended = progress.done or progress.failed
        if ended or key not in said or now - said[key] >= _EVERY_S:
            said[key] = now
            line = {"progress": {**_fields(progress), "share": progress.share}}
            click.echo(msgspec.json.encode(line).decode(), err=True)

    return tell


def _fields(progress: Progress) -> dict[str, Any]:
    return {name: getattr(progress, name) for name in Progress.__slots__}


@contextlib.contextmanager
def _board() -> Iterator[OnProgress]:
    """A line for each work that goes on; all of them vanish in the end."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Lines

    console = Console(stderr=True)
    bar = [BarColumn(_BAR_COLUMNS)] if console.width >= _WIDE_COLUMNS else []
    title = TextColumn("{task.description}", markup=False)
    with Lines(
        title,
        *bar,
        TextColumn("{task.fields[says]}", markup=False),
        console=console,
        transient=True,
    ) as lines:
        yield Board(lines).tell


class Board:
    """Guards the lines on the screen: one for each dataset and site, of its latest phase."""

    def __init__(self, lines: "Lines") -> None:
        self._lines = lines
        self._tasks: dict[tuple[str, str], TaskID] = {}

    def tell(self, progress: Progress) -> None:
        key = (progress.dataset, progress.site)
        if progress.done and not progress.site:  # it made way for what follows
            self._drop(key)
            return
        if key not in self._tasks:
            self._tasks[key] = self._lines.add_task("", total=1.0, says="")
        self._lines.update(
            self._tasks[key],
            description=harmless(title_of(progress)),
            completed=progress.share or 0.0,
            says=line_of(progress),
        )

    def _drop(self, key: tuple[str, str]) -> None:
        task = self._tasks.pop(key, None)
        if task is not None:
            self._lines.remove_task(task)


def title_of(progress: Progress) -> str:
    where = " ".join(filter(None, (progress.dataset, progress.site)))
    words = tr(PHASES.get(progress.phase, progress.phase))
    return f"{where}: {words}" if where else words


def line_of(progress: Progress) -> str:
    """Share, files, bytes, speed, remaining time; what is not known is left out."""
    return "  ".join(filter(None, _parts(progress)))


def _parts(progress: Progress) -> Iterator[str]:
    if progress.done or progress.failed:
        yield tr(N_("done")) if progress.done else tr(N_("not done"))
    elif progress.share is not None:
        yield f"{progress.share * 100:.0f} %"
    if progress.files_done or progress.files_total:
        yield _of(show_count(progress.files_done), progress.files_total, show_count)
    if progress.bytes_total:
        yield show_amount(progress.bytes_done, progress.bytes_total)
    elif progress.bytes_done:
        yield show_bytes(progress.bytes_done)
    if progress.bytes_per_s and not progress.done:
        yield tr(N_("{size}/s"), size=show_bytes(progress.bytes_per_s))
    if progress.remaining_s and not progress.done:
        yield tr(N_("{time} left"), time=_rough(progress.remaining_s))


def _of(done: str, total: int | None, show: Callable[[int], str]) -> str:
    return f"{done}/{show(total)}" if total else done


def _rough(seconds: float) -> str:
    """Nobody knows tenths of a second of the future."""
    whole = max(1, round(seconds))
    return tr(N_("{n} s"), n=whole) if whole < _MINUTE_S else show_duration(whole)
