"""A province's pack of policies: what it changes in the standard's rows, and what it adds.

`pack.yaml` names the pack, its overrides and its own rows; files below `checks/` hold its own
check instances, in the form of policies/checks. The same files give the same pack everywhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from compliance.errors import PackError
from compliance.pack_checks import demand_printable, judge_given, judge_questions
from compliance.pack_document import (
    CheckFile,
    CheckRow,
    Head,
    Override,
    OwnControl,
    named_checks,
)
from compliance.pack_problems import Place, Problems
from compliance.pack_rules import MOST_CHECKS
from wire.text import N_, Bilingual

HEAD = "pack.yaml"
CHECKS = "checks/"
_SOUND: Mapping[str, Any] = {  # stands in for what is wrong, after that was told
    "schema": "lachan.policy_pack/1",
    "id": "pack",
    "version": 1,
    "title": {"vi": "-", "en": "-"},
}


@dataclass(frozen=True, slots=True)
class Change:
    """One override, as it was understood and as it is written, with its place."""

    said: Override
    written: Mapping[str, Any]
    place: Place


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A row of the province in one catalogue."""

    catalogue: str
    said: OwnControl
    written: Mapping[str, Any]  # in the form of a catalogue's rows
    place: Place


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """A check instance of the province; its parameters are its family's to understand."""

    id: str
    title: Bilingual
    family: str
    written: Mapping[str, Any]
    place: Place


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack whose own words are in order; whether it fits a catalogue is another question."""

    id: str
    version: int
    title: Mapping[str, str]
    changes: tuple[Change, ...]
    rows: tuple[OwnRow, ...]
    checks: tuple[OwnCheck, ...]
    check_files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Read:
    """The pack, where its head can be read, and everything that is wrong with its files."""

    pack: Pack | None
    problems: tuple[PackError, ...]


def read(files: Mapping[str, str]) -> Read:
    """Read a pack's files (name -> text); every problem is told, not only the first."""
    problems = Problems()
    head, place = _head(files, problems)
    if head is None or place is None:
        return Read(None, problems.in_order())
    pack = Pack(
        id=head.id,
        version=head.version,
        title=msgspec.to_builtins(head.title),
        changes=tuple(_changes(place, head, problems)),
        rows=tuple(_rows(place, head, problems)),
        checks=tuple(_checks(files, head, problems)),
        check_files={name: files[name].encode() for name in sorted(files) if _holds_checks(name)},
    )
    _refuse_repeated(((change.said.control, change.place) for change in pack.changes), problems)
    _refuse_repeated(((row.said.id, row.place) for row in pack.rows), problems)
    _refuse_repeated(((check.id, check.place) for check in pack.checks), problems)
    judge_questions([(check.place, check.written.get("with")) for check in pack.checks], problems)
    if len(pack.checks) > MOST_CHECKS:
        reason = N_("the pack has too many checks of its own")
        problems.add_file(HEAD, reason, str(MOST_CHECKS))
    return Read(pack, problems.in_order())


def _head(files: Mapping[str, str], problems: Problems) -> tuple[Head | None, Place | None]:
    for name in sorted(files):
        if name != HEAD and not _holds_checks(name):
            reason = N_("no file of a pack has this name")
            problems.add_file(name, reason, "pack.yaml, checks/*.yaml")
    if HEAD not in files:
        problems.add_file(HEAD, N_("the pack has no such file"), "schema, id, version, title")
        return None, None
    place = problems.parsed(HEAD, files[HEAD])
    if place is not None:
        demand_printable(place, problems)
    return (_typed_head(place, problems) if place else None), place


def _typed_head(place: Place, problems: Problems) -> Head | None:
    """With something wrong in it, what stands in its lists is read all the same."""
    value = place.tree.value
    said = problems.typed(place, value, Head)
    if said is not None or not isinstance(value, dict):
        return said
    known = {key: value[key] for key in Head.__struct_fields__ if key in value}
    for key, sound in _SOUND.items():
        alone = {**_SOUND, key: known.get(key, "")}
        if Problems().typed(place, alone, Head) is None:
            known[key] = sound
    return Problems().typed(place, known, Head)


def _holds_checks(name: str) -> bool:
    return name.startswith(CHECKS)


def _changes(head: Place, said: Head, problems: Problems) -> Iterator[Change]:
    for number, written in enumerate(said.overrides):
        place = head.below(f".overrides[{number}]")
        change = problems.typed(place, written, Override)
        if change is None:
            continue
        if change.weight is None and change.threshold is None and change.decided_by is None:
            problems.add(place, N_("it changes nothing"), "weight, threshold, decided_by")
        if change.threshold is not None and not any(named_checks(change.decided_by)):
            reason = N_("nothing measures this threshold")
            instead = N_("decided_by with the check that measures it")
            problems.add(place.below(".threshold"), reason, instead)
        yield Change(change, written, place)


def _rows(head: Place, said: Head, problems: Problems) -> Iterator[OwnRow]:
    for number, written in enumerate(said.controls):
        place = head.below(f".controls[{number}]")
        row = problems.typed(place, written, OwnControl)
        if row is not None:
            _demand_prefix(row.id, said.id, place, problems)
            as_row = {key: value for key, value in written.items() if key != "catalogue"}
            yield OwnRow(row.catalogue, row, as_row, place)


def _checks(files: Mapping[str, str], said: Head, problems: Problems) -> Iterator[OwnCheck]:
    for name in filter(_holds_checks, sorted(files)):
        file = problems.parsed(name, files[name])
        listed = problems.typed(file, file.tree.value, CheckFile) if file else None
        if file is None or listed is None:
            continue
        demand_printable(file, problems)
        for number, written in enumerate(listed.checks):
            place = file.below(f".checks[{number}]")
            row = problems.typed(place, written, CheckRow)
            judge_given(place, listed.family, written.get("with"), problems)
            if row is not None:
                _demand_prefix(row.id, said.id, place, problems)
                title = Bilingual(row.title.vi, row.title.en)
                yield OwnCheck(row.id, title, listed.family, written, place)
            if "remedy" in written:
                reason = N_("only a family says how its checks are mended")
                problems.add(place.below(".remedy"), reason, N_("nothing there"))


def _demand_prefix(name: str, prefix: str, place: Place, problems: Problems) -> None:
    if not name.startswith(f"{prefix}."):
        reason = N_("the province's own names begin with the pack's")
        problems.add(place.below(".id"), reason, f"{prefix}.{name}")


def _refuse_repeated(named: Iterable[tuple[str, Place]], problems: Problems) -> None:
    seen: set[str] = set()
    for name, place in named:
        if name in seen:
            reason = N_("the name stands there a second time")
            problems.add(place, reason, N_("another name, or nothing"))
        seen.add(name)
