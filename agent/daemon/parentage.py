"""Whether the daemon itself has started this process: nothing on a command line can say so."""

import os

from agent.config.home import Home
from agent.state.lock import holder

BY_HAND = "person"


def believed(home: Home, trigger: str) -> str:
    """What started a run, as far as it shows.

    Only a child of the process that holds the daemon's lock was started by schedule or order:
    what else claims it was typed. The run itself goes on, for the data's sake.
    """
    held = holder(home, "daemon")
    return trigger if held is not None and held[0] == os.getppid() else BY_HAND
