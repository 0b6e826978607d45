"""Moments, durations and sizes as people here read them; evidence itself stays in UTC."""

from datetime import datetime
from zoneinfo import ZoneInfo

from texts.catalogue import language, tr
from wire.text import N_

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_STEP = 1024
_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3_600, 60
_WHOLE_KM = 10


def show_moment(moment: datetime | None) -> str:
    """dd/MM/yyyy HH:mm in Vietnam's time; a missing moment is said, not left blank."""
    if moment is None:
        return tr(N_("never"))
    return moment.astimezone(ZONE).strftime("%d/%m/%Y %H:%M")


def show_second(moment: datetime) -> str:
    """dd/MM/yyyy HH:mm:ss in Vietnam's time: what happened within one minute keeps its order."""
    return moment.astimezone(ZONE).strftime("%d/%m/%Y %H:%M:%S")


def show_bytes(size: float) -> str:
    """1536 -> 1.5 KiB (1,5 KiB in Vietnamese)."""
    unit = 0
    while size >= _STEP and unit < len(_UNITS) - 1:
        size, unit = size / _STEP, unit + 1
    text = f"{size:.0f}" if unit == 0 else f"{size:.1f}"
    return f"{_decimal(text)} {_UNITS[unit]}"


def show_amount(done: float, total: float) -> str:
    """How much of a whole, both in the whole's unit: 1.2/3.4 GiB."""
    unit = 0
    while total >= _STEP and unit < len(_UNITS) - 1:
        done, total, unit = done / _STEP, total / _STEP, unit + 1
    digits = 0 if unit == 0 else 1
    return f"{_decimal(f'{done:.{digits}f}')}/{_decimal(f'{total:.{digits}f}')} {_UNITS[unit]}"


def show_duration(seconds: float) -> str:
    """The two largest units, e.g. `2 h 5 min`; under a minute with one decimal."""
    if seconds < _MINUTE_S:
        return tr(N_("{n} s"), n=_decimal(f"{seconds:.1f}"))
    whole = round(seconds)
    if whole < _HOUR_S:
        return tr(N_("{m} min {s} s"), m=whole // _MINUTE_S, s=whole % _MINUTE_S)
    if whole < _DAY_S:
        return tr(N_("{h} h {m} min"), h=whole // _HOUR_S, m=whole % _HOUR_S // _MINUTE_S)
    return tr(N_("{d} d {h} h"), d=whole // _DAY_S, h=whole % _DAY_S // _HOUR_S)


def show_age(seconds: float) -> str:
    """Like a duration, without the seconds from one minute on."""
    if not _MINUTE_S <= seconds < _HOUR_S:
        return show_duration(seconds)
    return tr(N_("{m} min"), m=int(seconds) // _MINUTE_S)


def show_share(share: float | None) -> str:
    """0.4567 -> 45.7 %; nothing measured is said so."""
    if share is None:
        return tr(N_("none"))
    return f"{_decimal(f'{share * 100:.1f}')} %"


def show_count(number: int) -> str:
    """Thousands grouped as the reader expects: 1.234 in Vietnamese, 1,234 in English."""
    grouped = f"{number:,}"
    return grouped.replace(",", ".") if language() == "vi" else grouped


def show_distance(kilometres: float) -> str:
    """Metres below one kilometre, no decimals from ten on."""
    if kilometres < 1:
        return f"{round(kilometres * 1000)} m"
    digits = 0 if kilometres >= _WHOLE_KM else 1
    return f"{_decimal(f'{kilometres:.{digits}f}'.removesuffix('.0'))} km"


def _decimal(text: str) -> str:
    return text.replace(".", ",") if language() == "vi" else text
