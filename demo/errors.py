"""How the demonstration ends when it cannot go on."""

from wire.errors import CONFIGURATION, UNDECIDED, LachanError
from wire.text import N_


class DemoError(LachanError):
    """The root of the demonstration's errors."""


class FolderError(DemoError):
    """The folder to demonstrate with cannot be used."""

    exit_code = CONFIGURATION
    message = N_("The folder {folder} cannot be used: {reason}.")
    hint = N_("Name a folder that every user of this machine may read, for example /usr/share/doc.")


class NoRoomError(DemoError):
    """The demonstration does not fit."""

    exit_code = CONFIGURATION
    message = N_("The demonstration needs {needed} free in {place}, there is {free}.")
    hint = N_("Name a smaller folder, or set TMPDIR to a roomier place.")


class StepError(DemoError):
    """A step did not really happen."""

    exit_code = UNDECIDED
    message = N_("`{command}` ended with {code}, expected {expected}: {output}")
    hint = N_("This is a fault of the product: please report it with the lines above.")
