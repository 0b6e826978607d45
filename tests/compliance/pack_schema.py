"""The shape of a pack's `pack.yaml` for editors and for `policy validate`, made from our types.

python -m tests.compliance.pack_schema      # after the shape of packs or of rows was changed
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from compliance.pack_document import Head, Override

POLICIES = Path(__file__).parents[2] / "policies"
FILE = POLICIES / "pack.schema.json"


def document() -> dict[str, Any]:
    """JSON Schema 2020-12. A row of the province is a row of the catalogues, and names which."""
    rows = json.loads((POLICIES / "schema.json").read_text())
    definitions: dict[str, Any] = rows["$defs"]
    own = dict(definitions["control"])
    shared = {name: part for name, part in own["properties"].items() if name != "changed_by"}
    own["properties"] = {"catalogue": {"$ref": "#/$defs/code"}, **shared}
    own["required"] = ["catalogue", *own["required"]]
    head = _shape(Head)
    head["properties"]["title"] = {"$ref": "#/$defs/text"}
    for name, row in (("overrides", "override"), ("controls", "own_control")):
        head["properties"][name]["items"] = {"$ref": f"#/$defs/{row}"}
    override = _shape(Override)
    for name, form in (("control", "code"), ("why", "text"), ("decided_by", "decided_by")):
        override["properties"][name] = {"$ref": f"#/$defs/{form}"}
    threshold = definitions["control"]["properties"]["threshold"]
    override["properties"] |= {"threshold": threshold}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lá Chắn pack of a province's policies",
        **head,
        "$defs": {**definitions, "override": override, "own_control": own},
    }


def _shape(kind: type[msgspec.Struct]) -> dict[str, Any]:
    found = msgspec.json.schema(kind)["$defs"][kind.__name__]
    return {
        "type": "object",
        "properties": {name: _plain(part) for name, part in found["properties"].items()},
        "required": found["required"],
        "additionalProperties": False,
    }


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    """Without what only Python means, and without the null of "not given"."""
    for choice in part.get("anyOf", ()):
        if choice != {"type": "null"}:
            return _plain(choice)
    kept = {key: value for key, value in part.items() if key not in {"default", "title", "items"}}
    if "pattern" in kept:
        kept["pattern"] = kept["pattern"].replace("\\Z", "$")
    return kept


def text() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
