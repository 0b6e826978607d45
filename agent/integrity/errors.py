"""What keeps us from comparing, or from approving."""

from agent.errors import AgentError, BusyError
from wire.errors import CONFIGURATION, UNDECIDED, USAGE, WRONG
from wire.text import N_


class NothingWatchedError(AgentError):
    """The configuration watches nothing."""

    exit_code = CONFIGURATION
    message = N_("Nothing is watched on this host.")
    hint = N_("Name a path under `integrity:` in agent.yaml, exactly as it stands there.")


class AlreadyWatchedError(BusyError):
    """A person wants to see what another watcher sees already."""

    hint = N_("See what happens with: lachan-agent integrity events --follow")


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


class ApprovalWaitsError(BaselineWriteError):
    """The approval stands in a sealed statement, but not in the baseline's database."""

    message = N_("The approval is given and sealed, but cannot be put in force now: {reason}.")
    hint = N_(
        "Make room on the disk of the state folder: the next `lachan-agent integrity scan` puts it"
        " in force. Do not give it again."
    )


class NotLookedAtError(AgentError):
    """A watched path cannot be looked at as a whole; `reason` is a code."""

    exit_code = UNDECIDED
    message = N_("{path} cannot be looked at now: {reason}.")
    hint = N_("Look with `lachan-agent integrity scan`; it is tried again.")


class SilentError(AgentError):
    """Whoever serves the files has fallen silent in the middle of a look."""

    exit_code = UNDECIDED
    message = N_("Nobody answers at {path} any more: this run ends, the next one leaves it out.")
    hint = N_("Look at the server or program behind it; `umount -f -l` frees what waits.")


class EventsWriteError(AgentError):
    """The events' database cannot be written."""

    exit_code = UNDECIDED
    message = N_("Events cannot be stored: {reason}.")
    hint = N_(
        "Make room on the disk of the state folder, or make it writable. Nothing is lost meanwhile:"
        " what changed is stored as soon as it can be."
    )


class EventsReadError(AgentError):
    """The events' database cannot be read now."""

    exit_code = UNDECIDED
    message = N_("Stored events cannot be read now: {reason}.")
    hint = N_("Run it as the user of the agent's service (usually root), and look at the disk.")


class EventsChangedError(AgentError):
    """Stored events are not the ones that we stored."""

    exit_code = WRONG
    message = N_("The stored events are not as this agent stored them: {what}.")
    hint = N_(
        "Somebody or something has changed the state folder. Keep a copy of it, compare the events"
        " with the controller's, and run `lachan-agent integrity head`."
    )


class EventsElsewhereError(AgentError):
    """Two programs store what happened at the same time."""

    exit_code = UNDECIDED
    message = N_("Another process has stored these events meanwhile.")
    hint = N_("Only one `lachan-agent integrity watch` may run on one state folder.")


class NoSuchEventError(AgentError):
    """An event was named that is not kept."""

    exit_code = USAGE
    message = N_("There is no event {number} here: {first} to {last} are kept.")
    hint = N_("Look at `lachan-agent integrity events`.")


class NothingChosenError(AgentError):
    """What a person named is none of the reviewed changes."""

    exit_code = USAGE
    message = N_("None of the changes of scan {code} lies there.")
    hint = N_("Name paths or events that `lachan-agent integrity scan` has listed.")


class NobodyInParticularError(AgentError):
    """Root's two wishes could be one person's."""

    exit_code = USAGE
    message = N_("Two people must approve this, and root is nobody in particular.")
    hint = N_("Log in under your own account and use sudo: the login's account is what counts.")


class ReviewFirstError(AgentError):
    """Two people approve changes that they have seen, not a state as a whole."""

    exit_code = USAGE
    message = N_("{path} needs two people: its baseline is not replaced as a whole.")
    hint = N_("Run `lachan-agent integrity scan`, and `integrity accept CODE` by both of them.")


class NoSuchSuspicionError(AgentError):
    """A person named a suspicion that is not open."""

    exit_code = USAGE
    message = N_("There is no open suspicion {suspicion}.")
    hint = N_("`lachan-agent integrity suspicions` lists them with their ids.")
