"""Writes keyed names in the place of secrets, so that a change shows and no secret does. Pure.

The same secret has the same name, so that a line that only moved is no change; nobody without the
facility's key can try guesses against a name.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from agent.integrity.diff import secret_shapes as shapes
from wire.pseudonym import pseudonym

_SHOWN_DIGITS = 8
_CLOSING = " \t,;:)]}>|"
_ENDS = {  # YAML doubles a single quote inside, everything else has a backslash before it
    '"': re.compile(r'"(?:\\.|[^"\\])*"'),
    "'": re.compile(r"'(?:''|[^'])*'"),
}


class Naming(Protocol):
    """A name for a secret."""

    def __call__(self, secret: str) -> str: ...


def naming(key: bytes) -> Naming:
    """Names like `********(3fa91c02)`."""

    def name(secret: str) -> str:
        full = pseudonym(key, "text", secret.encode("utf-8", "surrogateescape"))
        return f"********({full[1 : 1 + _SHOWN_DIGITS]})"

    return name


def masked(text: str, path: bytes, name: Naming) -> str:
    """The text of the file at `path` without its secrets; as many lines as before."""
    folders = [part.decode("utf-8", "backslashreplace") for part in path.split(b"/")]
    lines = text.split("\n")
    if shapes.SECRET_FILES.fullmatch(folders[-1]) or shapes.SECRET_FOLDERS & set(folders[:-1]):
        return "\n".join(name(line) if line.strip() else line for line in lines)
    folder = folders[-2] if len(folders) > 1 else ""
    masking = _Masking(name, folders[-1], folder)
    return "\n".join(map(masking.line, lines))


@dataclass(slots=True)
class _Masking:
    """How far into a secret of several lines the reading is."""

    name: Naming
    file: str
    folder: str
    in_key: bool = False  # between BEGIN and END of a private key
    in_public: bool = False
    quote: str = ""  # of a value that is not closed yet
    deeper_than: int = -1  # indent of the name whose value stands below it
    continued: bool = False  # the line before ended with a backslash inside a value
    named_above: bool = False

    def line(self, line: str) -> str:
        if self.in_key or self.in_public:
            return self._inside_pem(line)
        if self._belongs_above(line):
            return self._hidden(line)
        if self.file in shapes.PASSWORD_FILES:
            return self._account(line)
        begun = shapes.KEY_BEGIN.search(line)
        if begun:
            return line[: begun.end()] + self._after_begin(line[begun.end() :])
        self.in_public = bool(shapes.PUBLIC_BEGIN.search(line)) and not shapes.PEM_END.search(line)
        return self._ordinary(line)

    def _inside_pem(self, line: str) -> str:
        ended = shapes.PEM_END.search(line)
        was_public = self.in_public
        if ended:
            self.in_key = self.in_public = False
            return line if was_public else self._hidden(line[: ended.start()]) + ended.group()
        return line if was_public else self._hidden(line)

    def _after_begin(self, rest: str) -> str:
        ended = shapes.PEM_END.search(rest)
        self.in_key = ended is None
        return self._hidden(rest[: ended.start()]) + ended.group() if ended else self._hidden(rest)

    def _belongs_above(self, line: str) -> bool:
        """Whether this line goes on with a secret of the lines above."""
        if self.quote:
            self.quote = "" if self.quote in line else self.quote
            return True
        if self.continued:
            self.continued = line.endswith("\\")
            return True
        if self.deeper_than >= 0:
            if not line.strip() or _indent(line) > self.deeper_than:
                return True
            self.deeper_than = -1
        return False

    def _account(self, line: str) -> str:
        """Fields of an account's line: the second is a hash, or says that there is none."""
        fields = line.split(":")
        if len(fields) > 1 and fields[1] not in shapes.NO_PASSWORD:
            fields[1] = self.name(fields[1])
        if self.file == "opasswd":
            fields[2:] = [self.name(":".join(fields[2:]))] if len(fields) > 2 else []  # noqa: PLR2004
        return ":".join(fields)

    def _ordinary(self, line: str) -> str:
        above, self.named_above = self.named_above, bool(shapes.NAMED_AT_END.search(line))
        value = shapes.VALUE_LINE.match(line)
        if above and value:  # `- name: DB_PASSWORD` and below it `value: …`
            return line[: value.end()] + self._hidden(line[value.end() :])
        if shapes.BLOCK_FOLLOWS.search(line):
            self.deeper_than = _indent(line)
            return line
        if not shapes.is_grammar(line, self.file, self.folder):
            line = self._named(line)
        return self._shown(line)

    def _named(self, line: str) -> str:
        """Hide what stands behind each word that names a secret."""
        done, rest = "", line
        while found := shapes.NAMED.search(rest):
            done, rest = done + rest[: found.end()], rest[found.end() :]
            length = self._value_length(rest)
            value, rest = rest[:length], rest[length:]
            done += value if shapes.HARMLESS.fullmatch(value) else self._hidden(value)
        return done + rest

    def _value_length(self, rest: str) -> int:
        """How far the value reaches: to its closing quote or tag, else to the end of the line."""
        quote = rest[:1]
        if quote in ("'", '"'):
            end = _closing(rest, quote)
            if end is None:
                self.quote = rest[:3] if rest[:3] == quote * 3 else quote
                return len(rest)
            return end if rest[end : end + 1] in ("", *_CLOSING) else len(rest)
        self.continued = rest.endswith("\\")
        tag = rest.find("</")
        return tag if tag >= 0 else len(rest)

    def _shown(self, line: str) -> str:
        for pattern in shapes.SHOWN:
            spans = [found.span("secret") for found in pattern.finditer(line)]
            line = self._without(line, spans)
        return self._without(line, shapes.random_runs(line))

    def _without(self, line: str, spans: list[tuple[int, int]]) -> str:
        for begin, end in reversed(spans):
            if "********(" not in line[begin:end]:
                line = line[:begin] + self.name(line[begin:end]) + line[end:]
        return line

    def _hidden(self, text: str) -> str:
        """The indent stays, so that what is below a name still looks so."""
        bare = text.strip()
        if not bare:
            return text
        at = text.index(bare)
        return text[:at] + self.name(bare) + text[at + len(bare) :]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _closing(text: str, quote: str) -> int | None:
    """Where a quoted value ends: behind its closing quote; None: not in this line."""
    if text[:3] == quote * 3:
        end = text.find(quote * 3, 3)
        return None if end < 0 else end + 3
    found = _ENDS[quote].match(text)
    return found.end() if found else None
