"""What can be wrong with what recovery is asked to judge."""

from wire.errors import WRONG, LachanError
from wire.text import N_


class RecoveryError(LachanError):
    """The family of this package's errors."""


class ClockSkewError(RecoveryError):
    """A snapshot's time lies ahead of the moment that judges it."""

    exit_code = WRONG
    message = N_("The snapshot is dated {ahead_s} seconds ahead of this clock.")
    hint = N_("Set the clocks of the host and of this machine, then look again.")


class ManifestError(RecoveryError):
    """The bytes are no manifest of ours."""

    message = N_("The manifest cannot be read at line {line}: {reason}.")
    hint = N_("Take the companion snapshot of the other site, or of an older snapshot.")
