"""Which programs keep this host's logs, where, for how long."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from agent.errors import UnreadableFactError
from agent.facts import processes
from agent.host import Host, list_if_present, present, read_if_present

DAEMONS = ("rsyslogd", "syslog-ng", "systemd-journald")
JOURNAL_FOLDER = "/var/log/journal"
RSYSLOG_CONF, RSYSLOG_FOLDER = "/etc/rsyslog.conf", "/etc/rsyslog.d"
JOURNALD_CONF, JOURNALD_FOLDER = "/etc/systemd/journald.conf", "/etc/systemd/journald.conf.d"
LOGROTATE_CONF, LOGROTATE_FOLDER = "/etc/logrotate.conf", "/etc/logrotate.d"
BOOTS = ("journalctl", "--list-boots", "--no-pager", "--quiet")
MAIN_LOGS = ("/var/log/syslog", "/var/log/auth.log", "/var/log/messages", "/var/log/secure")
DAYS = {"hourly": 1 / 24, "daily": 1, "weekly": 7, "monthly": 30, "yearly": 365}
_UNITS = {"s": 1 / 86400, "m": 1 / 1440, "h": 1 / 24, "day": 1, "d": 1, "w": 7, "week": 7}
_UNITS |= {"month": 30, "y": 365, "year": 365}
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) UTC")
_BLOCK = re.compile(r"([^{}]+)\{([^{}]*)\}")
_UNUSED = re.compile(r"/\*.*?(?:\*/|\Z)|#[^\n]*", re.DOTALL)  # comments
_SELECTED = re.compile(r"\s*[^\s$]\S*\s+-?@@?(?:\([^)]*\))?\[?([\w.:-]+)")
_ACTION = re.compile(r"\baction\s*\(([^)]*)\)", re.IGNORECASE)
_SENDING = re.compile(r"type\s*=\s*\"(?:omfwd|omrelp)\"", re.IGNORECASE)
_TARGET = re.compile(r"target\s*=\s*\"([^\"]*)\"", re.IGNORECASE)
_OWN = re.compile(r"localhost|127\.|::1\b|0\.0\.0\.0|\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rotation:
    days: float | None  # None where nothing says how long
    by_size: bool


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """`rotation` is of the system's own text logs."""

    running: tuple[str, ...]
    journal_on_disk: bool
    forwards: bool
    rotation: Rotation
    journal_days: float | None
    oldest_days: float | None  # age of the oldest record, asked only where a journal is all

    @property
    def text_logs(self) -> bool:
        return any(name in self.running for name in DAEMONS[:2])


def collect(host: Host) -> JournalFacts:
    rsyslog = _texts(host, RSYSLOG_CONF, RSYSLOG_FOLDER, ".conf")
    included = RSYSLOG_FOLDER in _UNUSED.sub("", rsyslog[0])
    journald = _texts(host, JOURNALD_CONF, JOURNALD_FOLDER, ".conf")
    stored = next((word for word in map(storage_of, reversed(journald)) if word), "auto")
    running = processes.collect(host).running(*DAEMONS)
    journal_alone = running == DAEMONS[2:]
    return JournalFacts(
        running=running,
        journal_on_disk=present(host, JOURNAL_FOLDER) and stored not in {"volatile", "none"},
        forwards=any(forwards(text) for text in rsyslog[: None if included else 1]),
        rotation=rotation(_texts(host, LOGROTATE_CONF, LOGROTATE_FOLDER, "")),
        journal_days=journal_days(journald),
        oldest_days=_oldest_days(host) if journal_alone else None,
    )


def parse_boots(output: str) -> datetime | None:
    """The first moment in journalctl(1), --list-boots: that of the oldest record."""
    found = _MOMENT.search(output)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00")
    except ValueError as error:
        raise UnreadableFactError(" ".join(BOOTS), "unparsable") from error


def forwards(text: str) -> bool:
    """Whether rsyslog sends something to another host; rsyslog.conf(5).

    What it sends to this host itself has not left it.
    """
    said = _UNUSED.sub("", text)
    targets = [found[1] for line in said.splitlines() if (found := _SELECTED.match(line))]
    for action in _ACTION.findall(said):
        if _SENDING.search(action):
            named = _TARGET.search(action)
            targets.append(named[1] if named else "localhost")
    return any(not _OWN.match(target) for target in targets)


def storage_of(text: str) -> str:
    """The last `Storage=` of one file of journald.conf(5), empty when it says none."""
    found = re.findall(r"^\s*Storage\s*=\s*(\w+)", text, re.MULTILINE)
    return found[-1].lower() if found else ""


def rotation(texts: tuple[str, ...]) -> Rotation:
    """The shortest time that a main log is kept; the first text holds the defaults.

    A log that is also rotated by its size may go sooner.

    Source: logrotate.conf(5). A block's own words go before the defaults.
    """
    defaults = _rotation(_BLOCK.sub("", texts[0])) if texts else {}
    kept = []
    for text in texts:
        for paths, block in _BLOCK.findall(re.sub(r"#.*", "", text)):
            patterns = paths.replace('"', " ").split()
            if any(fnmatchcase(log, pattern) for log in MAIN_LOGS for pattern in patterns):
                kept.append(_kept_days(defaults | _rotation(block)))
    known = [days for days, _ in kept if days is not None]
    return Rotation(min(known, default=None), by_size=any(sized for _, sized in kept))


def _kept_days(settings: dict[str, float]) -> tuple[float | None, bool]:
    """How long at most, and whether the size may end it sooner."""
    limits = [settings["maxage"]] if settings.get("maxage") else []
    if {"every", "rotate"} <= set(settings):
        limits.append(settings["every"] * settings["rotate"])
    return min(limits, default=None), "sized" in settings


def journal_days(texts: tuple[str, ...]) -> float | None:
    """MaxRetentionSec of journald.conf(5); None when only size limits the journal."""
    found = [journal_days_of(text) for text in texts]
    return next((days for days in reversed(found) if days is not None), None) or None


def journal_days_of(text: str) -> float | None:
    """The last word of one file; 0 takes an earlier file's word back."""
    days = None
    for line in text.splitlines():
        name, _, value = line.partition("#")[0].partition("=")
        found = re.fullmatch(r"([0-9]{1,6})\s*([a-z]*?)s?", value.strip())
        if name.strip() == "MaxRetentionSec" and found:
            days = int(found[1]) * _UNITS.get(found[2] or "s", 1 / 86400)
    return days


def _oldest_days(host: Host) -> float | None:
    oldest_at = parse_boots(host.run(BOOTS, timeout_s=20))
    return None if oldest_at is None else (host.now() - oldest_at) / timedelta(days=1)


def _rotation(text: str) -> dict[str, float]:
    settings: dict[str, float] = {}
    for line in text.splitlines():
        words = line.split()
        if words and words[0] in DAYS:
            settings["every"] = DAYS[words[0]]
        elif words and words[0].partition("=")[0] in {"size", "maxsize"}:
            settings["sized"] = 1
        elif len(words) > 1 and words[0] in {"rotate", "maxage"} and words[1].isdecimal():
            settings[words[0]] = min(int(words[1]), 100_000)
    return settings


def _texts(host: Host, main: str, folder: str, ending: str) -> tuple[str, ...]:
    """The main file (empty when it is not there), then those of its folder."""
    names = [name for name in list_if_present(host, folder) if name.endswith(ending)]
    paths = (main, *(f"{folder}/{name}" for name in names))
    return tuple(read_if_present(host, path) or "" for path in paths)
