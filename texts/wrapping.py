"""Lines and tables that a terminal would break inside a word, broken between words. Pure."""

import re
import unicodedata
from collections.abc import Sequence

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# What is copied stays in one piece: what stands in backticks, and a command up to its end.
_WORD = re.compile(r"`[^`\n]*`[^ ]*|(?:^|(?<=: ))lachan-.*|[^ ]+")
_LEAST = 20


def wrapped(text: str, width: int) -> str:
    """Each line of the text in at most `width` columns; a longer word stays whole."""
    if width < _LEAST:
        return text
    return "\n".join(_line(line, width) for line in text.split("\n"))


def column_widths(rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """How wide each column is so that a row takes `room` and no word is cut; None: it cannot be."""
    columns = list(zip(*rows, strict=True))
    widths = [max(_columns(cell) for cell in column) for column in columns]
    least = [max(map(_longest_word, column)) for column in columns]
    if sum(least) > room:
        return None
    while sum(widths) > room:
        shrinking = [at for at, width in enumerate(widths) if width > least[at]]
        widths[max(shrinking, key=widths.__getitem__)] -= 1
    return widths


def _longest_word(cell: str) -> int:
    return max((_columns(word) for word in cell.split()), default=0)


def _line(line: str, width: int) -> str:
    if _columns(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip(" "))]
    lines = [indent]
    for word in _WORD.findall(line.strip(" ")):
        if not lines[-1].strip(" "):
            lines[-1] += word
        elif _columns(lines[-1]) + 1 + _columns(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(indent + word)
    return "\n".join(lines)


def _columns(text: str) -> int:
    return sum(not unicodedata.combining(each) for each in _COLOUR.sub("", text))
