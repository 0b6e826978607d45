"""From when to when apt was at work, by /var/log/apt/history.log. Pure.

Source: apt.conf(5), Dir::Log::History; paragraphs with Start-Date and End-Date in local time.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from agent.integrity.noise.packages.dpkg_log import ToUtc

_DATE = re.compile(r"(Start|End)-Date: (\d{4}-\d\d-\d\d)  ?(\d\d:\d\d:\d\d)", re.ASCII)


class AptRun(NamedTuple):
    """`ended_at` is None while it runs, or where it was cut off."""

    began_at: datetime
    ended_at: datetime | None


def parse(text: str, to_utc: ToUtc) -> Iterator[AptRun]:
    """Every run; a paragraph without a beginning says nothing."""
    for paragraph in text.split("\n\n"):
        dates = {
            match[1]: moment
            for line in paragraph.splitlines()
            if (match := _DATE.fullmatch(line)) and (moment := _moment(match, to_utc))
        }
        if "Start" in dates:
            yield AptRun(dates["Start"], dates.get("End"))


def _moment(match: re.Match[str], to_utc: ToUtc) -> datetime | None:
    try:
        return to_utc(datetime.fromisoformat(f"{match[2]} {match[3]}"))
    except (ValueError, OverflowError):
        return None
