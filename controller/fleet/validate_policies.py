"""Everything that is wrong with a catalogue or with a province's pack, before anybody signs it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from compliance import catalogue, policy_pack, yaml_tree
from compliance.errors import CatalogueError, PackError
from compliance.json_shape import Schema, differences
from compliance.pack_merge import clashes, misfits, unmergeable
from compliance.pack_problems import SHAPE
from compliance.policy_pack import CHECKS, HEAD, Pack
from controller.library import CATALOGUE_SCHEMA, CHECKS_SCHEMA, PACK_SCHEMA, Shelf, schema
from wire.text import N_


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """Where, what, and what to write instead; the last two are message ids or plain values."""

    file: str
    line: int
    path: str
    reason: str
    instead: str


def catalogue_problems(raw: bytes, name: str) -> tuple[PolicyProblem, ...]:
    """Of one catalogue: its shape as a whole, then what its reader refuses."""
    shape = tuple(_shape_problems(name, raw, schema(CATALOGUE_SCHEMA)))
    if shape:
        return shape
    return tuple(_told(name, error) for error in catalogue.problems(raw))


def judged_pack(
    files: Mapping[str, str], shelves: tuple[Shelf, ...], others: Collection[Pack] = ()
) -> tuple[Pack | None, tuple[PolicyProblem, ...]]:
    """The pack, and everything that is wrong with it by itself, beside the standard and others."""
    found = [problem for name in sorted(files) for problem in _file_problems(name, files[name])]
    told = {problem.file for problem in found}
    read = policy_pack.read(files)
    own = (_of_pack(error) for error in read.problems)
    found += [each for each in own if each.instead != SHAPE or each.file not in told]
    if read.pack is not None:
        found += _not_for_packs(read.pack)
        standard = {shelf.catalogue.id: shelf.raw for shelf in shelves}
        found += [_of_pack(error) for error in misfits(read.pack, standard)]
        found += [_of_pack(error) for error in clashes(read.pack, others)]
        found += [_of_pack(error) for error in ([] if found else unmergeable(read.pack, standard))]
    return read.pack, tuple(sorted(found, key=lambda each: (each.file, each.line, each.path)))


def _not_for_packs(pack: Pack) -> Iterator[PolicyProblem]:
    """Families whose checks run programs, or read what is not public, are the agent's own."""
    allowed: list[str] = schema(CHECKS_SCHEMA)["familiesInPacks"]
    for check in pack.checks:
        if check.family not in allowed:
            line, path = check.place.line, check.place.path
            reason = N_("this family is not for packs")
            yield PolicyProblem(check.place.file, line, path, reason, " | ".join(allowed))


def _file_problems(name: str, text: str) -> Iterator[PolicyProblem]:
    if name != HEAD and not name.startswith(CHECKS):
        return  # the pack's reader says that it is none of its files
    wanted = PACK_SCHEMA if name == HEAD else CHECKS_SCHEMA
    yield from _shape_problems(name, text.encode("utf-8", "surrogatepass"), schema(wanted))


def _shape_problems(name: str, raw: bytes, wanted: Schema) -> Iterator[PolicyProblem]:
    try:
        tree = yaml_tree.parse(raw)
    except CatalogueError:
        return  # told by the file's own reader
    for each in differences(tree.value, wanted):
        yield PolicyProblem(name, tree.line(each.path), each.path, each.reason, each.instead)


def _told(name: str, error: CatalogueError) -> PolicyProblem:
    said = error.parameters
    instead = said.get("known") or said.get("instead") or N_("it as in a file that is installed")
    return PolicyProblem(
        name, int(str(said["line"])), str(said["path"]), str(said["reason"]), str(instead)
    )


def _of_pack(error: PackError) -> PolicyProblem:
    said = error.parameters
    line, path = int(str(said["line"])), str(said["path"])
    return PolicyProblem(str(said["file"]), line, path, str(said["reason"]), str(said["instead"]))
