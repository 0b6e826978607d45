"""Compiles the message catalogue when the package is built or installed for development."""

from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DOMAIN = "lachan"


def merged_catalogue(folder: Path) -> Catalog:
    """All areas' PO files of one language as one catalogue.

    Raises:
        ValueError: two areas translate the same message differently.
    """
    merged = Catalog(locale=folder.name, domain=DOMAIN, charset="utf-8")
    for area in sorted(folder.glob("*.po")):
        with area.open("rb") as file:
            for message in read_po(file, locale=folder.name, abort_invalid=True):
                if not message.id:
                    continue
                known = merged.get(message.id)
                if known is not None and known.string != message.string:
                    problem = f"{area.name}: {message.id!r} is translated differently elsewhere"
                    raise ValueError(problem)
                merged.add(message.id, message.string, flags=message.flags)
    return merged


def compile_catalogues(root: Path) -> None:
    for folder in sorted(path for path in (root / "texts" / "locale").iterdir() if path.is_dir()):
        target = folder / "LC_MESSAGES" / f"{DOMAIN}.mo"
        target.parent.mkdir(exist_ok=True)
        with target.open("wb") as file:
            write_mo(file, merged_catalogue(folder))


class CatalogueHook(BuildHookInterface[Any]):
    """Hatch calls this before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del version, build_data
        compile_catalogues(Path(self.root))


if __name__ == "__main__":
    compile_catalogues(Path(__file__).parent)
