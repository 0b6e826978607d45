"""Places inside a pack's files, and everything that is found wrong there."""

import re
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
from msgspec import Struct

from compliance import yaml_tree
from compliance.errors import CatalogueError, PackError
from compliance.yaml_tree import Tree
from wire.text import N_

_REASON = re.compile(r"^(?P<reason>.*?)(?: - at `(?:key in )?\$(?P<below>[^`]*)`)?$", re.DOTALL)

SHAPE = N_("it as policies/pack.schema.json says")

S = TypeVar("S", bound=Struct)


@dataclass(frozen=True, slots=True)
class Place:
    """A path inside one file of a pack."""

    file: str
    tree: Tree
    path: str = "$"

    @property
    def line(self) -> int:
        return self.tree.line(self.path)

    def below(self, way: str) -> "Place":
        return Place(self.file, self.tree, f"{self.path}{way}")


@dataclass(slots=True)
class Problems:
    """Collects, so that a person hears of everything at once."""

    found: list[PackError] = field(default_factory=list)

    def add(self, place: Place, reason: str, instead: str) -> None:
        self._add(place.file, place.line, place.path, (reason, instead))

    def add_file(self, name: str, reason: str, instead: str) -> None:
        self._add(name, 1, "$", (reason, instead))

    def parsed(self, name: str, text: str) -> Place | None:
        """The file as YAML; None, and a problem more, when it is none that we read."""
        try:
            return Place(name, yaml_tree.parse(text.encode("utf-8", "surrogatepass")))
        except CatalogueError as error:
            said = error.parameters
            line, path = int(str(said["line"])), str(said["path"])
            self._add(name, line, path, (str(said["reason"]), N_("plain YAML")))
            return None

    def typed(self, place: Place, value: object, kind: type[S]) -> S | None:
        """The value as that type; None, and a problem more, when it is not of it."""
        try:
            return msgspec.convert(value, kind, strict=True)
        except msgspec.ValidationError as error:
            told = _REASON.match(str(error))
            below = (told and told["below"]) or ""
            reason = (told and told["reason"]) or str(error)
            self.add(place.below(below), reason, SHAPE)
            return None

    def in_order(self) -> tuple[PackError, ...]:
        return tuple(sorted(self.found, key=_place_of))

    def _add(self, file: str, line: int, path: str, said: tuple[str, str]) -> None:
        reason, instead = said
        error = PackError(file=file, line=line, path=path, reason=reason, instead=instead)
        self.found.append(error)


def _place_of(problem: PackError) -> tuple[str, int]:
    return str(problem.parameters["file"]), int(str(problem.parameters["line"]))
