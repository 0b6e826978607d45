"""What this agent has said last, read back from its own chain: for status and metrics."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from agent.daemon.app import App
from agent.uplink.chain_file import kind_of_type
from recovery.backup_verdict import judge
from recovery.dataset_facts import from_statement
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import Backup, Drill, Findings, IntegrityScan, SiteEvidence, SiteState

_MOST_READ = 200
B = TypeVar("B", bound=Struct)


@dataclass(frozen=True, slots=True)
class LastWords:
    """The newest statements; None or empty where nothing was said yet."""

    findings: Findings | None
    findings_at: datetime | None
    backups: tuple[Backup, ...]  # the newest of each dataset, judged as of now
    sites: SiteEvidence | None
    drills: tuple[Drill, ...]  # newest first
    scans: tuple[IntegrityScan, ...]  # the newest of each watched path
    site_states: tuple[SiteState, ...] = ()  # the newest of each site

    @property
    def verdict_counts(self) -> Counter[str]:
        results = self.findings.results if self.findings else ()
        return Counter(str(result.verdict) for result in results)


def last_words(app: App) -> LastWords:
    findings = _said(app, Findings, 1)
    sites = _said(app, SiteEvidence, 1)
    backups = {body.dataset: body for body, _ in reversed(_said(app, Backup, _MOST_READ))}
    scans = {body.watched: body for body, _ in reversed(_said(app, IntegrityScan, _MOST_READ))}
    sites_now = {body.site: body for body, _ in reversed(_said(app, SiteState, _MOST_READ))}
    return LastWords(
        findings=findings[0][0] if findings else None,
        findings_at=findings[0][1] if findings else None,
        backups=tuple(judged_again(body, app.clock.now()) for body in backups.values()),
        sites=sites[0][0] if sites else None,
        drills=tuple(body for body, _ in _said(app, Drill, 10)),
        scans=tuple(scans.values()),
        site_states=tuple(sites_now.values()),
    )


def judged_again(body: Backup, now: datetime) -> Backup:
    """What was good when it was said grows old while nobody says anything."""
    judgement = judge(from_statement(body), now)
    return replace(body, verdict=judgement.verdict, cause=judgement.cause)


def _said(app: App, body: type[B], most: int) -> list[tuple[B, datetime]]:
    """Our own statements of one kind with their moments, newest first."""
    kind = kind_of_type[body]
    said = [
        (decode_statement(kind, peek_payload(row.raw)).body, row.sealed_at)
        for row in app.outbox.latest(kind, most)
    ]
    return [(found, at) for found, at in said if isinstance(found, body)]
