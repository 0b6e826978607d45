"""What can be wrong where the janitor is to work."""

from agent.errors import AgentError, BusyError
from wire.errors import CONFIGURATION
from wire.text import N_

__all__ = [
    "BesideError",
    "BusyError",
    "JanitorError",
    "KeyOfRepositoryError",
    "NotARepositoryError",
    "OtherFilesystemError",
]


class JanitorError(AgentError):
    """The family: nothing was looked at, and nothing was moved."""

    exit_code = CONFIGURATION


class NotARepositoryError(JanitorError):
    """A wrong path must not make everything in it an offender."""

    message = N_("{folder} is no restic repository: {reason}.")
    hint = N_("Name the folder that holds config, data, index, keys, locks and snapshots.")


class BesideError(JanitorError):
    """The janitor's own folder is not there, or not its own."""

    message = N_("The janitor cannot use its folder {folder}: {reason}.")
    hint = N_("Make it as docs/site-b.md says: owned by the janitor's user, mode 0700.")


class OtherFilesystemError(JanitorError):
    """Moving would be copying and deleting."""

    message = N_("{folder} lies on another file system than the repository.")
    hint = N_("Put the repository one folder below the mount, and the janitor's folder beside it.")


class KeyOfRepositoryError(JanitorError):
    """Without the right key everything would look foreign."""

    message = N_("No key of {folder} opens with the password in {file}.")
    hint = N_("Name the file of the maintenance password; leave it out at a site of others.")
