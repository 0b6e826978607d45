"""Every error that a person may see: a message id, its parameters, what to do, an exit code."""

from typing import ClassVar

from wire.text import N_

GOOD = 0
WRONG = 1  # looked, and something is wrong
UNDECIDED = 2  # could not look or decide
USAGE = 64  # sysexits.h EX_USAGE
CONFIGURATION = 78  # sysexits.h EX_CONFIG
INTERRUPTED = 130


class LachanError(Exception):
    """The root of all our errors.

    `message` and `hint` are message ids with `{named}` places; the sentence in the
    reader's language is made where it is shown (`texts.shell`), never here.
    """

    exit_code: ClassVar[int] = UNDECIDED
    message: ClassVar[str] = N_("Something went wrong.")
    hint: ClassVar[str] = ""

    def __init__(self, **parameters: object) -> None:
        super().__init__(self.message.format(**parameters))
        self.parameters = parameters


class WireError(LachanError):
    """The family of everything that can be wrong with received bytes."""


class DecodeError(WireError):
    """The bytes are no message of the kind they claim to be."""

    message = N_("This {kind} cannot be read: {reason}.")
    hint = N_("Ask its sender for it again; keep these bytes as they are for the inquiry.")


class SignatureError(WireError):
    """No trusted key signed these bytes."""

    exit_code = WRONG
    message = N_("The signature on this {kind} does not hold: {reason}.")
    hint = N_("Do not use it. Compare the key's fingerprint with the one on paper.")


class PrivacyError(WireError):
    """A field that must stay at the facility was about to leave it."""

    message = N_("Field {field} of {kind} must not leave this facility.")
    hint = N_("This is a fault of the program: report it with the name of the field.")


class EncodeError(WireError):
    """A message of ours breaks the bounds that its receiver demands."""

    message = N_("This {kind} cannot be written: {reason}.")
    hint = N_("This is a fault of the program: report it with this sentence.")
