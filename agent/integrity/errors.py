"""What keeps us from comparing, or from approving."""

from agent.errors import AgentError
from wire.errors import CONFIGURATION, UNDECIDED, USAGE, WRONG
from wire.text import N_


class NothingWatchedError(AgentError):
    """The configuration watches nothing."""

    exit_code = CONFIGURATION
    message = N_("Nothing is watched on this host.")
    hint = N_("Name a path under `integrity:` in agent.yaml, exactly as it stands there.")


class NotWatchedError(AgentError):
    """A path was named that the configuration does not watch."""

    exit_code = USAGE
    message = N_("{path} is not a watched path.")
    hint = N_("Name a path under `integrity:` in agent.yaml, exactly as it stands there.")


class ChangedSinceReviewError(AgentError):
    """What a person approves must be what that person has seen."""

    exit_code = WRONG
    message = N_("No scan has the code {code} now: files have changed again since it was shown.")
    hint = N_("Run `lachan-agent integrity scan`, look at the changes, and accept its new code.")


class BaselineWriteError(AgentError):
    """The baseline's database cannot be written."""

    exit_code = UNDECIDED
    message = N_("The baseline cannot be stored: {reason}.")
    hint = N_("Make room on the disk of the state folder, then run it again.")
