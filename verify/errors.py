"""What ends the verifier before it can judge."""

from wire.errors import UNDECIDED, USAGE, LachanError
from wire.text import N_


class UnreadablePackError(LachanError):
    """The file is no evidence pack, or not as anyone wrote it."""

    exit_code = UNDECIDED
    message = N_("{path} cannot be read as an evidence pack: {reason}.")
    hint = N_("Copy it again from where it was made; if that does not help, ask for a new pack.")


class AnchorUsageError(LachanError):
    """What was given as anchor is neither a fingerprint nor a file that holds one."""

    exit_code = USAGE
    message = N_("The anchor {anchor} is no fingerprint, no earlier pack and no checkpoint.")
    hint = N_("Type the 64 digits printed by `lachan-controller init`, or name an earlier pack.")
