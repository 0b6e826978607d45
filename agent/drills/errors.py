"""Why a drill cannot begin, or cannot go on."""

from agent.errors import AgentError
from wire.errors import USAGE
from wire.text import N_
from wire.verdicts import Cause


class DrillError(AgentError):
    """The family of drill errors."""


class StoppedDrillError(DrillError):
    """The drill met something that ends it; the cause stands in its journal."""

    message = N_("The drill at site {site} ended early ({cause}): {detail}.")
    hint = N_("`lachan-agent drill show` has the journal; other causes: docs/operate.md.")

    def __init__(self, cause: Cause, *, site: str, detail: str) -> None:
        super().__init__(cause=cause.value, site=site, detail=detail)
        self.cause = cause
        self.says = detail


class UnknownDrillClassError(DrillError):
    """We hold drills of two classes."""

    exit_code = USAGE
    message = N_("There is no drill of class {drill_class} on this host.")
    hint = N_("Use D0 (a sample of files) or D1 (everything).")


class WrongNonceError(DrillError):
    """A challenge must be unpredictable and used once."""

    exit_code = USAGE
    message = N_("The nonce of this drill cannot be used: {problem}.")
    hint = N_("Ask the controller for a new order: each has a fresh nonce.")


class UnknownDrillError(DrillError):
    """No drill has this id."""

    exit_code = USAGE
    message = N_("There is no drill {drill}.")
    hint = N_("`lachan-agent drill list` shows those that were held.")


class ScratchError(DrillError):
    """The sealed folder cannot be made or removed."""

    message = N_("The sealed folder {folder} cannot be used: {reason}.")
    hint = N_("Look at its owner and mode, remove it by hand, then run `lachan-agent doctor`.")
