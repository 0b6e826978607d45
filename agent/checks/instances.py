"""Checks out of data: each file of policies/checks names a family and lists its instances."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from agent import library
from agent.checks.errors import InstanceError, RepeatedIdError, UnknownFamilyError
from agent.checks.families import FAMILIES
from agent.checks.family import Family, Said, check_of
from agent.checks.model import Check
from compliance import yaml_tree
from compliance.errors import CatalogueError
from wire.text import Bilingual

SCHEMA = "lachan.checks/1"
LIMIT = 60  # instances of one family in one file

Line = Annotated[str, Meta(min_length=1, max_length=500)]


class BothLanguages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    vi: Line
    en: Line


class Instance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"given": "with"}):
    """One row of a file; `given` is typed by the family."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(\.[a-z0-9_]+){1,3}\Z", max_length=95)]
    title: BothLanguages
    why: BothLanguages
    given: dict[str, Any]
    source: Line
    remedy: Line = ""


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file as it stands; its rows are read one by one, so that each names its own fault."""

    schema: Literal["lachan.checks/1"]
    family: str
    checks: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=LIMIT)]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The sound instances of a file with their parameters, and what is wrong with the others."""

    family: str
    checks: tuple[Check[Any], ...]
    params: dict[str, msgspec.Struct]  # check id -> the family's parameters
    problems: tuple[InstanceError, ...]


def installed() -> tuple[Check[Any], ...]:
    """Every instance that the installed package brings."""
    return tuple(check for raw in library.check_files() for check in load(raw))


def load(raw: bytes) -> tuple[Check[Any], ...]:
    """The checks of one file.

    Raises:
        InstanceError: the first thing that is wrong with it.
    """
    loaded = read(raw)
    for problem in loaded.problems:
        raise problem
    return loaded.checks


def read(raw: bytes) -> Loaded:
    """All that can be made of a file, and everything that is wrong with it.

    Raises:
        InstanceError: it is no such file at all.
    """
    tree = _tree(raw)
    document = _typed(tree, "$", tree.value, Document)
    family = FAMILIES.get(document.family)
    if family is None:
        known = ", ".join(FAMILIES)
        reason = f"there is no family {document.family!r}"
        raise UnknownFamilyError(
            line=tree.line("$.family"), path="$.family", reason=reason, known=known
        )
    checks: dict[str, Check[Any]] = {}
    params: dict[str, msgspec.Struct] = {}
    problems = []
    for path, row in _rows(document):
        try:
            check, given = _instance(tree, path, row, family)
            if check.id in checks:
                reason = f"the id {check.id} stands twice"
                raise RepeatedIdError(line=tree.line(path), path=path, reason=reason)
        except InstanceError as error:
            problems.append(error)
        else:
            checks[check.id], params[check.id] = check, given
    return Loaded(document.family, tuple(checks.values()), params, tuple(problems))


def _rows(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, row in enumerate(document.checks):
        yield f"$.checks[{place}]", row


def _instance(
    tree: yaml_tree.Tree, path: str, row: dict[str, Any], family: Family[Any]
) -> tuple[Check[Any], msgspec.Struct]:
    one = _typed(tree, path, row, Instance)
    given: msgspec.Struct = _typed(tree, f"{path}.with", one.given, family.params)
    title, why = Bilingual(one.title.vi, one.title.en), Bilingual(one.why.vi, one.why.en)
    said = Said(one.id, title, why, one.source, one.remedy)
    return check_of(said, family.build(given)), given


def _tree(raw: bytes) -> yaml_tree.Tree:
    try:
        return yaml_tree.parse(raw)
    except CatalogueError as error:
        found = error.parameters
        raise InstanceError(
            line=int(str(found["line"])), path=str(found["path"]), reason=str(found["reason"])
        ) from error


def _typed(tree: yaml_tree.Tree, path: str, value: object, kind: type[Any]) -> Any:  # noqa: ANN401
    """The value as that type; msgspec names the place below it after ` - at `."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason, _, below = str(error).partition(" - at `$")
        place = path + below.rstrip("`")
        raise InstanceError(line=tree.line(place), path=place, reason=reason) from error
