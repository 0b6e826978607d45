"""Which programs keep this host's logs, where, for how long."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

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
_REMOTE = re.compile(r"^\s*[^#\s$][^\s]*\s+-?@@?[\w\[]|type\s*=\s*\"omfwd\"|type\s*=\s*\"omrelp\"")


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """`rotated_days` is of the system's own logs; None where nothing says how long."""

    running: tuple[str, ...]
    journal_on_disk: bool
    forwards: bool
    rotated_days: float | None
    journal_days: float | None
    oldest_days: float | None  # age of the oldest record, asked only where a journal is all

    @property
    def text_logs(self) -> bool:
        return any(name in self.running for name in DAEMONS[:2])


def collect(host: Host) -> JournalFacts:
    rsyslog = _texts(host, RSYSLOG_CONF, RSYSLOG_FOLDER, ".conf")
    running = processes.collect(host).running(*DAEMONS)
    journal_alone = running == DAEMONS[2:]
    return JournalFacts(
        running=running,
        journal_on_disk=present(host, JOURNAL_FOLDER),
        forwards=any(forwards(text) for text in rsyslog),
        rotated_days=rotated_days(_texts(host, LOGROTATE_CONF, LOGROTATE_FOLDER, "")),
        journal_days=journal_days(_texts(host, JOURNALD_CONF, JOURNALD_FOLDER, ".conf")),
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
    """Whether rsyslog sends something to another host; rsyslog.conf(5)."""
    return any(_REMOTE.search(line.partition("#")[0]) for line in text.splitlines())


def rotated_days(texts: tuple[str, ...]) -> float | None:
    """The shortest time that a main log is kept; the first text holds the defaults.

    Source: logrotate.conf(5). A block's own words go before the defaults.
    """
    defaults = _rotation(_BLOCK.sub("", texts[0])) if texts else {}
    kept = []
    for text in texts:
        for paths, block in _BLOCK.findall(re.sub(r"#.*", "", text)):
            if any(path in MAIN_LOGS for path in paths.replace('"', " ").split()):
                settings = defaults | _rotation(block)
                if {"every", "rotate"} <= set(settings):
                    kept.append(settings["every"] * settings["rotate"])
    return min(kept, default=None)


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
        elif len(words) > 1 and words[0] in {"rotate", "maxage"} and words[1].isdecimal():
            settings[words[0]] = min(int(words[1]), 100_000)
    return settings


def _texts(host: Host, main: str, folder: str, ending: str) -> tuple[str, ...]:
    """The main file (empty when it is not there), then those of its folder."""
    names = [name for name in list_if_present(host, folder) if name.endswith(ending)]
    paths = (main, *(f"{folder}/{name}" for name in names))
    return tuple(read_if_present(host, path) or "" for path in paths)
