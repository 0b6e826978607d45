"""The catalogues of TCVN 14423:2026 as the package carries them."""

from importlib import resources
from pathlib import Path

from compliance.catalogue import Catalogue, parse

POLICIES = Path(str(resources.files("policies")))
LEVELS = (1, 2, 3, 4, 5)


def file_of(level: int) -> Path:
    return POLICIES / "tcvn-14423-2026" / f"level-{level}.yaml"


def catalogue_of(level: int) -> Catalogue:
    return parse(file_of(level).read_bytes())
