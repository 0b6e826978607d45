"""Every difference from a schema is told, and nothing that fits is."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import yaml_tree
from compliance.errors import CatalogueError
from compliance.json_shape import differences
from tests.compliance import pack_schema

POLICIES = Path(__file__).parents[2] / "policies"
SCHEMAS = {
    name: json.loads((POLICIES / name).read_text())
    for name in ("schema.json", "pack.schema.json", "checks.schema.json")
}
# `title`, `$schema` and our own mark say nothing of a value.
UNDERSTOOD = {
    *("$defs", "$ref", "$schema", "additionalProperties", "allOf", "anyOf", "const", "enum"),
    *("familiesInPacks", "if", "items", "maxItems", "maxLength", "maxProperties", "maximum"),
    *("minItems", "minLength", "minProperties", "minimum", "not", "pattern", "prefixItems"),
    *("properties", "required", "then", "title", "type", "uniqueItems"),
}


def keywords(part: Any, *, names: bool = False) -> set[str]:  # noqa: ANN401 - any JSON value
    if isinstance(part, list):
        return {word for one in part for word in keywords(one)}
    if not isinstance(part, dict):
        return set()
    own = set() if names else set(part)
    inner = {
        word
        for key, value in part.items()
        for word in keywords(value, names=not names and key in {"properties", "$defs"})
    }
    return own | inner


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_schema_of_ours_says_what_is_not_understood_here(name: str) -> None:
    assert keywords(SCHEMAS[name]) <= UNDERSTOOD


def test_the_schema_of_packs_is_made_from_the_types() -> None:
    assert pack_schema.FILE.read_text() == pack_schema.text()


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("tcvn-14423-2026/level-*.yaml", "schema.json"),
        ("health/pack.yaml", "pack.schema.json"),
        ("checks/*.yaml", "checks.schema.json"),
    ],
)
def test_what_we_ship_has_no_difference(folder: str, name: str) -> None:
    files = sorted(POLICIES.glob(folder))
    assert files
    for file in files:
        assert differences(yaml_tree.parse(file.read_bytes()).value, SCHEMAS[name]) == ()


WORD = {"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-z]+$"}
SHAPE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind"],
    "properties": {
        "kind": {"enum": ["one", "two"]},
        "word": {"$ref": "#/$defs/word"},
        "number": {"type": "integer", "minimum": 1, "maximum": 5},
        "list": {"type": "array", "maxItems": 2, "uniqueItems": True, "items": WORD},
        "pair": {"type": "array", "prefixItems": [WORD, {"type": "integer"}], "items": False},
        "either": {"anyOf": [{"type": "integer"}, WORD]},
        "flag": {"type": "boolean"},
        "few": {"type": "object", "minProperties": 1, "maxProperties": 1},
        "a": {},
        "b": {},
    },
    "not": {"required": ["a", "b"]},
    "allOf": [
        {
            "if": {"properties": {"kind": {"const": "two"}}},
            "then": {"properties": {"number": {"const": 2}}},
        }
    ],
    "$defs": {"word": WORD},
}


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ({"kind": "one"}, []),
        ({"kind": "one", "word": "abc", "number": 5, "list": ["ab", "cd"], "flag": True}, []),
        ({"kind": "one", "pair": ["ab", 1], "either": 7, "few": {"x": 1}, "a": 1}, []),
        ({"kind": "two", "number": 2}, []),
        ([], ["$"]),
        ({}, ["$"]),
        ({"kind": "three"}, ["$.kind"]),
        ({"kind": True}, ["$.kind"]),
        ({"kind": "one", "word": "a"}, ["$.word"]),
        ({"kind": "one", "word": "abcde"}, ["$.word"]),
        ({"kind": "one", "word": "ab\n"}, ["$.word"]),
        ({"kind": "one", "word": 12}, ["$.word"]),
        ({"kind": "one", "number": 0}, ["$.number"]),
        ({"kind": "one", "number": 6}, ["$.number"]),
        ({"kind": "one", "number": True}, ["$.number"]),
        ({"kind": "one", "flag": 1}, ["$.flag"]),
        ({"kind": "one", "list": ["ab", "ab"]}, ["$.list[1]"]),
        ({"kind": "one", "list": ["ab", "cd", "ef"]}, ["$.list"]),
        ({"kind": "one", "list": ["A", 1]}, ["$.list[0]", "$.list[0]", "$.list[1]"]),
        ({"kind": "one", "pair": [1, "x"]}, ["$.pair[0]", "$.pair[1]"]),
        ({"kind": "one", "either": []}, ["$.either"]),
        ({"kind": "one", "either": "A"}, ["$.either"]),
        ({"kind": "one", "few": {}}, ["$.few"]),
        ({"kind": "one", "few": {"x": 1, "y": 1}}, ["$.few"]),
        ({"kind": "one", "a": 1, "b": 1}, ["$"]),
        ({"kind": "two", "number": 3}, ["$.number"]),
        ({"kind": "one", "wrod": "ab", "number": 9}, ["$.wrod", "$.number"]),
    ],
)
def test_every_difference_is_told_at_its_place(value: Any, places: list[str]) -> None:  # noqa: ANN401
    found = differences(value, SHAPE)
    assert [each.path for each in found] == places
    assert all(each.reason for each in found)


def test_a_misspelt_key_is_told_with_the_right_one() -> None:
    (found,) = differences({"kind": "one", "wrod": "ab"}, SHAPE)
    assert found.instead == "word"


@given(st.binary(max_size=400))
def test_any_bytes_give_differences_or_the_documented_error(raw: bytes) -> None:
    try:
        value = yaml_tree.parse(raw).value
    except CatalogueError:
        return
    for schema in SCHEMAS.values():
        assert differences(value, schema)
