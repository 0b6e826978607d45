"""Reads the privacy classes off the message types: what has none, and what must stay here."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct, inspect

from wire.errors import PrivacyError
from wire.privacy import Privacy

_HOLDERS = ("type", "item_type", "key_type", "value_type")  # of msgspec.inspect's nodes


def unclassified_fields(struct: type[Struct]) -> list[str]:
    """`Type.field` of every place under `struct` that says no privacy class."""
    return [
        f"{owner.cls.__name__}.{field.name}"
        for owner in _structs_within(inspect.type_info(struct), set())
        for field in owner.fields
        if not all(_leaf_classes(field.type, ()))
    ]


@cache
def local_fields(struct: type[Struct]) -> frozenset[tuple[str, str]]:
    """(type, field) of every place under `struct` that never leaves the host."""
    found = set()
    for owner in _structs_within(inspect.type_info(struct), set()):
        for field in owner.fields:
            if any(Privacy.LOCAL in classes for classes in _leaf_classes(field.type, ())):
                found.add((owner.cls.__name__, field.name))
    return frozenset(found)


def refuse_local(message: Struct) -> None:
    """Raise PrivacyError when a `local` field anywhere in `message` holds something."""
    marked = local_fields(type(message))
    if marked:
        _refuse_within(message, marked)


def _refuse_within(value: object, marked: frozenset[tuple[str, str]]) -> None:
    if isinstance(value, Struct):
        for field in msgspec.structs.fields(value):
            held = getattr(value, field.name)
            kind = type(value).__name__
            if (kind, field.name) in marked and held != field.default:
                raise PrivacyError(field=field.name, kind=kind)
            _refuse_within(held, marked)
    elif isinstance(value, dict):
        for key, held in value.items():
            _refuse_within(key, marked)
            _refuse_within(held, marked)
    elif isinstance(value, list | tuple | set | frozenset):
        for held in value:
            _refuse_within(held, marked)


def _inner(node: Any) -> Iterator[Any]:  # noqa: ANN401 - msgspec's nodes share no useful type
    for name in _HOLDERS:
        if hasattr(node, name):
            yield getattr(node, name)
    yield from getattr(node, "types", ())
    yield from getattr(node, "item_types", ())


def _structs_within(node: Any, seen: set[type]) -> Iterator[inspect.StructType]:  # noqa: ANN401
    if isinstance(node, inspect.StructType):
        if node.cls in seen:
            return
        seen.add(node.cls)
        yield node
        for field in node.fields:
            yield from _structs_within(field.type, seen)
    else:
        for inner in _inner(node):
            yield from _structs_within(inner, seen)


def _leaf_classes(node: Any, above: tuple[Privacy, ...]) -> Iterator[tuple[Privacy, ...]]:  # noqa: ANN401
    """The classes that each leaf of a field's type stands under; structs answer for themselves."""
    if isinstance(node, inspect.StructType | inspect.NoneType | inspect.RawType):
        return
    if isinstance(node, inspect.Metadata):
        said = (node.extra or {}).get("privacy")
        yield from _leaf_classes(node.type, (*above, Privacy(said)) if said else above)
        return
    inner = list(_inner(node))
    if not inner:
        yield above
    for part in inner:
        yield from _leaf_classes(part, above)
