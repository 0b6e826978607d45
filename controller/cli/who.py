"""Who acts when somebody types a command: the machine's user, as the log records it."""

import getpass
import re

_OTHERS = re.compile(r"[^A-Za-z0-9_.:-]")


def whoever() -> str:
    """`cli:` and the operating system's user name, as a code."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unnamed"
    return f"cli:{_OTHERS.sub('_', name)}"[:96]
