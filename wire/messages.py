"""What agents say. One struct per kind of statement; a report tolerates fields it does not know."""

from typing import Annotated

from msgspec import Raw, Struct

from wire.header import Header
from wire.integrity_messages import (
    Acceptance,
    Baseline,
    Change,
    FileEvent,
    FileEvents,
    IntegrityScan,
    Suspicion,
)
from wire.privacy import (
    Base64,
    Code,
    Count,
    Digest,
    Flag,
    Moment,
    OptionalCode,
    Privacy,
    Pseudonym,
    Seconds,
    Sentence,
    Share,
    classified,
)
from wire.recovery_messages import (
    Answer,
    Backup,
    Drill,
    Manifest,
    Placed,
    PlaceDocument,
    Planned,
    Retention,
    Running,
    SiteCopy,
    SiteEvidence,
    SitePair,
    SiteState,
    Verification,
)
from wire.verdicts import Cause, CheckVerdict, Regime

__all__ = [  # those of the other `…_messages` too: this is the door to all messages
    "Acceptance",
    "Answer",
    "Backup",
    "Baseline",
    "Body",
    "Change",
    "Configuration",
    "Drill",
    "FileEvent",
    "FileEvents",
    "Findings",
    "Gap",
    "Heartbeat",
    "Incarnation",
    "IntegrityScan",
    "Inventory",
    "Manifest",
    "PlaceDocument",
    "Placed",
    "Planned",
    "PlaybookStep",
    "Result",
    "Retention",
    "Rotation",
    "Running",
    "SiteCopy",
    "SiteEvidence",
    "SitePair",
    "SiteState",
    "Statement",
    "Suspicion",
    "Tombstone",
    "Verification",
    "type_of_kind",
]

_P = classified(Privacy.PUBLIC)  # closed sets are public codes


class Incarnation(Struct, frozen=True):
    """Opens a chain: the first statement of a new, restored or reinstalled host."""

    reason: Code  # first | restored | reinstalled | state_lost
    previous_incarnation: OptionalCode = ""
    previous_head: OptionalCode = ""  # digest of the last envelope known, if any


class Rotation(Struct, frozen=True):
    """The agent's next key, signed by the present one."""

    new_public_key: Base64


class Tombstone(Struct, frozen=True):
    """Stands in the place of a statement whose body had to be dropped."""

    dropped_kind: Code
    dropped_digest: Digest
    reason: Code


class Gap(Struct, frozen=True):
    """Something was not watched or was lost: said at once, never silently adopted."""

    subject: Code  # integrity | state.<file> | outbox | journal
    reason: Code
    from_at: Moment | None = None
    to_at: Moment | None = None
    count: Count = 0


class Inventory(Struct, frozen=True):
    """What the host is."""

    os_id: Code
    os_version: Code
    kernel: Sentence
    agent_version: Code
    restic_version: OptionalCode
    processors: Count
    memory_bytes: Count
    age_recipient: Sentence = ""
    checkpoint: Sentence = ""  # the newest signed checkpoint this agent holds: its witness


class Result(Struct, frozen=True):
    """One check's answer. `observed` is sent only where the check calls it public."""

    check: Code
    verdict: Annotated[CheckVerdict, _P]
    expected: Sentence
    collected_at: Moment
    observed: Sentence = ""
    observed_count: Count | None = None
    reason: OptionalCode = ""


class Findings(Struct, frozen=True):
    """What the checks of one look found."""

    results: tuple[Result, ...]


class PlaybookStep(Struct, frozen=True):
    """One step of a run, as it was begun or ended. `by` is never a person's name."""

    run_id: Code
    playbook: Code
    playbook_digest: Digest
    step: Code
    kind: Code  # automatic | person | decide | wait | notify
    state: Code  # begun | done | failed | skipped | refused
    by: Code  # agent | demo | person
    started_at: Moment
    ended_at: Moment
    cause: Annotated[Cause, _P] | None = None
    person: Pseudonym | None = None


class PackUse(Struct, frozen=True):
    """What this host makes of one pack of policies; versions, 0 where there is none."""

    pack: Code
    in_force: Count = 0
    newest: Count = 0  # the newest that arrived and was signed for us
    reason: OptionalCode = ""  # why the newest is not in force: PackReason


class Configuration(Struct, frozen=True):
    """A keyed digest of the configuration, and what of it others must know."""

    digest: Pseudonym
    regimes: dict[Code, Annotated[Regime, _P]]
    levels: dict[Code, Count]
    datasets: Count
    watched: Count
    sites: tuple[Code, ...]
    orders_allowed: tuple[Code, ...]
    controller_set: Flag = True
    accept_packs: OptionalCode = ""  # yes | ask | no, as the owner configured
    policy_packs: tuple[PackUse, ...] = ()
    planned: tuple[Planned, ...] = ()  # what is to be backed up; of older agents only `datasets`


class Heartbeat(Struct, frozen=True):
    """Stands outside chain and log, is never queued, carries the chain's head."""

    agent: Code
    facility: Code
    incarnation: Code
    head_sequence: Count
    head_digest: Digest
    made_at: Moment
    boot_id: OptionalCode
    agent_version: Code
    clock_offset_s: Seconds
    waiting: Count  # envelopes in the outbox that are not acknowledged
    log_size: Count  # of the checkpoint this agent holds
    log_root: OptionalCode = ""
    busy: Share = 0.0
    pack_digests: tuple[Digest, ...] = ()  # of the packs' newest envelopes that arrived
    running: tuple[Running, ...] = ()  # backups at work, so that a late one is not a silent one
    # fanotify, inotify, looks or off, of the path that is watched worst; empty: nothing to watch
    watching: OptionalCode = ""
    # number of the newest stored event of watched files; null: it cannot be read now
    events_last: Count | None = 0
    events_head: OptionalCode = ""  # and the digest of its link


type_of_kind: dict[str, type[Struct]] = {
    "incarnation": Incarnation,
    "rotation": Rotation,
    "tombstone": Tombstone,
    "gap": Gap,
    "inventory": Inventory,
    "findings": Findings,
    "baseline": Baseline,
    "integrity": IntegrityScan,
    "file_events": FileEvents,
    "suspicion": Suspicion,
    "acceptance": Acceptance,
    "backup": Backup,
    "manifest": Manifest,
    "verification": Verification,
    "sites": SiteEvidence,
    "site_state": SiteState,
    "retention": Retention,
    "drill": Drill,
    "playbook": PlaybookStep,
    "configuration": Configuration,
}
"""Payload kind of a chained statement -> its body's type."""

Body = (
    Incarnation
    | Rotation
    | Tombstone
    | Gap
    | Inventory
    | Findings
    | Baseline
    | IntegrityScan
    | FileEvents
    | Suspicion
    | Acceptance
    | Backup
    | Manifest
    | Verification
    | SiteEvidence
    | SiteState
    | Retention
    | Drill
    | PlaybookStep
    | Configuration
)


class Statement(Struct, frozen=True):
    """What an agent signs: a version, a header, and a body of the kind the payload type names.

    The body stays raw until the kind is known (`wire.codec`).
    """

    header: Header
    body: Raw
    v: Count = 1
