"""Makes a repository's index anew from its packs: what a cut run stored is then used again.

restic keeps an index in memory for up to ten minutes and stores none when it is killed; no option
of 0.14 or 0.18 makes that earlier (measured).
"""

import re

from agent.restic.door import LONG_S, Job, Restic

# At an append-only site the new index is stored, then removing the old one is refused, as it must
# be. 0.14 tries that for a quarter of an hour.
_REFUSED = re.compile(r"Remove\(<index/.*403|blob not removed, server response: 403")


def rebuild(restic: Restic) -> None:
    """Index every pack that is there and forget those that are not.

    Raises:
        ResticError: it could not be done; LOCKED: somebody else works in the repository.
    """
    words = ("repair", "index") if restic.capabilities().repairs_index else ("rebuild-index",)
    restic.run(Job(words, timeout_s=LONG_S, enough=_REFUSED))
