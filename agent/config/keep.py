"""Which old points stay: `keep` of a dataset, and what is too little of it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct

from agent.config.durations import DurationError, parse_duration
from agent.config.problems import Problem
from texts.catalogue import tr
from wire.text import N_

LEAST_DAILY = timedelta(days=30)


class Keep(Struct, frozen=True, forbid_unknown_fields=True):
    """How long back one point of every hour, day, … is kept, from the newest one on."""

    within_hourly: Annotated[str, Meta(description=N_("one point of every hour, so long back"))] = (
        "2d"
    )
    within_daily: Annotated[str, Meta(description=N_("one of every day, at least 30d"))] = "30d"
    within_weekly: Annotated[str, Meta(description=N_("one of every week"))] = "6m"
    within_monthly: Annotated[str, Meta(description=N_("one of every month"))] = "3y"
    within_yearly: Annotated[str, Meta(description=N_("one of every year; empty: none"))] = ""

    @property
    def spans(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__struct_fields__}


def keep_problems(place: str, keep: Keep, rpo: str) -> Iterator[Problem]:
    """What of it would lose points that are still needed; an empty RPO is not known here."""
    lengths: dict[str, timedelta] = {}
    for name, text in keep.spans.items():
        try:
            if text:
                lengths[name] = parse_duration(text)
        except DurationError as error:
            yield Problem(f"{place}.{name}", f"“{text}”", error.hint)
            return
    longest = max(lengths.values(), default=timedelta(0))
    if longest <= _rpo(rpo):
        remedy = N_("Write spans longer than the RPO {rpo}: else no point is left to go back to.")
        yield Problem(place, _shown(keep), remedy, {"rpo": rpo})
    daily = [lengths.get(name, timedelta(0)) for name in ("within_hourly", "within_daily")]
    if max(daily) < LEAST_DAILY:
        yield Problem(
            f"{place}.within_daily",
            f"“{keep.within_daily}”" if keep.within_daily else tr(N_("nothing")),
            N_("Write 30d or more: that data was spoiled is often noticed weeks later."),
        )


def _rpo(text: str) -> timedelta:
    """A wrong RPO is told at its own place."""
    try:
        return parse_duration(text)
    except DurationError:
        return timedelta(0)


def _shown(keep: Keep) -> str:
    return "“" + " ".join(text or "-" for text in keep.spans.values()) + "”"
