"""What the installed restic can do, found out once; nobody else compares versions."""

import json
import re
from dataclasses import dataclass

OLDEST = (0, 14)
_VERSION = re.compile(r"restic (\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The version as printed, and what follows from it."""

    version: str
    own_exit_codes: bool  # 10 no repository, 11 locked, 12 wrong password
    restores_subfolder: bool  # `restore ID:folder`
    repairs_index: bool  # `repair index` instead of `rebuild-index`
    restores_sparse: bool = False  # `restore --sparse`


def parse(output: str) -> Capabilities | None:
    """Read what `restic version --json` prints, as text (0.14) or as JSON (0.17 and newer).

    Returns:
        None: this is no restic, or one older than 0.14.
    """
    numbers = _numbers(output)
    if numbers is None or numbers[:2] < OLDEST:
        return None
    return Capabilities(
        version=".".join(str(number) for number in numbers),
        own_exit_codes=numbers >= (0, 17, 0),
        restores_subfolder=numbers >= (0, 16, 0),
        repairs_index=numbers >= (0, 16, 0),
        restores_sparse=numbers >= (0, 15, 0),
    )


def _numbers(output: str) -> tuple[int, int, int] | None:
    for line in output.splitlines():
        found = _VERSION.search(_as_text(line))
        if found:
            major, minor, patch = found.groups(default="0")
            return int(major), int(minor), int(patch)
    return None


def _as_text(line: str) -> str:
    if not line.startswith("{"):
        return line
    try:
        document = json.loads(line)
    except ValueError:
        return line
    version = document.get("version") if isinstance(document, dict) else None
    return f"restic {version}" if isinstance(version, str) else line
