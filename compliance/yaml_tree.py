"""YAML as policies use it: mappings, lists, strings, whole numbers, true and false.

Read from events, so that size and depth are bounded before anything is built, a key that
stands twice is refused, and every value remembers its line. No anchors, aliases or tags.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from compliance.errors import CatalogueSizeError, DuplicateError, YamlSyntaxError

LIMIT_BYTES = 1024 * 1024
LIMIT_DEPTH = 12  # our deepest catalogue needs 6
_NUMBER = re.compile(r"-?[0-9]{1,15}")
_WORDS = {"true": True, "false": False}

Value = dict[str, "Value"] | list["Value"] | str | int | bool


@dataclass(frozen=True, slots=True)
class Tree:
    """A document, and the line of each of its paths (`$.controls[3].weight`)."""

    value: Value
    line_of_path: dict[str, int] = field(default_factory=dict)

    def line(self, path: str) -> int:
        """The line of a path, or of the nearest one above it."""
        while path not in self.line_of_path and len(path) > 1:
            path = path[: max(path.rfind("."), path.rfind("["), 1)]
        return self.line_of_path.get(path, 1)


def parse(raw: bytes) -> Tree:
    """Read one document.

    Raises:
        CatalogueSizeError: too many bytes, or nested too deep.
        DuplicateError: a key stands twice in one mapping.
        YamlSyntaxError: it is no YAML of this kind.
    """
    if len(raw) > LIMIT_BYTES:
        limit = f"{LIMIT_BYTES} bytes"
        raise CatalogueSizeError(line=1, path="$", reason=f"{len(raw)} bytes", limit=limit)
    try:
        reader = _Reader(_events(raw.decode()))
        return reader.document()
    except UnicodeDecodeError as error:
        raise YamlSyntaxError(line=1, path="$", reason=f"no UTF-8: {error.reason}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or "unreadable character"
        raise YamlSyntaxError(line=line, path="$", reason=str(reason)) from error


def _events(text: str) -> Iterator[yaml.Event]:
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    return iter(yaml.parse(text, Loader=loader))


class _Reader:
    """Walks the events once; keeps the depth and the lines."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._lines: dict[str, int] = {}

    def document(self) -> Tree:
        event = next(self._events)
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise YamlSyntaxError(line=1, path="$", reason="there is no document")
        value = self._value(event, "$", 0)
        next(self._events)  # the document's end
        extra = next(self._events)
        if not isinstance(extra, yaml.StreamEndEvent):
            raise YamlSyntaxError(line=_line(extra), path="$", reason="a second document begins")
        return Tree(value, self._lines)

    def _value(self, event: yaml.Event, path: str, depth: int) -> Value:
        self._lines.setdefault(path, _line(event))
        if depth > LIMIT_DEPTH:
            raise CatalogueSizeError(
                line=_line(event),
                path=path,
                reason="nested too deep",
                limit=f"{LIMIT_DEPTH} levels",
            )
        _refuse_references(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        return _scalar(event, path)

    def _mapping(self, path: str, depth: int) -> Value:
        found: dict[str, Value] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            _refuse_references(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                raise YamlSyntaxError(line=_line(event), path=path, reason="a key must be a word")
            key, below = event.value, f"{path}.{event.value}"
            self._lines[below] = _line(event)
            if key in found:
                raise DuplicateError(
                    line=_line(event), path=below, reason=f"the key {key} stands twice"
                )
            found[key] = self._value(next(self._events), below, depth + 1)
        return found

    def _sequence(self, path: str, depth: int) -> Value:
        found: list[Value] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, f"{path}[{len(found)}]", depth + 1))
        return found


def _refuse_references(event: yaml.Event, path: str) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise YamlSyntaxError(line=_line(event), path=path, reason="an anchor or alias")
    if getattr(event, "tag", None):
        raise YamlSyntaxError(line=_line(event), path=path, reason="a tag")


def _scalar(event: yaml.Event, path: str) -> str | int | bool:
    """Quoted is text; plain `true`, `false` and whole numbers are what they look like."""
    text = str(getattr(event, "value", ""))
    if getattr(event, "style", None):
        return text
    if text in {"", "~", "null"}:
        raise YamlSyntaxError(line=_line(event), path=path, reason="a value is missing")
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _NUMBER.fullmatch(text) else text


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return int(mark.line) + 1 if mark else 1
