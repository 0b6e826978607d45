"""What can be wrong with the agent's own state."""

from agent.errors import AgentError
from wire.errors import CONFIGURATION
from wire.text import N_


class StateFolderError(AgentError):
    """The state folder cannot be used."""

    exit_code = CONFIGURATION
    message = N_("The state folder {folder} cannot be used: {reason}.")
    hint = N_("Run as the user of the agent's service (usually root), or name another --home.")


class StateDiskError(StateFolderError):
    """The disk below the state folder does not take or give what it should; what is there stays."""

    message = N_("The state folder {folder} cannot be used now: {reason}.")
    hint = N_("Make room on the disk of the state folder, or look what is wrong with the disk.")


class StateTooNewError(AgentError):
    """A newer version of the program wrote this file."""

    exit_code = CONFIGURATION
    message = N_("State file {file} has version {found}; this program knows up to {known}.")
    hint = N_("Install the newer lachan-agent again; an older one must not touch this file.")
