"""What every command line shares: running, ending with the right code, saying, showing."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO

import click
import msgspec

from texts.catalogue import DOMAIN, LOCALE_DIR, tr, use
from texts.harmless import harmless as name_shown
from texts.wrapping import column_widths, wrapped
from wire.errors import GOOD, INTERRUPTED, UNDECIDED, USAGE, WRONG, LachanError
from wire.text import N_

# What steers a terminal or turns the direction of writing. Colours of our own stay.
_STEERING = re.compile(
    r"(?!\x1b\[[0-9;]{0,20}m)[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)


def speak(language: str) -> None:
    """Choose the language for our texts and for click's own."""
    import gettext

    use(language)
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)


def _as_it_is(_error: Exception) -> LachanError | None:
    return None


def run_program(
    command: click.Command,
    name: str,
    told_as: Callable[[Exception], LachanError | None] = _as_it_is,
) -> NoReturn:
    """Run a command line and end the process with a code of product.md §4.

    A command returns its exit code (None means 0). Our errors become a sentence, a hint and
    their own code, and so does what `told_as` knows; anything else is a bug and keeps its
    traceback.
    """
    try:
        code = command.main(prog_name=name, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(USAGE)
    except click.UsageError as error:
        error.show()
        sys.exit(USAGE)
    except (click.Abort, KeyboardInterrupt):
        note(tr(N_("Stopped.")))
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(UNDECIDED)
    except LachanError as error:
        say_error(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(GOOD)
    except Exception as error:
        told = told_as(error)
        if told is None:
            raise
        say_error(told)
        sys.exit(told.exit_code)
    sys.exit(code if isinstance(code, int) else GOOD)


def worst_code(codes: Iterator[int] | Sequence[int]) -> int:
    """1 (wrong) wins over 2 (undecided); anything other than those wins over good."""
    seen = set(codes)
    for code in (WRONG, UNDECIDED):
        if code in seen:
            return code
    return max(seen, default=GOOD)


def sentence_of(error: LachanError) -> str:
    """The error's message in the reader's language."""
    said = {name: _said(name, value) for name, value in error.parameters.items()}
    return tr(error.message, **said)


def _said(name: str, value: object) -> object:
    """Kinds and reasons of ours and of the system are message ids; names and values are not.

    Somebody else may have chosen these: nothing in them steers or colours the screen.
    """
    if not isinstance(value, str):
        return value
    if name in ("answer", "kind", "reason"):
        return tr(value)
    return "\n".join(map(name_shown, value.split("\n")))


def say_error(error: LachanError) -> None:
    """One sentence, then what to do, on stderr."""
    note(tr(N_("Error: {sentence}"), sentence=sentence_of(error)))
    if error.hint:
        note(tr(N_("What to do: {hint}"), hint=tr(error.hint, **error.parameters)))


def say(text: str = "") -> None:
    """Data, for stdout."""
    click.echo(_fitting(text, sys.stdout))


def note(text: str) -> None:
    """Talk, for stderr."""
    click.echo(_fitting(text, sys.stderr), err=True)


def _fitting(text: str, stream: TextIO) -> str:
    """Broken between words on a terminal; whole lines for everything else."""
    plain = harmless(text)
    return wrapped(plain, shutil.get_terminal_size().columns) if stream.isatty() else plain


def harmless(text: str) -> str:
    """The text with what steers a terminal written out: names come from other machines too."""
    return _STEERING.sub(lambda found: ascii(found.group())[1:-1], text)


def emit_json(document: Any) -> None:  # noqa: ANN401 - whatever msgspec encodes
    """One JSON document on stdout and nothing else."""
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def on_terminal() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table: drawn on a terminal, tab-separated columns elsewhere."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            say("\t".join(cell.replace("\n", "\\n").replace("\t", "\\t") for cell in row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    widths = column_widths((columns, *rows), console.width - 3 * len(columns) + 1)
    drawn = Table(box=box.SIMPLE, pad_edge=False)
    for at, column in enumerate(columns):
        drawn.add_column(column, overflow="fold", width=widths[at] if widths else None)
    for row in rows:
        drawn.add_row(*(_plain(cell) for cell in row))
    console.print(drawn)


def _plain(cell: str) -> Any:  # noqa: ANN401 - rich's renderable
    from rich.text import Text

    return Text(harmless(cell))


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Yield `advance(to)`: draws a bar on a terminal's stderr, else does nothing."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)
