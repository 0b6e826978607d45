"""The journal daemon's settings: what its files say, else what it does by itself."""

import re
from dataclasses import dataclass

from agent.facts import systemd_conf
from agent.facts.absent import require_one_of
from agent.host import Host, present

PROGRAMS = ("/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald")
FILE, SECTION = "journald.conf", "Journal"
FOLDER = "/var/log/journal"
# Source: journald.conf(5) of systemd 252 to 257.
DEFAULTS = {
    "Storage": "auto", "Compress": "yes", "Seal": "yes", "SplitMode": "uid",
    "SyncIntervalSec": "5m", "RateLimitIntervalSec": "30s", "RateLimitBurst": "10000",
    "MaxLevelStore": "debug", "MaxLevelSyslog": "debug", "ReadKMsg": "yes",
    "MaxRetentionSec": "0", "MaxFileSec": "1month",
}  # fmt: skip
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
TRUTHS = {"Compress", "Seal", "ReadKMsg", "ForwardToSyslog", "Audit"}
YES, NO = {"1", "yes", "y", "true", "t", "on"}, {"0", "no", "n", "false", "f", "off"}
_PART = re.compile(r"([0-9]{1,9})\s*([A-Za-z]*)")
_TIME = re.compile(r"(?:[0-9]{1,9}\s*[A-Za-z]*\s*){1,8}")
_UNITS = {
    "": 1, "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "minute": 60,
    "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400,
    "days": 86400, "w": 604_800, "week": 604_800, "weeks": 604_800, "month": 2_629_800,
    "months": 2_629_800, "M": 2_629_800, "y": 31_557_600, "year": 31_557_600,
    "years": 31_557_600, "ms": 0, "msec": 0, "us": 0, "usec": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class JournaldSettings:
    values: dict[str, str]
    folder: bool  # whether the journal's folder on the disk is there

    @property
    def stored_on_disk(self) -> bool:
        """`auto` keeps records on the disk only where the folder is."""
        storage = self.values["Storage"].lower()
        return storage == "persistent" or (storage == "auto" and self.folder)


def collect(host: Host) -> JournaldSettings:
    require_one_of(host, *PROGRAMS)
    return settings(host)


def settings(host: Host) -> JournaldSettings:
    values = DEFAULTS | systemd_conf.collect(host, FILE, SECTION)
    return JournaldSettings(values, present(host, FOLDER))


def plain(name: str, value: str) -> str:
    """A truth value as yes or no, a time in seconds, a level by its name; else small letters.

    Source: systemd.syntax(7); systemd.time(7), "Parsing time spans".
    """
    word = value.strip().strip('"').lower()
    if name == "Compress" and word[:1].isdigit() and word not in {"0", "1"}:
        return "yes"  # a size from which on records are compressed
    if name in TRUTHS:
        return "yes" if word in YES else "no" if word in NO else word
    if name.startswith("MaxLevel"):
        return LEVELS[int(word)] if word in {*"01234567"} else word
    seconds = seconds_of(value.strip()) if name.endswith("Sec") else None
    return word if seconds is None else str(seconds)


def seconds_of(text: str) -> int | None:
    """`1h 30min` in seconds; None when it is no time."""
    if len(text) > 100 or not _TIME.fullmatch(text):  # noqa: PLR2004 - no time is so long
        return None
    parts = _PART.findall(text)
    if any(unit not in _UNITS for _, unit in parts):
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in parts)
