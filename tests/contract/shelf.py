"""What the package brings: every catalogue, and the parameters of every instance of a family."""

from functools import cache
from importlib import resources

import msgspec

from agent import library
from agent.checks import instances
from compliance.catalogue import Catalogue, parse

STANDARD = "tcvn-14423-2026"
LEVELS = (1, 2, 3, 4, 5)
_MARK = b"\nschema: lachan.catalogue/1\n"


@cache
def catalogues() -> tuple[Catalogue, ...]:
    folders = [entry for entry in resources.files("policies").iterdir() if entry.is_dir()]
    files = [file for folder in folders for file in folder.iterdir()]
    raws = [file.read_bytes() for file in files if file.name.endswith(".yaml")]
    return tuple(parse(raw) for raw in raws if _MARK in raw)


def level(number: int) -> Catalogue:
    (book,) = [book for book in catalogues() if book.id == f"{STANDARD}.level-{number}"]
    return book


@cache
def parameters() -> dict[str, msgspec.Struct]:
    """Check id -> what the data says of that instance."""
    read = [instances.read(raw) for raw in library.check_files()]
    return {check: params for file in read for check, params in file.params.items()}
