"""What a way of watching cannot do on this host, in words for a person."""

from msgspec import Struct

from texts.catalogue import tr
from wire.errors import LachanError
from wire.text import N_

NOBODY_ANSWERS = N_("Nobody answers at {path}; it is looked at as soon as somebody does.")
LOOK_THERE = N_("Look at the server or program behind it; `umount -f -l` frees what waits.")


class Limit(Struct, frozen=True):
    """A message id with its parameters; the sentence is made where a person reads it."""

    message: str
    parameters: dict[str, str | int] = {}
    remedy: str = ""

    @property
    def says(self) -> str:
        said = dict(self.parameters)
        if isinstance(reason := said.get("reason"), str):  # the system's: a message id
            said["reason"] = tr(reason)
        return tr(self.message, **said)


def limit_of(error: LachanError) -> Limit:
    """What an error says, for a mark that others read in their own language."""
    told = {name: str(value) for name, value in error.parameters.items()}
    return Limit(error.message, dict(told), error.hint)
