"""What a facility's newest statements prove; drills count as their proof is worth."""

from compliance.evidence import fold
from compliance.logged import Evidence
from controller.store.engine import Connection
from controller.store.queries_evidence import newest_evidence, open_decisions
from recovery.drill_verdict import logged_verdict


def evidence_of(connection: Connection, facility: str) -> Evidence:
    """As much as folding the facility's whole log says."""
    return fold(newest_evidence(connection, facility), logged_verdict)


def decided_evidence(connection: Connection) -> Evidence:
    """What people of all facilities decided and nobody took back; nothing of hosts."""
    return fold(open_decisions(connection), logged_verdict)
