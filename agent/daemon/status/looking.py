"""One part of `status` or `doctor` that cannot be looked at is a line of its own, and no end."""

import sqlite3
from collections.abc import Callable, Iterable

from agent.daemon.status.items import Item
from agent.state.errors import StateFolderError
from texts.catalogue import tr
from texts.shell import sentence_of
from wire.errors import WRONG, LachanError
from wire.text import N_
from wire.verdicts import CheckVerdict

FAIL, UNKNOWN = CheckVerdict.FAIL, CheckVerdict.UNKNOWN


def looked(name: str, look: Callable[[], Iterable[Item]]) -> tuple[Item, ...]:
    """What the look has found; what keeps it from finding anything is UNKNOWN."""
    try:
        return tuple(look())
    except StateFolderError as error:
        return (of_error(name, error, UNKNOWN),)
    except LachanError as error:
        return (of_error(name, error),)
    except (sqlite3.DatabaseError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = N_("This cannot be looked at now: {reason}.")
        return (Item(name, UNKNOWN, message, {"reason": tr(reason)}),)


def of_error(name: str, error: LachanError, verdict: CheckVerdict = FAIL) -> Item:
    """What an error says and advises."""
    hint = tr(error.hint, **error.parameters) if error.hint else ""
    parameters: dict[str, object] = {"sentence": sentence_of(error), "hint": hint}
    wrong = error.exit_code == WRONG
    return Item(name, FAIL if wrong else verdict, "{sentence}", parameters, "{hint}")
