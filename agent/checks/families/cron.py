"""Family: planned jobs, who may plan them, and that nobody else decides what they do."""

import re
from collections.abc import Callable
from functools import partial
from typing import Literal

import msgspec

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged, none_of
from agent.facts import cron_jobs
from agent.facts.cron_jobs import CronFacts, UserFacts
from agent.host import FileStatus
from wire.privacy import Privacy
from wire.verdicts import CheckVerdict

OTHERS_WRITE, STICKY = 0o022, 0o1000
_SCRIPT = (".sh", ".py", ".pl", ".rb", ".php")
_FETCHED = re.compile(
    r"\b(curl|wget|fetch|lwp-download)\b[^|;]*\|\s*(sudo\s+)?(\S*/)?(ba|da|z|k)?sh\b"
    r"|\b(curl|wget)\b[^|;]*\|\s*(sudo\s+)?(\S*/)?(python|perl|ruby|php)[\d.]*\b"
    r"|\b(ba|da|z)?sh\s+(-c\s+)?[\"']?(<\(|\$\(|`)\s*(curl|wget)\b"
    r"|\bbase64\s+(-d|--decode|-D)\b[^;]*\|\s*(\S*/)?(ba|da|z)?sh\b"
    r"|/dev/(tcp|udp)/",
    re.IGNORECASE,
)

Promise = Literal["users_listed", "programs_guarded", "path_guarded", "nothing_fetched"]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`service` says whose lists of users; the other promises are those of cron's tables."""

    promise: Promise
    service: Literal["cron", "at"] = "cron"

    def __post_init__(self) -> None:
        if self.service == "at" and self.promise != "users_listed":
            problem = "only users_listed can be promised of at"
            raise ValueError(problem)


def build(params: Params) -> Parts[UserFacts | None] | Parts[CronFacts | None]:
    if params.promise == "users_listed":
        return _of_users(params.service)
    expected, remedy, judge = _OF_TABLES[params.promise]
    return Parts(expected, remedy, cron_jobs.collect, judge, observed_is=Privacy.LOCAL)


def _of_users(service: str) -> Parts[UserFacts | None]:
    path = f"/etc/{service}.allow"
    return Parts(
        expected=f"{path}, or only root",
        remedy=f"echo root > {path} && chmod 640 {path} && rm -f /etc/{service}.deny",
        needs=cron_jobs.UsersOf(service),
        judge=partial(users_listed, service),
    )


def users_listed(service: str, facts: UserFacts | None) -> Outcome:
    """With `.allow` only its names may. Without both lists: of cron everybody, of at only root.

    Source: crontab(1) and at(1) of Debian.
    """
    if facts is None:
        return _unused(f"no {cron_jobs.PROGRAMS[service]}")
    if facts.allowed is not None:
        return judged(good=True, observed=f"{service}.allow {len(facts.allowed)}")
    if facts.denied is not None:
        return judged(
            good=False, observed=f"{service}.deny {len(facts.denied)}, no {service}.allow"
        )
    return judged(service == "at", f"no {service}.allow, no {service}.deny")


def programs_guarded(facts: CronFacts | None) -> Outcome:
    """What root's jobs start, and the folders in which it lies, only root may change."""
    if facts is None:
        return _unused(f"no {cron_jobs.TABLE}")
    named = {one for job in facts.jobs if job.account == "root" for one in job.programs}
    started = {path for path in named if _is_program(path, facts.statuses.get(path))}
    chains = {one for path in started for one in (*cron_jobs.parents(path), path)}
    return none_of(sorted(one for one in chains if _open(facts.statuses.get(one))))


def path_guarded(facts: CronFacts | None) -> Outcome:
    """A program without a folder is looked for in each; one is enough to plant another."""
    if facts is None:
        return _unused(f"no {cron_jobs.TABLE}")
    folders = {one for found in facts.search_paths.values() for one in found}
    bad = [one or "(empty)" for one in folders if not one.startswith("/")]
    bad += [one for one in folders if one.startswith("/") and _open(facts.statuses.get(one))]
    return none_of(sorted(bad))


def nothing_fetched(facts: CronFacts | None) -> Outcome:
    if facts is None:
        return _unused(f"no {cron_jobs.TABLE}")
    return none_of([job.table for job in facts.jobs if _FETCHED.search(job.command)])


def _unused(shown: str) -> Outcome:
    return Outcome(CheckVerdict.NOT_APPLICABLE, shown, reason="not_used")


def _is_program(path: str, status: FileStatus | None) -> bool:
    """Executable, or named as a script: an interpreter needs no such bit."""
    return (
        status is not None
        and status.kind == "file"
        and (bool(status.mode & 0o111) or path.endswith(_SCRIPT))
    )


def _open(status: FileStatus | None) -> bool:
    """Somebody besides root may change it; links have no mode of their own."""
    if status is None or status.kind == "link":
        return False
    written = bool(status.mode & OTHERS_WRITE) and not status.mode & STICKY
    return status.uid != 0 or written


_OF_TABLES: dict[str, tuple[str, str, Callable[[CronFacts | None], Outcome]]] = {
    "programs_guarded": (
        "none that others than root may change",
        "chown root:root PROGRAM && chmod go-w PROGRAM",
        programs_guarded,
    ),
    "path_guarded": (
        "none that others than root may change",
        "grep -n PATH /etc/crontab /etc/cron.d/*; chmod go-w FOLDER",
        path_guarded,
    ),
    "nothing_fetched": (
        "none",
        "grep -rnE 'curl|wget|base64|/dev/tcp' /etc/crontab /etc/cron.d /var/spool/cron",
        nothing_fetched,
    ),
}


def reads(_params: Params) -> tuple[str, ...]:
    """And whatever the jobs name: no pack may."""
    lists = [
        f"/etc/{service}.{ending}" for service in ("cron", "at") for ending in ("allow", "deny")
    ]
    tables = (cron_jobs.TABLE, cron_jobs.FOLDER, cron_jobs.SPOOL)
    return (*tables, *lists, *cron_jobs.PROGRAMS.values())


FAMILY = Family("cron", Params, build, reads, in_packs=False)
