"""How far back the records reach that this host really keeps, and what may end them sooner.

The oldest record counts, not the rule: a rule says what will be, a record what was kept.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent.errors import UnreadableFactError
from agent.facts import journal, journald, logrotate
from agent.host import Host, list_if_present

FOLDER = "/var/log"
MAIN_LOGS = ("syslog", "auth.log", "messages", "secure")
BOOTS = ("journalctl", "--list-boots", "--no-pager", "--quiet")
INSTALLED = "/etc/machine-id"  # written once, when the system was made
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) UTC")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(?:Z|[+-][0-9]{2}:[0-9]{2})")
_OLD_STYLE = re.compile(r"([A-Z][a-z]{2}) +([0-9]{1,2}) [0-9]{2}:[0-9]{2}:[0-9]{2}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """One way in which records are kept.

    oldest_days: age of the oldest record; None where there is none.
    rule_days: a rule ends every record after this time; None where no rule says it.
    by_size: full files go before that.
    """

    what: str
    oldest_days: float | None
    rule_days: float | None
    by_size: bool


@dataclass(frozen=True, slots=True)
class RetentionFacts:
    """`machine_days`: how long there has been anything to write down."""

    kept: tuple[Kept, ...]
    machine_days: float


def collect(host: Host) -> RetentionFacts:
    facts = journal.collect(host)
    kept = list(_text_logs(host)) if facts.text_logs else []
    if "systemd-journald" in facts.running and facts.journal_on_disk:
        kept.append(_journal(host))
    made_at = host.lstat(INSTALLED).modified_at
    return RetentionFacts(tuple(kept), (host.now() - made_at) / _DAY)


def _text_logs(host: Host) -> list[Kept]:
    """The main logs together are as good as the worst of them."""
    names = list_if_present(host, FOLDER)
    blocks = logrotate.LogrotateFacts(True, logrotate.blocks(host))  # noqa: FBT003 - installed
    logs = [log for log in MAIN_LOGS if log in names]
    found = [_text_log(host, log, names, blocks) for log in logs]
    if not found:
        return []
    oldest = [one.oldest_days for one in found]
    rules = [one.rule_days for one in found if one.rule_days is not None]
    return [
        Kept(
            what=", ".join(logs),
            oldest_days=None
            if None in oldest
            else min(days for days in oldest if days is not None),
            rule_days=min(rules, default=None),
            by_size=any(one.by_size for one in found),
        )
    ]


def _text_log(
    host: Host, log: str, names: Sequence[str], rotation: logrotate.LogrotateFacts
) -> Kept:
    parts = [name for name in names if name == log or name.startswith((f"{log}.", f"{log}-"))]
    statuses = {name: host.lstat(f"{FOLDER}/{name}") for name in parts}
    moments = {name: one.modified_at for name, one in statuses.items() if one.kind == "file"}
    if not moments:
        raise UnreadableFactError(f"{FOLDER}/{log}", "not_a_file")
    oldest = min(moments, key=lambda name: moments[name])
    first_at = first_moment(_first_line(host, f"{FOLDER}/{oldest}"), moments[oldest])
    block = rotation.block_of(f"{FOLDER}/{log}")
    return Kept(
        what=log,
        oldest_days=None if first_at is None else (host.now() - first_at) / _DAY,
        rule_days=block.days if block else None,
        by_size=bool(block and block.by_size),
    )


def _first_line(host: Host, path: str) -> str:
    """Packed or not; grep(1) ends with 1 when the file is empty."""
    return host.run(("zgrep", "-m", "1", "-a", "-e", ".", path), timeout_s=10, accept=(0, 1))


def first_moment(line: str, written_at: datetime) -> datetime | None:
    """When a log's first line was written, rather a day too late than too early.

    A line without a year is at most a year older than the last one.

    Source: RFC 5424, 6.2.3; RFC 3164, 4.1.2.
    """
    if not line.strip():
        return None
    found = _ISO.match(line)
    try:
        if found:
            return datetime.fromisoformat(found[0])
        old = _OLD_STYLE.match(line)
        if old and old[1] in _MONTHS:
            month, day = _MONTHS.index(old[1]) + 1, int(old[2])
            this_year = datetime(written_at.year, month, day, tzinfo=UTC) + _DAY
            late = this_year > written_at + 2 * _DAY
            return this_year.replace(year=written_at.year - 1) if late else this_year
    except ValueError:  # no day of any calendar: then it proves no age at all
        return written_at
    return written_at


def _journal(host: Host) -> Kept:
    oldest_at = parse_boots(host.run(BOOTS, timeout_s=20))
    limit = journald.seconds_of(journald.settings(host).values["MaxRetentionSec"]) or 0
    return Kept(
        what="journal",
        oldest_days=None if oldest_at is None else (host.now() - oldest_at) / _DAY,
        rule_days=limit / _DAY.total_seconds() if limit else None,
        by_size=False,  # it is always limited by size too; its oldest record tells what is kept
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
