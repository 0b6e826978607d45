"""The agent's families of errors; each door raises its own, each program catches them once."""

from wire.errors import CONFIGURATION, UNDECIDED, WRONG, LachanError
from wire.text import N_


class AgentError(LachanError):
    """The root of the agent's own errors."""


class ConfigurationError(AgentError):
    """The configuration, or a secret beside it, is not as it must be."""

    exit_code = CONFIGURATION
    message = N_("The configuration is wrong: {problem}")
    hint = N_("Run `lachan-agent config validate`: it lists every problem with its remedy.")


class UnreadableFactError(AgentError):
    """The host would not tell us something; the checks that need it answer UNKNOWN.

    `reason` is a code: missing, denied, failed, timeout, empty, unparsable, stale, no_systemd.
    """

    exit_code = UNDECIDED
    message = N_("Cannot read {source}: {reason}.")
    hint = N_("Run the agent as root, or see `lachan-agent check --explain {source}`.")

    def __init__(self, source: str, reason: str, detail: str = "") -> None:
        super().__init__(source=source, reason=reason, detail=detail)
        self.source = source
        self.reason = reason
        self.detail = detail


class UnknownPackError(AgentError):
    """No such pack, or version of it, has come from the controller."""

    exit_code = UNDECIDED
    message = N_("There is no pack of policies {pack} here.")
    hint = N_("Look with `lachan-agent policy list`, and name the newest version.")


class PackRefusedError(AgentError):
    """The pack breaks the agent's own rules: nobody can accept it here."""

    exit_code = WRONG
    message = N_("Pack {pack} cannot be accepted: {reason}.")
    hint = N_("Look with `lachan-agent policy show {pack}`, and tell the province.")


class BusyError(AgentError):
    """Another process of ours does this already."""

    exit_code = UNDECIDED
    message = N_("{task} is already running (process {pid}, since {since}).")
    hint = N_("Wait for it, or look with `lachan-agent status`.")
