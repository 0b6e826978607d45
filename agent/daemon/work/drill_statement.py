"""From a drill to what may leave the host: codes, counts, times, pseudonyms, answers. Pure."""

from agent.drills.rehearsal import Rehearsal
from agent.uplink.secrets import DATASET, SNAPSHOT, Pseudonyms
from wire.messages import Drill


def statement(names: Pseudonyms, held: Rehearsal) -> Drill:
    """No name, no content, no id of restic."""
    journal = held.journal
    return Drill(
        drill_id=journal.drill_id,
        drill_class=journal.drill_class,
        dataset=names.of(DATASET, journal.dataset),
        site=journal.site,
        verdict=journal.verdict,
        assurance=journal.assurance,
        started_at=journal.started_at,
        ended_at=journal.ended_at,
        objective_s=journal.objective_s,
        order_id=journal.order_id,
        nonce=journal.nonce,
        manifest_id=journal.manifest_id,
        manifest_root=journal.manifest_root,
        manifest_leaves=journal.manifest_leaves,
        snapshot=names.of(SNAPSHOT, journal.snapshot) if journal.snapshot else None,
        cause=journal.cause,
        files=journal.files,
        bytes=journal.bytes,
        mismatches=journal.mismatches,
        unproven=journal.unproven,
        phases=journal.phases,
        rto_s=journal.rto_s,
        predicted_rto_s=journal.predicted_rto_s,
        predicted_rto_upper_s=journal.predicted_rto_upper_s,
        answers=held.answers,
    )
