"""Bounds of moments: one hostile date must not overflow the arithmetic of whoever reads it."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from msgspec import Struct, inspect

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)
LATEST_MS = int(LATEST.timestamp() * 1000)

_HOLDERS = ("type", "item_type", "key_type", "value_type")  # of msgspec.inspect's nodes


def within_bounds(value: object) -> bool:
    """Whether every moment inside a message lies between EARLIEST and LATEST."""
    if isinstance(value, datetime):
        return EARLIEST <= value <= LATEST
    if isinstance(value, Struct):
        for name in timed_fields(type(value)):
            inner = getattr(value, name)
            good = EARLIEST <= inner <= LATEST if type(inner) is datetime else within_bounds(inner)
            if not good:
                return False
        return True
    if isinstance(value, tuple | list):
        return all(within_bounds(inner) for inner in value)
    if isinstance(value, dict):
        return all(within_bounds(inner) for inner in value.values())
    return True


@cache
def timed_fields(struct: type[Struct]) -> tuple[str, ...]:
    """The fields that hold moments, or hold something that does."""
    node = inspect.type_info(struct)
    assert isinstance(node, inspect.StructType)  # noqa: S101 - by the parameter's type
    return tuple(field.name for field in node.fields if _is_timed(field.type))


def _is_timed(node: Any) -> bool:  # noqa: ANN401 - msgspec's nodes share no useful type
    if isinstance(node, inspect.DateTimeType):
        return True
    if isinstance(node, inspect.StructType):
        return any(_is_timed(field.type) for field in node.fields)
    inner = [getattr(node, name) for name in _HOLDERS if hasattr(node, name)]
    return any(map(_is_timed, [*inner, *getattr(node, "types", ())]))
