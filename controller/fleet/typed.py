"""What people type: texts and days, made fit for the log or refused with a sentence."""

import unicodedata
from datetime import UTC, date, datetime, time, timedelta

from controller.errors import WrongValueError
from texts.moments import ZONE
from wire.text import N_

LONGEST_TEXT = 2000  # what a Sentence of an act takes
LONGEST_NAME = 300
_FORBIDDEN = frozenset({"Cc", "Cs", "Co", "Cn"})
_INVISIBLE = "Cf"  # comes with pasted text, and could turn the direction of writing
_DAY = timedelta(days=1)


def line(what: str, text: str) -> str:
    """One line: the name of a document.

    Raises:
        WrongValueError: it is empty, too long, or holds what no line holds.
    """
    return _checked(what, " ".join(_visible(text).split()), LONGEST_NAME)


def paragraph(what: str, text: str) -> str:
    """A text of some lines.

    Raises:
        WrongValueError: it is empty, too long, or holds what no text holds.
    """
    return _checked(what, _visible(text).replace("\r\n", "\n").strip(), LONGEST_TEXT)


def _visible(text: str) -> str:
    seen = (sign for sign in text if unicodedata.category(sign) != _INVISIBLE)
    return unicodedata.normalize("NFC", "".join(seen))


def _checked(what: str, text: str, longest: int) -> str:
    if not text:
        raise WrongValueError(what=what, value="-", expected=N_("a text"))
    if len(text) > longest:
        many = f"{len(text)} > {longest}"
        raise WrongValueError(what=what, value=many, expected=N_("a shorter text"))
    if any(unicodedata.category(sign) in _FORBIDDEN for sign in text if sign not in "\n\t"):
        raise WrongValueError(what=what, value="\ufffd", expected=N_("letters and signs only"))
    return text


def first_moment(what: str, text: str) -> datetime:
    """The beginning of a day here, in UTC.

    Raises:
        WrongValueError: it is no day.
    """
    return _midnight(_day(what, text))


def last_moment(what: str, text: str) -> datetime:
    """The end of a day here, in UTC: what is valid through that day ends then.

    Raises:
        WrongValueError: it is no day.
    """
    return _midnight(_day(what, text) + _DAY)


def _day(what: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not date(2000, 1, 1) <= day < date(2500, 1, 1):
        raise WrongValueError(what=what, value=text[:40] or "-", expected="YYYY-MM-DD")
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)
