"""What can go wrong with the ledger itself; what is wrong with a file stands in its record."""

from agent.errors import AgentError
from wire.text import N_


class LedgerWriteError(AgentError):
    """The ledger's database cannot be written."""

    message = N_("The ledger of files cannot be written: {reason}.")
    hint = N_("Make room on the disk of the state folder; what was stored so far is kept.")


class HashWorkerError(AgentError):
    """A process that hashes for the ledger has died."""

    message = N_("A process that reads files for the ledger ended with code {code}.")
    hint = N_(
        "Run it again: it goes on where it stopped. If it ends again, look for lack of memory."
    )
