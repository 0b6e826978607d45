"""This host as a site: its agent says who it is, and signs what a probe hears here.

It runs in the name of the probe's user with a home of its own, so its key is not the key of the
agent that protects this host, if there is one.
"""

import os
import re
from pathlib import Path

from agent.clock import SystemClock
from agent.config.home import Home
from agent.sites import site_agent
from agent.sites.probe.errors import SignedAnswerError
from agent.sites.probe.local import look_at_folder
from agent.uplink.identity import open_identity
from wire.keys import fingerprint
from wire.text import N_

_NONCE = re.compile(rf"[0-9a-f]{{{2 * site_agent.NONCE_BYTES}}}")


def own_fingerprint(home: Home) -> str:
    """What belongs into `agent_fingerprint` of the protected host; makes the key at first."""
    return fingerprint(open_identity(home, "", os.urandom).key.public)


def signed_answer(home: Home, nonce: str, folder: Path) -> str:
    """The line for the probe.

    Raises:
        SignedAnswerError: the number is none of ours, or this machine cannot say who it is.
    """
    if _NONCE.fullmatch(nonce) is None:
        raise SignedAnswerError(detail=N_("the probe's number is not 64 hex digits"))
    key = open_identity(home, "", os.urandom).key
    return site_agent.answer(nonce, look_at_folder(folder), key, SystemClock().now())
