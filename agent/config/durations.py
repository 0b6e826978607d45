"""Durations as people write them: `8h`, `30d`, `1y6m`; restic's units y, m (months), d, h."""

import re
from datetime import timedelta

from agent.errors import AgentError
from wire.errors import CONFIGURATION
from wire.text import N_

_SHAPE = re.compile(r"(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,6})d)?(?:(\d{1,7})h)?", re.ASCII)
_DAYS_A_YEAR, _DAYS_A_MONTH = 365, 30


class DurationError(AgentError):
    """The text is no duration."""

    exit_code = CONFIGURATION
    message = N_("“{text}” is no duration.")
    hint = N_("Write years, months, days, hours in this order: 8h, 30d, 6m, 1y6m.")


def parse_duration(text: str) -> timedelta:
    """Read `8h` or `1y6m`; a year counts 365 days and a month 30.

    Raises:
        DurationError: the text is anything else, or no time at all.

    Source: restic forget(1), --keep-within.
    """
    match = _SHAPE.fullmatch(text)
    if match is None or not any(match.groups()):
        raise DurationError(text=text)
    years, months, days, hours = (int(number or 0) for number in match.groups())
    duration = timedelta(
        days=years * _DAYS_A_YEAR + months * _DAYS_A_MONTH + days,
        hours=hours,
    )
    if not duration:
        raise DurationError(text=text)
    return duration
