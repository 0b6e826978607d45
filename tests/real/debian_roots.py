"""Stock Debian 12 and 13 as folders, made by script/debian-roots."""

import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
NUMBERS = ("12", "13")


def root_of(number: str) -> Path:
    """The folder with that Debian; made now if it is not there.

    Raises:
        FileNotFoundError: it cannot be made; the message is the script's own, with what to install.
    """
    root = REPOSITORY / ".venv" / "roots" / f"debian-{number}"
    if not (root / "etc/debian_version").exists():
        made = subprocess.run(
            ["script/debian-roots", number],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise FileNotFoundError(f"no Debian {number} to judge: {made.stderr}")
    return root
