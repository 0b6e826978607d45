"""Everything in which a value differs from a JSON schema: as much of the schema as ours use.

Source: JSON Schema 2020-12, validation; `policies/*.schema.json` are written from our own types.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from compliance.yaml_tree import Value
from wire.text import N_

Schema = Mapping[str, Any]
_TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "integer": int}
_MOST_SHOWN = 12  # of the words or keys that would be right


@dataclass(frozen=True, slots=True)
class Difference:
    """Where, what is so, and what would be right; `reason` is a message id."""

    path: str
    reason: str
    instead: str


def differences(value: Value, schema: Schema, path: str = "$") -> tuple[Difference, ...]:
    """All of them, in the order of the value's own parts."""
    return tuple(_Reader(schema.get("$defs", {})).all_of(value, schema, path))


@dataclass(frozen=True, slots=True)
class _Reader:
    definitions: Mapping[str, Schema]

    def all_of(self, value: Value, schema: Schema, path: str) -> Iterator[Difference]:
        schema = self._resolved(schema)
        if "anyOf" in schema:
            yield from self._any_of(value, schema, path)
            return
        wrong = [*_kind(value, schema, path), *_word(value, schema, path)]
        yield from wrong
        if wrong:
            return
        if isinstance(value, dict):
            yield from self._keys(value, schema, path)
        elif isinstance(value, list):
            yield from self._items(value, schema, path)
        else:
            yield from _bounds(value, schema, path)
        for part in schema.get("allOf", ()):
            if self._applies(value, part):
                yield from self.all_of(value, part["then"], path)

    def _resolved(self, schema: Schema) -> Schema:
        name = schema.get("$ref", "").removeprefix("#/$defs/")
        return (
            self._resolved({**self.definitions[name], **_without_ref(schema)}) if name else schema
        )

    def _any_of(self, value: Value, schema: Schema, path: str) -> Iterator[Difference]:
        """Good when one way is; else the faults of the way that comes nearest."""
        ways = [tuple(self.all_of(value, way, path)) for way in schema["anyOf"]]
        if all(ways):
            yield from min(ways, key=partial(_distance, path))

    def _applies(self, value: Value, part: Schema) -> bool:
        return not list(self.all_of(value, part["if"], "$"))

    def _keys(self, value: dict[str, Value], schema: Schema, path: str) -> Iterator[Difference]:
        known: Mapping[str, Schema] = schema.get("properties", {})
        low, high = schema.get("minProperties", 0), schema.get("maxProperties")
        if len(value) < low or (high is not None and len(value) > high):
            yield Difference(path, N_("it has too few or too many keys"), _range(low, high))
        for key in schema.get("required", ()):
            if key not in value:
                yield Difference(path, N_("a key is missing"), str(key))
        together = schema.get("not", {}).get("required", ())
        if together and all(key in value for key in together):
            yield Difference(path, N_("these keys do not go together"), _listed(together))
        for key, inner in value.items():
            below = f"{path}.{key}"
            if key in known:
                yield from self.all_of(inner, known[key], below)
            elif schema.get("additionalProperties") is False:
                near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
                yield Difference(below, N_("there is no such key"), _listed(near or list(known)))

    def _items(self, value: list[Value], schema: Schema, path: str) -> Iterator[Difference]:
        low, high = schema.get("minItems", 0), schema.get("maxItems")
        if len(value) < low or (high is not None and len(value) > high):
            yield Difference(path, N_("it has too few or too many entries"), _range(low, high))
        places = schema.get("prefixItems", ())
        for number, inner in enumerate(value):
            if schema.get("uniqueItems") and inner in value[:number]:
                reason = N_("the entry stands there a second time")
                yield Difference(f"{path}[{number}]", reason, N_("another one, or nothing"))
            part = places[number] if number < len(places) else schema.get("items") or {}
            yield from self.all_of(inner, part, f"{path}[{number}]")


def _kind(value: Value, schema: Schema, path: str) -> Iterator[Difference]:
    wanted = schema.get("type")
    if wanted is None:
        return
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    if _name_of(value) not in names:
        yield Difference(path, N_("it is of another kind"), _listed(names))


def _name_of(value: Value) -> str:
    if isinstance(value, bool):
        return "boolean"
    return next(name for name, kind in _TYPES.items() if isinstance(value, kind))


def _word(value: Value, schema: Schema, path: str) -> Iterator[Difference]:
    words = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if words is not None and not any(value == word and type(value) is type(word) for word in words):
        near = difflib.get_close_matches(str(value), map(str, words), n=1, cutoff=0.6)
        yield Difference(path, N_("it is none of the known words"), _listed(near or words))


def _bounds(value: str | int, schema: Schema, path: str) -> Iterator[Difference]:
    if isinstance(value, str):
        low, high = schema.get("minLength", 0), schema.get("maxLength")
        if len(value) < low or (high is not None and len(value) > high):
            yield Difference(path, N_("its length is not allowed"), _range(low, high))
        pattern = schema.get("pattern")
        if pattern is not None and re.search(_whole(pattern), value) is None:
            yield Difference(path, N_("it is not of the right form"), str(pattern))
    else:
        low, high = schema.get("minimum"), schema.get("maximum")
        if (low is not None and value < low) or (high is not None and value > high):
            yield Difference(path, N_("the number is too small or too large"), _range(low, high))


def _whole(pattern: str) -> str:
    """Python's own `$` lets a line end stand after it."""
    return pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern


def _distance(path: str, found: tuple[Difference, ...]) -> tuple[bool, int]:
    """A way whose kind is right is nearer than one that wants something else altogether."""
    return any(each.path == path for each in found), len(found)


def _without_ref(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "$ref"}


def _range(low: int | None, high: int | None) -> str:
    return " ".join(
        f"{sign} {limit}" for sign, limit in (("≥", low), ("≤", high)) if limit is not None
    )


def _listed(words: list[Any]) -> str:
    more = " …" if len(words) > _MOST_SHOWN else ""
    return " | ".join(map(str, words[:_MOST_SHOWN])) + more
