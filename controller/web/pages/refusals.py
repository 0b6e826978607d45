"""What a person is told when a form is not taken: a sentence, and the status that fits it."""

from controller.errors import (
    AlreadyThereError,
    ControllerError,
    NotAllowedError,
    NotOpenError,
    SamePersonError,
    UnknownThingError,
)
from texts.catalogue import tr

_STATUS: dict[type[ControllerError], int] = {
    NotAllowedError: 403,
    SamePersonError: 403,
    UnknownThingError: 404,
    AlreadyThereError: 409,
    NotOpenError: 409,
}
_OTHERWISE = 400


def status_of(error: ControllerError) -> int:
    return _STATUS.get(type(error), _OTHERWISE)


def sentence_of(error: ControllerError) -> str:
    said = tr(error.message, **error.parameters)
    return said[:1].upper() + said[1:]
