"""What this host's own evidence is worth to each of its systems; the controller judges again.

Documents, waivers and declarations are acts of people at the controller: none of them is seen here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agent.daemon.app import App
from agent.daemon.standing import Standing
from agent.uplink.levels import JudgedSystem
from compliance.evidence import fold
from compliance.logged import LoggedStatement, SystemKey
from compliance.score import score
from recovery.drill_verdict import logged_verdict
from wire.codec import decode_statement
from wire.envelope import peek_payload

# Of these kinds the newest statements decide; enough of each for every dataset of a host. A drill
# rests on commitments from before it, so of these all that are kept are looked at.
_NEWEST = {
    "inventory": 1,
    "configuration": 1,
    "findings": 1,
    "sites": 1,
    "integrity": 200,  # one for every watched path, and those that came between
    "manifest": 10_000,
    "backup": 10_000,
    "drill": 40,
}


@dataclass(frozen=True, slots=True)
class SystemScore:
    """`value` is None where the library has no catalogue of that level."""

    system: JudgedSystem
    value: float | None = None
    coverage: float | None = None


def own_scores(app: App, rows: Standing, now: datetime) -> tuple[SystemScore, ...]:
    """Score each system from what this host sealed; other hosts of the system are not seen."""
    systems = app.judged_systems
    if not any((system.regime, system.level) in rows.catalogues for system in systems):
        return tuple(SystemScore(system) for system in systems)
    evidence = fold(_own_statements(app), logged_verdict)
    # All of them are ours, so all name one facility; before the first statement there is none.
    facility = next((host.facility for host in evidence.hosts.values()), "")
    scored = []
    for system in systems:
        catalogue = rows.catalogues.get((system.regime, system.level))
        if catalogue is None:
            scored.append(SystemScore(system))
            continue
        made = score(catalogue, evidence, SystemKey(facility, system.code), now)
        scored.append(SystemScore(system, made.value, made.coverage))
    return tuple(scored)


def worst(scores: tuple[SystemScore, ...]) -> SystemScore | None:
    """The lowest score speaks for the host; None where no level is known."""
    known = [one for one in scores if one.value is not None]
    return min(known, key=lambda one: one.value or 0.0, default=None)


def _own_statements(app: App) -> Iterator[LoggedStatement]:
    """Our own outbox needs no proof: nobody else writes there."""
    sealed = [row for kind, most in _NEWEST.items() for row in app.outbox.latest(kind, most)]
    for position, row in enumerate(sorted(sealed, key=lambda row: row.sealed_at)):
        said = decode_statement(row.kind, peek_payload(row.raw))
        yield LoggedStatement(position, row.sealed_at, row.kind, said.header, said.body)
