"""The two real restics that the tests drive: Debian 12's own, and Debian 13's beside it."""

from pathlib import Path

from agent.restic.environment import PATH

NEWER = Path(__file__).parents[2] / ".venv" / "debian-13" / "usr" / "bin"
VERSIONS = ("debian-12", "debian-13")


def path_of(version: str) -> str:
    """A PATH on which this version is found first.

    Raises:
        FileNotFoundError: Debian 13's restic is not here; the message says how it comes.
    """
    if version == "debian-12":
        return PATH
    if not (NEWER / "restic").exists():
        raise FileNotFoundError("Debian 13's restic is missing: run script/newer-restic")
    return f"{NEWER}:{PATH}"
