"""What agents say about backups, sites and rehearsals: a part of `wire.messages`."""

from typing import Annotated

from msgspec import Struct

from wire.privacy import (
    Code,
    Count,
    Digest,
    Disclosed,
    Flag,
    Moment,
    OptionalCode,
    Privacy,
    Pseudonym,
    Seconds,
    Share,
    classified,
)
from wire.verdicts import (
    Assurance,
    BackupVerdict,
    Cause,
    Consistency,
    DrillVerdict,
    HeldBy,
    Names,
    Protection,
    Separation,
)

_P = classified(Privacy.PUBLIC)  # closed sets are public codes
Kilometres = Annotated[float, classified(Privacy.PUBLIC, ge=0.0, le=21_000.0)]


class SiteCopy(Struct, frozen=True):
    """What one site holds of a dataset; snapshot and tree are keyed, restic ids never leave."""

    site: Code
    kind: Code
    held_by: Annotated[HeldBy, _P]
    protection: Annotated[Protection, _P]
    cause: Annotated[Cause, _P] | None = None
    snapshot: Pseudonym | None = None
    tree: Pseudonym | None = None
    snapshot_at: Moment | None = None
    read_back_at: Moment | None = None
    manifest_at: Moment | None = None  # companion snapshot read back
    verified_at: Moment | None = None  # restored from, or every pack read


class Backup(Struct, frozen=True):
    """The state of one dataset after a run, or after looking again."""

    dataset: Pseudonym
    names: Annotated[Names, _P]
    verdict: Annotated[BackupVerdict, _P]  # the agent's own; the controller judges again
    rpo_s: Seconds
    copies: tuple[SiteCopy, ...]
    separation: Annotated[Separation, _P] | None = None
    cause: Annotated[Cause, _P] | None = None
    source_cause: Annotated[Cause, _P] | None = None
    files: Count = 0
    bytes: Count = 0
    added_bytes: Count = 0
    phases: dict[Code, Seconds] = {}
    name: Disclosed = ""
    trigger: OptionalCode = ""  # schedule | order | person | look: what started it
    consistency: Annotated[Consistency, _P] | None = None  # of the newest data that was taken


class Planned(Struct, frozen=True):
    """One dataset of the configuration: its pseudonym, and how much of it may be lost."""

    dataset: Pseudonym
    rpo_s: Seconds


class Running(Struct, frozen=True):
    """A backup that is running at the moment of a heartbeat."""

    dataset: Pseudonym
    begun_at: Moment
    phase: OptionalCode = ""
    share: Share | None = None  # done of this phase; None: not known


class Manifest(Struct, frozen=True):
    """A commitment to everything a snapshot holds, logged right after the backup."""

    dataset: Pseudonym
    manifest_id: Code
    root: Digest
    leaves: Count
    bytes: Count
    unproven: Count
    tree: Pseudonym
    snapshot: Pseudonym
    snapshot_at: Moment


class Verification(Struct, frozen=True):
    """When the packs of one site were last read."""

    site: Code
    packs: Count
    read_within_30_days: Count
    bytes: Count
    bytes_read: Count
    oldest_read_at: Moment | None = None


HOST = "host"  # the protected server's name in every pair of places


class SitePair(Struct, frozen=True):
    """Whether two places are two places, with the signs for it."""

    a: Code
    b: Code
    verdict: Annotated[Separation, _P]
    hard: tuple[Code, ...]
    soft: tuple[Code, ...]
    missing: tuple[Code, ...]
    distance_km: Kilometres | None = None  # between the declared coordinates
    at_most_km: Kilometres | None = None  # light came back too soon for more


class PlaceDocument(Struct, frozen=True):
    """A document that says where a place is; its text and its name stay at the facility."""

    sha256: Digest
    dated: Code  # YYYY-MM-DD


class Placed(Struct, frozen=True):
    """One place of a look: the protected host (`HOST`) or a site.

    The coordinates leave only where the owner's configuration says so.
    """

    name: Code
    kind: OptionalCode = ""  # of a site
    latitude: Annotated[float, classified(Privacy.DISCLOSED, ge=-90.0, le=90.0)] | None = None
    longitude: Annotated[float, classified(Privacy.DISCLOSED, ge=-180.0, le=180.0)] | None = None
    own_agent: Flag = False  # an agent there signed what the place says about itself
    documents: tuple[PlaceDocument, ...] = ()


class SiteEvidence(Struct, frozen=True):
    """One look at all pairs; the overall verdict is the worst that counts."""

    verdict: Annotated[Separation, _P]
    pairs: tuple[SitePair, ...]
    measured_at: Moment
    places: tuple[Placed, ...] = ()
    required_km: Kilometres | None = None  # what the highest level asks for between two sites


class SiteState(Struct, frozen=True):
    """What is known of one site; an absent field was not looked at, or too long ago to count."""

    site: Code
    kind: Code
    held_by: Annotated[HeldBy, _P]
    protection: Annotated[Protection, _P] = Protection.CLAIMED
    attacked_at: Moment | None = None
    attacks_succeeded: tuple[Code, ...] = ()
    attacks_refused: tuple[Code, ...] = ()
    attack_reason: OptionalCode = ""  # why no attack could be tried
    stored_bytes: Count | None = None
    free_bytes: Count | None = None
    full_in_days: Count | None = None
    retention_held: Flag | None = None
    rogue_objects: Count | None = None
    unknown_keys: Count | None = None
    packs: Count | None = None
    packs_read_in_30_days: Count | None = None
    oldest_read_at: Moment | None = None
    seeding: Flag = False
    looked_at: Moment | None = None  # the newest of the looks that this is made of
    copied_at: Moment | None = None  # of an unplugged copy: when it was made whole last
    copy_due_s: Seconds | None = None  # of an unplugged copy: how old it may become
    janitor_at: Moment | None = None  # when the site's own janitor looked last
    janitor_signs: tuple[Code, ...] = ()  # what it, or its silence, says; codes


class Retention(Struct, frozen=True):
    """Old points that went or were kept from going, and the people who decided it."""

    action: Code  # removed | refused | held | release_asked | released | room_asked | room_allowed
    at: Moment
    site: OptionalCode = ""  # empty: all of them
    by: OptionalCode = ""  # schedule | person | order | agent (files look attacked)
    person: Pseudonym | None = None
    points: Count = 0  # that went; or that would have gone
    left: Count = 0
    strange: Count = 0  # not known to have been made when they say
    freed: Flag = False  # their space, too
    obstacles: tuple[Code, ...] = ()
    cause: Annotated[Cause, _P] | None = None
    snapshots: tuple[Pseudonym, ...] = ()  # the points that went
    order_id: OptionalCode = ""


class Answer(Struct, frozen=True):
    """One sampled file: its leaf, its way to the committed root, the keyed answer."""

    index: Count
    leaf: Digest
    path: tuple[Digest, ...]
    keyed: Pseudonym | None = None  # HMAC(K_f, nonce | index | content); absent: could not be read


class Drill(Struct, frozen=True):
    """The journal of one rehearsal."""

    drill_id: Code
    drill_class: Code  # D0 | D1
    dataset: Pseudonym
    site: Code
    verdict: Annotated[DrillVerdict, _P]
    assurance: Annotated[Assurance, _P]
    started_at: Moment
    ended_at: Moment
    objective_s: Seconds
    order_id: OptionalCode = ""
    nonce: OptionalCode = ""
    manifest_id: OptionalCode = ""
    manifest_root: OptionalCode = ""
    manifest_leaves: Count = 0
    snapshot: Pseudonym | None = None
    cause: Annotated[Cause, _P] | None = None
    files: Count = 0
    bytes: Count = 0
    mismatches: Count = 0
    unproven: Count = 0
    phases: dict[Code, Seconds] = {}
    rto_s: Seconds | None = None
    predicted_rto_s: Seconds | None = None
    predicted_rto_upper_s: Seconds | None = None
    answers: tuple[Answer, ...] = ()
