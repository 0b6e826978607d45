"""The janitor without an agent: `python3 lachan-janitor.pyz REPOSITORY`; codes, no sentences."""

import os
import sys
from pathlib import Path

from agent.clock import SystemClock
from agent.sites.janitor.run import Settings, place_of, run
from agent.sites.janitor.status import FILE
from wire.errors import GOOD, USAGE, WRONG, LachanError


def main(words: list[str]) -> int:
    """0: nothing strange; 1: something; 2, 78: could not look; 64: wrong usage."""
    if len(words) != 1 or words[0].startswith("-"):
        sys.stderr.write("usage: python3 lachan-janitor.pyz REPOSITORY\n")
        return USAGE
    place = place_of(Path(words[0]))
    os.nice(19)
    try:
        counts = run(place, SystemClock(), Settings())
    except LachanError as error:
        sys.stderr.write(f"{error}\n{error.hint.format(**error.parameters)}\n")
        return error.exit_code
    if counts.rogue:
        sys.stderr.write(f"rogue {counts.rogue}: see {place.beside / FILE}\n")
    return WRONG if counts.rogue else GOOD


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
