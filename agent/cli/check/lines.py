"""How `check` writes a line: a name with its value, wrapped to the terminal, in colour."""

import shutil
import textwrap

import click

from texts.shell import on_terminal, say

_WIDEST = 110
INDENT = 4


def field(name: str, value: str, *, whole: bool = False) -> None:
    """A name and its value; `whole` keeps a command on one line, to be copied."""
    label = f"{' ' * INDENT}{name:<12} "
    if whole:
        say(label + (click.style(value, fg="cyan") if on_terminal() else value))
        return
    wrapped(value, len(label), label)


def wrapped(text: str, indent: int, first: str = "") -> None:
    width = min(shutil.get_terminal_size((100, 24)).columns, _WIDEST)
    filled = textwrap.fill(
        text,
        width,
        initial_indent=first or " " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    say(filled)


def bold(text: str) -> str:
    return click.style(text, bold=True) if on_terminal() else text


def faint(text: str) -> str:
    return click.style(text, dim=True) if on_terminal() else f"({text})"
