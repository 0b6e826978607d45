"""What can be wrong with the agent's own state."""

import errno
from pathlib import Path

from agent.errors import AgentError
from agent.state.damage import refusal_of
from wire.errors import CONFIGURATION, UNDECIDED
from wire.text import N_


class StateFolderError(AgentError):
    """The state folder cannot be used."""

    exit_code = CONFIGURATION
    message = N_("The state folder {folder} cannot be used: {reason}.")
    hint = N_("Run as the user of the agent's service (usually root), or name another --home.")


class StateDiskError(StateFolderError):
    """The disk below the state folder does not take or give what it should; what is there stays."""

    exit_code = UNDECIDED
    message = N_("The state folder {folder} cannot be used now: {reason}.")
    hint = N_(
        "Make room on the disk of the state folder. If it is not full, `journalctl -k` says what is"
        " wrong with the disk."
    )


class StateReadOnlyError(StateDiskError):
    """The disk below the state folder may only be read."""

    hint = N_(
        "`journalctl -k` says why its disk may only be read now: repair it, and mount it for"
        " writing again."
    )


class DiskRefusesError(AgentError):
    """A disk refused something in the middle of a work."""

    exit_code = UNDECIDED
    message = N_("The disk refuses to take or give what it should: {reason}.")
    hint = StateDiskError.hint


class StateTooNewError(AgentError):
    """A newer version of the program wrote this file."""

    exit_code = CONFIGURATION
    message = N_("State file {file} has version {found}; this program knows up to {known}.")
    hint = N_("Install the newer lachan-agent again; an older one must not touch this file.")


def folder_error(folder: Path, error: OSError) -> StateFolderError:
    """What to tell a person when the system refuses something in the state folder."""
    kind = StateDiskError if refusal_of(error) else StateFolderError
    if error.errno == errno.EROFS:
        kind = StateReadOnlyError
    return kind(folder=str(folder), reason=error.strerror or "OSError")
