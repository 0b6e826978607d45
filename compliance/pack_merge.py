"""A standard's catalogue as a province's pack changes it: bytes again, with a digest of their own.

The changed catalogue is kept and carried as a whole, so that whoever holds it computes a score
again without the pack; comments are lost, every value stays.
"""

import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

from compliance import catalogue as catalogues
from compliance import yaml_tree
from compliance.catalogue import Catalogue
from compliance.document import DecidedBy
from compliance.errors import CatalogueError, PackError
from compliance.pack_document import named_checks
from compliance.pack_problems import Problems
from compliance.policy_pack import HEAD, Change, OwnRow, Pack
from wire.text import N_

_CHANGED = ("weight", "threshold", "decided_by")


def merged(raw: bytes, pack: Pack) -> bytes:
    """The catalogue with the pack's changes and rows; the same bytes where it touches nothing.

    Raises:
        CatalogueError: the result is no catalogue.
    """
    document = cast("dict[str, Any]", yaml_tree.parse(raw).value)
    changes = {change.said.control: change for change in pack.changes}
    rows = [_changed(row, changes.get(row["id"]), pack) for row in document["controls"]]
    own = [
        {**row.written, "changed_by": pack.id}
        for row in pack.rows
        if row.catalogue == document["id"]
    ]
    if not own and rows == document["controls"]:
        return raw
    changed = {**document, "controls": [*rows, *own]}
    made = json.dumps(changed, ensure_ascii=False, indent=1).encode()
    if yaml_tree.parse(made).value != changed:
        raise CatalogueError(line=1, path="$", reason="a text that YAML reads otherwise")
    catalogues.parse(made)
    return made


def merged_all(raw: bytes, packs: Iterable[Pack]) -> bytes:
    """One pack after the other; no two change the same row."""
    for pack in packs:
        raw = merged(raw, pack)
    return raw


def clashes(pack: Pack, others: Iterable[Pack]) -> tuple[PackError, ...]:
    """Rows that another pack changes already, and names that it brought."""
    problems = Problems()
    changed = {change.said.control for other in others for change in other.changes}
    for change in pack.changes:
        if change.said.control in changed:
            reason = N_("another pack changes this row already")
            problems.add(change.place.below(".control"), reason, N_("another row, or nothing"))
    return problems.in_order()


def misfits(pack: Pack, shelf: Mapping[str, bytes]) -> tuple[PackError, ...]:
    """What in the pack does not fit the standard's catalogues (id -> bytes); all at once."""
    problems = Problems()
    standard = {name: catalogues.parse(raw) for name, raw in shelf.items()}
    rows = {control.id for each in standard.values() for control in each.controls}
    theirs = _known_checks(standard.values())
    _refuse_reserved(pack, rows | theirs, problems)
    known = theirs | {check.id for check in pack.checks}
    for change in pack.changes:
        if change.said.control not in rows:
            reason = N_("no catalogue has this row")
            problems.add(change.place.below(".control"), reason, N_("the id of a row"))
        _demand_known(change.said.decided_by, change, known, problems)
    for row in pack.rows:
        if row.catalogue not in standard:
            reason = N_("there is no such catalogue")
            problems.add(row.place.below(".catalogue"), reason, ", ".join(sorted(standard)))
        if row.said.id in rows:
            reason = N_("a catalogue has a row of this name")
            problems.add(row.place.below(".id"), reason, N_("another name, or nothing"))
        _demand_known(row.said.decided_by, row, known, problems)
    return problems.in_order()


def unmergeable(pack: Pack, shelf: Mapping[str, bytes]) -> tuple[PackError, ...]:
    """Last, of a pack without misfits: what two words say together, as a catalogue's reader."""
    problems = Problems()
    for name, raw in shelf.items():
        try:
            merged(raw, pack)
        except CatalogueError as error:
            said = error.parameters
            problems.add_file(HEAD, f"{said['path']}: {said['reason']}", name)
    return problems.in_order()


def _known_checks(standard: Collection[Catalogue]) -> frozenset[str]:
    """Every check of ours is named by some row of the standard."""
    return frozenset(check for each in standard for check in each.controls_of_check())


def _demand_known(
    decided_by: DecidedBy | None, stands: Change | OwnRow, known: Collection[str], to: Problems
) -> None:
    for name in named_checks(decided_by):
        if name not in known:
            reason = N_("there is no such check")
            to.add(stands.place.below(".decided_by"), reason, _nearest(name, known))


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return near[0] if near else N_("the id of a check")


def _refuse_reserved(pack: Pack, names: Collection[str], problems: Problems) -> None:
    """No name of the standard begins with the pack's: else a pack could take one over."""
    if any(name.startswith(f"{pack.id}.") for name in names):
        problems.add_file(HEAD, N_("names of the standard begin like this id"), N_("another id"))


def _changed(row: dict[str, Any], change: Change | None, pack: Pack) -> dict[str, Any]:
    """A new threshold is a decision, no longer the standard's suggestion; the row says whose."""
    if change is None:
        return row
    new = {key: change.written[key] for key in _CHANGED if key in change.written}
    kept = {
        key: value for key, value in row.items() if key != "suggested" or "threshold" not in new
    }
    return {**kept, **new, "changed_by": pack.id}
