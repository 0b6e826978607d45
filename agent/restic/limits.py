"""How fast data may move at a moment. Pure: the configuration and the local time decide.

restic keeps one limit from its start to its end. So a run keeps the limit with which it began,
and one that begins shortly before stricter hours keeps theirs: a backup that starts at 05:50 in a
free night must not fill the line of the morning. A run that began long before goes on as it is.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from agent.config.hours import within
from agent.config.sites import Limit

LOOKS_AHEAD = timedelta(minutes=30)
_UNLIMITED = 0


class Rate(NamedTuple):
    """KiB/s; 0: as fast as it goes."""

    upload: int = _UNLIMITED
    download: int = _UNLIMITED

    def arguments(self) -> tuple[str, ...]:
        """As restic wants them."""
        return tuple(
            word
            for name, rate in (("upload", self.upload), ("download", self.download))
            if rate
            for word in (f"--limit-{name}", str(rate))
        )


def rate_of_run(begins_at: datetime, *limits: Limit | None) -> Rate:
    """What a run that begins now, at these sites, has to keep.

    Args:
        begins_at: the moment in local time, with its zone.
        limits: of the sites that take part; restic has one limit for all of them.
    """
    moments = (begins_at, begins_at + LOOKS_AHEAD)
    return strictest(*(rate_at(limit, moment) for limit in limits for moment in moments))


def rate_at(limit: Limit | None, local: datetime) -> Rate:
    """The first window that holds this moment decides, else what stands outside of them."""
    if limit is None:
        return Rate()
    for window in limit.windows:
        if within(window.hours, local):
            return Rate(window.upload, window.download)
    return Rate(limit.upload, limit.download)


def strictest(*rates: Rate) -> Rate:
    return Rate(
        min((rate.upload for rate in rates if rate.upload), default=_UNLIMITED),
        min((rate.download for rate in rates if rate.download), default=_UNLIMITED),
    )
