"""The jobs that cron starts: the system's tables and those of accounts."""

import re
from dataclasses import dataclass

from agent.facts.understood import understood
from agent.host import FileStatus, Host, list_if_present, present, read_if_present

TABLE, FOLDER = "/etc/crontab", "/etc/cron.d"
SPOOL = "/var/spool/cron/crontabs"
PROGRAMS = {"cron": "/usr/bin/crontab", "at": "/usr/bin/at"}
_SETTING = re.compile(r"^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$")
_PROGRAM = re.compile(r"(?<![\w.=:/-])/[\w@%+./-]+")
_NAME = re.compile(r"^[A-Za-z0-9_-]+$")  # cron reads no other names in cron.d, cron(8)
_NO_PROGRAMS = ("/proc/", "/sys/", "/dev/", "/run/")
_TIMES, _NICK = 5, "@"


@dataclass(frozen=True, slots=True)
class Job:
    table: str
    account: str
    command: str

    @property
    def programs(self) -> tuple[str, ...]:
        """Every absolute path in the command where a program may lie."""
        found = dict.fromkeys(_PROGRAM.findall(self.command))
        return tuple(path for path in found if not path.startswith(_NO_PROGRAMS))


@dataclass(frozen=True, slots=True)
class CronFacts:
    jobs: tuple[Job, ...]
    search_paths: dict[str, tuple[str, ...]]  # table -> folders of its PATH
    statuses: dict[str, FileStatus]  # of what root's jobs and search paths name


@dataclass(frozen=True, slots=True)
class UserFacts:
    """Who may plan jobs: None for a list that is not there."""

    allowed: tuple[str, ...] | None
    denied: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class UsersOf:
    """Asks who may plan jobs with cron or at; None where the program is not installed."""

    service: str

    def __call__(self, host: Host) -> UserFacts | None:
        if not present(host, PROGRAMS[self.service]):
            return None
        return UserFacts(
            _names(read_if_present(host, f"/etc/{self.service}.allow")),
            _names(read_if_present(host, f"/etc/{self.service}.deny")),
        )


def collect(host: Host) -> CronFacts | None:
    """All tables with what they name; None: there is no table and no folder of cron."""
    tables = understood(host, collect_tables)
    if tables is None:
        return None
    jobs: list[Job] = []
    paths: dict[str, tuple[str, ...]] = {}
    for path, text in tables.items():
        found, folders = parse(path, text)
        jobs += found
        if folders:
            paths[path] = folders
    named = {one for job in jobs if job.account == "root" for one in job.programs}
    named |= {one for folders in paths.values() for one in folders if one.startswith("/")}
    return CronFacts(tuple(jobs), paths, _statuses(host, sorted(named)))


def collect_tables(host: Host) -> dict[str, str] | None:
    names = [name for name in list_if_present(host, FOLDER) if _NAME.match(name)]
    paths = [TABLE, *(f"{FOLDER}/{name}" for name in names)]
    paths += [f"{SPOOL}/{name}" for name in list_if_present(host, SPOOL)]
    texts = {path: read_if_present(host, path) for path in paths}
    if not any(text is not None for text in texts.values()) and not present(host, FOLDER):
        return None
    return {path: text for path, text in texts.items() if text is not None}


def parse(table: str, text: str) -> tuple[list[Job], tuple[str, ...]]:
    """Jobs and the last PATH of a table. Source: crontab(5): only whole lines are comments."""
    jobs: list[Job] = []
    folders: tuple[str, ...] = ()
    owner = table.rpartition("/")[2] if table.startswith(SPOOL) else ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if setting := _SETTING.match(line):
            if setting[1] == "PATH":
                folders = tuple(setting[2].strip("\"'").split(":"))
            continue
        if (job := _job(table, owner, line)) is not None:
            jobs.append(job)
    return jobs, folders


def parents(path: str) -> tuple[str, ...]:
    """The folders above a path, from the root down; whoever may write there may replace it."""
    parts = path.strip("/").split("/")[:-1]
    return ("/", *("/" + "/".join(parts[: count + 1]) for count in range(len(parts))))


def _job(table: str, owner: str, line: str) -> Job | None:
    before = (1 if line.startswith(_NICK) else _TIMES) + (0 if owner else 1)
    words = line.split(None, before)
    if len(words) <= before:
        return None
    return Job(table, owner or words[before - 1], words[before])


def _statuses(host: Host, paths: list[str]) -> dict[str, FileStatus]:
    wanted = dict.fromkeys(one for path in paths for one in (*parents(path), path))
    return {path: host.lstat(path) for path in wanted if present(host, path)}


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.split())
