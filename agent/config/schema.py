"""Walks values along the schema of `model` and collects every problem, not just the first."""

import difflib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from agent.config.problems import Problem, shown
from texts.catalogue import tr
from wire.text import N_


def find_problems(value: Any, kind: inspect.Type, path: str = "") -> list[Problem]:  # noqa: ANN401 - YAML's values
    """All places where the value is not of the kind.

    Args:
        value: what the YAML held.
        kind: the schema there, from `msgspec.inspect.type_info`.
        path: where we are, as a person writes it: `sites[1].port`.
    """
    match kind:
        case inspect.Metadata():
            return find_problems(value, kind.type, path)
        case inspect.UnionType():
            return [] if value is None else find_problems(value, kind.types[0], path)
        case inspect.StructType():
            return _struct_problems(value, kind, path)
        case inspect.VarTupleType():
            return _list_problems(value, kind.item_type, path)
        case inspect.TupleType():
            return _pair_problems(value, kind, path)
        case _:
            return _leaf_problems(value, kind, path)


def field_kinds(kind: inspect.Type) -> dict[str, inspect.Field]:
    """The fields of the struct inside a kind, however it is wrapped; else none."""
    match kind:
        case inspect.Metadata():
            return field_kinds(kind.type)
        case inspect.UnionType():
            return field_kinds(kind.types[0])
        case inspect.VarTupleType():
            return field_kinds(kind.item_type)
        case inspect.StructType():
            return {field.encode_name: field for field in kind.fields}
        case _:
            return {}


def description_of(kind: inspect.Type) -> str:
    """The explanation of a field, as a message id."""
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra_json_schema or {}).get("description", ""))
    return ""


def _struct_problems(value: Any, kind: inspect.StructType, path: str) -> list[Problem]:  # noqa: ANN401
    if not isinstance(value, dict):
        return [Problem(path, shown(path, value), N_("Write keys with values, indented below."))]
    fields = {field.encode_name: field for field in kind.fields}
    problems: list[Problem] = []
    for key, inner in value.items():
        place = f"{path}.{key}" if path else str(key)
        if key in fields:
            problems += find_problems(inner, fields[key].type, place)
        else:
            problems.append(_unknown(place, str(key), tuple(fields)))
    for name, field in fields.items():
        if field.required and name not in value:
            place = f"{path}.{name}" if path else name
            problems.append(Problem(place, tr(N_("nothing")), N_("Add this key: it is needed.")))
    return problems


def _unknown(place: str, key: str, known: tuple[str, ...]) -> Problem:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    if near:
        return Problem(
            place,
            tr(N_("an unknown key")),
            N_("Write “{near}” instead, or take it out."),
            {"near": near[0]},
        )
    return Problem(
        place,
        tr(N_("an unknown key")),
        N_("Take it out; known here are: {known}."),
        {"known": ", ".join(known)},
    )


def _list_problems(value: Any, item: inspect.Type, path: str) -> list[Problem]:  # noqa: ANN401
    if not isinstance(value, list):
        return [Problem(path, shown(path, value), N_("Write a list: [one, two], or - one a line."))]
    return [
        problem
        for position, inner in enumerate(value)
        for problem in find_problems(inner, item, f"{path}[{position}]")
    ]


def _pair_problems(value: Any, kind: inspect.TupleType, path: str) -> list[Problem]:  # noqa: ANN401
    good = (
        isinstance(value, list)
        and len(value) == len(kind.item_types)
        and all(isinstance(inner, (int, float)) for inner in value)
    )
    remedy = N_("Write two numbers: [13.98, 108.0].")
    return [] if good else [Problem(path, shown(path, value), remedy)]


def _leaf_problems(value: Any, kind: inspect.Type, path: str) -> list[Problem]:  # noqa: ANN401
    found = shown(path, value)
    match kind:
        case inspect.IntType():
            if not isinstance(value, int):
                return [Problem(path, found, N_("Write a whole number."))]
        case inspect.FloatType():
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                return [Problem(path, found, N_("Write a number."))]
        case inspect.EnumType():
            allowed = [str(member.value) for member in kind.cls]
            if value not in allowed:
                parameters: dict[str, str | int] = {"allowed": ", ".join(allowed)}
                return [Problem(path, found, N_("Write one of: {allowed}."), parameters)]
        case inspect.CustomType():
            return _path_problems(value, path)
        case _:
            if not isinstance(value, str):
                return [Problem(path, found, N_("Write text; put numbers in quotes."))]
    return []


def _path_problems(value: Any, path: str) -> list[Problem]:  # noqa: ANN401
    if isinstance(value, str) and Path(value).is_absolute() and "\0" not in value:
        return []
    return [Problem(path, shown(path, value), N_("Write the whole path, beginning with /."))]


def to_path(kind: type, value: Any) -> Any:  # noqa: ANN401 - msgspec's hook
    """Msgspec's hook for the one type it does not know."""
    if kind is Path:
        return Path(value)
    raise msgspec.ValidationError(kind.__name__)
