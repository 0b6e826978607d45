"""What people and the controller do: each act is signed by the order key and logged."""

from typing import Annotated

from msgspec import Struct

from wire.decision_acts import (
    AttestationRecorded,
    AttestationWithdrawn,
    ExceptionDecided,
    ExceptionEnded,
    ExceptionRequested,
)
from wire.orders import AssignedSystem
from wire.privacy import (
    Base64,
    Code,
    Count,
    Digest,
    Moment,
    Number,
    OptionalCode,
    Privacy,
    Sentence,
    Share,
    classified,
)
from wire.verdicts import Regime

__all__ = [  # those of `wire.decision_acts` too: this is the door to all acts
    "Act",
    "ActStatement",
    "AgentEnrolled",
    "AgentRevoked",
    "AlertAcknowledged",
    "AlertCleared",
    "AlertRaised",
    "Assigned",
    "AttestationRecorded",
    "AttestationWithdrawn",
    "ExceptionDecided",
    "ExceptionEnded",
    "ExceptionRequested",
    "FacilityAdded",
    "KeyRotated",
    "LogOpened",
    "OrderIssued",
    "PackExported",
    "PolicyAdopted",
    "PolicyPackPublished",
    "ScoreStored",
    "SystemAdded",
    "SystemClassified",
    "TokenCreated",
    "TokenRevoked",
    "UserAdded",
]

_P = classified(Privacy.PUBLIC)


class LogOpened(Struct, frozen=True, tag="log_opened", tag_field="act"):
    """The first entry of every log: which keys speak for the controller."""

    province: Code
    name: Sentence
    order_key: Base64
    log_key: Base64


class FacilityAdded(Struct, frozen=True, tag="facility_added", tag_field="act"):
    """A facility joins the province."""

    facility: Code
    name: Sentence


class SystemAdded(Struct, frozen=True, tag="system_added", tag_field="act"):
    """An information system, with the level and regime decided for it."""

    facility: Code
    system: Code
    name: Sentence
    regime: Annotated[Regime, _P]
    level: Count
    largest_rpo_s: Number
    decision: Sentence = ""  # number and date of the deciding document
    origin: OptionalCode = ""  # how it stood on 2026-07-01: compliance.transition.Origin


class SystemClassified(Struct, frozen=True, tag="system_classified", tag_field="act"):
    """The level questionnaire was answered for a system; it decides nothing by itself.

    `level` 0: too little was answered. `open`: criteria that could still raise it.
    """

    facility: Code
    system: Code
    level: Count
    criteria: tuple[Code, ...]
    open: tuple[Code, ...]
    answers: dict[Code, Sentence]


class TokenCreated(Struct, frozen=True, tag="token_created", tag_field="act"):
    """A single-use enrolment token; only its hash is known here."""

    token_id: Code
    facility: Code
    systems: tuple[Code, ...]
    secret_hash: Digest
    expires_at: Moment


class TokenRevoked(Struct, frozen=True, tag="token_revoked", tag_field="act"):
    """The token can no longer be used."""

    token_id: Code


class AgentEnrolled(Struct, frozen=True, tag="agent_enrolled", tag_field="act"):
    """A host's key became trusted."""

    agent: Code
    facility: Code
    host: Code
    systems: tuple[Code, ...]
    public_key: Base64
    token_id: Code


class AgentRevoked(Struct, frozen=True, tag="agent_revoked", tag_field="act"):
    """Nothing that this agent signs from now on is accepted."""

    agent: Code
    facility: Code
    reason: Sentence


class KeyRotated(Struct, frozen=True, tag="key_rotated", tag_field="act"):
    """The controller took over the key that the agent's own rotation names."""

    agent: Code
    facility: Code
    new_public_key: Base64


class Assigned(Struct, frozen=True, tag="assigned", tag_field="act"):
    """Levels and regimes were sent to an agent."""

    agent: Code
    facility: Code
    version: Count
    systems: tuple[AssignedSystem, ...]


class PolicyAdopted(Struct, frozen=True, tag="policy_adopted", tag_field="act"):
    """From here on systems of this level and regime are scored by this catalogue."""

    catalogue: Code
    digest: Digest


class PolicyPackPublished(Struct, frozen=True, tag="policy_pack_published", tag_field="act"):
    """The province's own policies; the signed pack itself stands in the log right before this.

    `reason` is empty where a person published it, `RENEWED` where it only lives longer.
    """

    pack: Code
    version: Count
    envelope: Digest
    expires_at: Moment
    reason: OptionalCode = ""


class UserAdded(Struct, frozen=True, tag="user_added", tag_field="act"):
    """A person may log in; passwords are no act and are never logged."""

    user: Code
    role: Code  # admin | analyst | facility | inspector
    facility: OptionalCode = ""


class OrderIssued(Struct, frozen=True, tag="order_issued", tag_field="act"):
    """An order was signed for an agent; `envelope` is the digest of its signed bytes."""

    order_id: Code
    agent: Code
    facility: Code
    kind: Code
    version: Count
    envelope: Digest
    drill_class: OptionalCode = ""
    site: OptionalCode = ""
    dataset: OptionalCode = ""
    nonce: OptionalCode = ""


class AlertRaised(Struct, frozen=True, tag="alert_raised", tag_field="act"):
    """Something needs a person: codes and numbers, no sentences."""

    alert_id: Code
    kind: Code  # AGENT_SILENT | BACKUP_MISSED | CLOCK | CLONED | CHAIN_BROKEN | GAP | …
    severity: Code  # critical | warning | info
    facility: Code
    agent: OptionalCode = ""
    subject: OptionalCode = ""
    detail: OptionalCode = ""  # what else was known then: STILL_RUNNING, a cause, …


class AlertCleared(Struct, frozen=True, tag="alert_cleared", tag_field="act"):
    """The cause of an alert is gone."""

    alert_id: Code
    facility: Code


class AlertAcknowledged(Struct, frozen=True, tag="alert_acknowledged", tag_field="act"):
    """A person has seen an alert."""

    alert_id: Code
    facility: Code


class ScoreStored(Struct, frozen=True, tag="score_stored", tag_field="act"):
    """A score with everything needed to compute it again."""

    facility: Code
    system: Code
    catalogue: Code
    catalogue_digest: Digest
    log_size: Count  # evidence is the log's first `log_size` entries
    judged_at: Moment
    score: Share | None  # with waivers; None: nothing in the catalogue applies
    coverage: Share
    raw: Share | None = None  # without waivers; older acts say nothing of it, nor of the next two
    not_applicable: Share | None = None  # share of the rows, shown by evidence
    declared: Share | None = None  # share of the rows, declared by people
    scoring: Count = 1  # version of the rules of scoring (`compliance.score.SCORING`)


class PackExported(Struct, frozen=True, tag="pack_exported", tag_field="act"):
    """Someone took an evidence pack."""

    facility: Code
    log_size: Count


Act = (
    LogOpened
    | FacilityAdded
    | SystemAdded
    | SystemClassified
    | TokenCreated
    | TokenRevoked
    | AgentEnrolled
    | AgentRevoked
    | KeyRotated
    | Assigned
    | PolicyAdopted
    | PolicyPackPublished
    | UserAdded
    | OrderIssued
    | AlertRaised
    | AlertCleared
    | AlertAcknowledged
    | ScoreStored
    | PackExported
    | AttestationRecorded
    | AttestationWithdrawn
    | ExceptionRequested
    | ExceptionDecided
    | ExceptionEnded
)


class ActStatement(Struct, frozen=True):
    """What the order key signs for the log. `by` is a user, `controller` or `demo`."""

    by: Code
    at: Moment
    act: Act
    v: Count = 1
