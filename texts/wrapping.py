"""Lines that a terminal would break inside a word, broken between words instead. Pure."""

import re
import unicodedata

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WORD = re.compile(r"`[^`\n]*`[^ ]*|[^ ]+")  # what stands in backticks is copied as one piece
_LEAST = 20


def wrapped(text: str, width: int) -> str:
    """Each line of the text in at most `width` columns; a longer word stays whole."""
    if width < _LEAST:
        return text
    return "\n".join(_line(line, width) for line in text.split("\n"))


def _line(line: str, width: int) -> str:
    if _columns(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip(" "))]
    lines = [indent]
    for word in _WORD.findall(line):
        if not lines[-1].strip(" "):
            lines[-1] += word
        elif _columns(lines[-1]) + 1 + _columns(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(indent + word)
    return "\n".join(lines)


def _columns(text: str) -> int:
    return sum(not unicodedata.combining(each) for each in _COLOUR.sub("", text))
