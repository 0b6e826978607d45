"""The shape of policies/checks/*.yaml for editors and CI, made from the types that the agent reads.

python -m tests.agent.checks.instance_schema      # after a family was added or changed
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from agent.checks.families import FAMILIES
from agent.checks.instances import BothLanguages, Document, Instance

FILE = Path(__file__).parents[3] / "policies" / "checks.schema.json"


def document() -> dict[str, Any]:
    """JSON Schema 2020-12: the file, its rows, and for each family what stands under `with`."""
    families = tuple(FAMILIES.values())
    definitions = {name: part for family in families for name, part in _within(family.params)}
    definitions |= {family.name: _inline(family.params) for family in families}
    definitions |= {"row": _inline(Instance), "text": _inline(BothLanguages)}
    for name in ("title", "why"):
        definitions["row"]["properties"][name] = {"$ref": "#/$defs/text"}
    shape = _inline(Document)
    shape["properties"]["family"] = {"enum": [family.name for family in families]}
    shape["properties"]["checks"]["items"] = {"$ref": "#/$defs/row"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lá Chắn instances of a family of checks",
        **shape,
        "familiesInPacks": [family.name for family in families if family.in_packs],
        "allOf": [_given(family.name) for family in families],
        "$defs": definitions,
    }


def _given(family: str) -> dict[str, Any]:
    """In a file of this family, `with` of every row is that of the family."""
    row = {"properties": {"with": {"$ref": f"#/$defs/{family}"}}}
    return {
        "if": {"properties": {"family": {"const": family}}},
        "then": {"properties": {"checks": {"items": row}}},
    }


def _within(kind: type[msgspec.Struct]) -> list[tuple[str, Any]]:
    """The types that a family's parameters are made of, which families share."""
    parts = msgspec.json.schema(kind)["$defs"]
    return [(name, _plain(part)) for name, part in parts.items() if name != kind.__name__]


def _inline(kind: type[msgspec.Struct]) -> dict[str, Any]:
    shape = msgspec.json.schema(kind)
    found: dict[str, Any] = _plain(shape["$defs"][kind.__name__])
    return found


def _plain(part: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Without what only Python means: `\\Z`, defaults, docstrings, and null for "not given"."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    if {"type": "null"} in part.get("anyOf", ()):
        rest = [one for one in part["anyOf"] if one != {"type": "null"}]
        return _plain(rest[0] if len(rest) == 1 else {"anyOf": rest})
    dropped = {"default", "description", "title"} if "$ref" not in part else set()
    kept = {name: _plain(one) for name, one in part.items() if name not in dropped}
    if isinstance(kept.get("properties"), dict):
        kept["properties"] = {name: _plain(one) for name, one in part["properties"].items()}
    if isinstance(kept.get("pattern"), str):
        kept["pattern"] = kept["pattern"].replace("\\Z", "$")
    return kept


def text() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
