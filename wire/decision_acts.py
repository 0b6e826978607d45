"""What people vouch for and what they bear: documents, waivers, rows declared not to apply.

What these acts are worth follows from the whole log (`compliance.decisions`), never from one alone.
"""

from typing import Annotated

from msgspec import Struct

from wire.privacy import (
    Code,
    Digest,
    Flag,
    Moment,
    OptionalCode,
    Privacy,
    Sentence,
    classified,
)
from wire.verdicts import ExceptionKind

_P = classified(Privacy.PUBLIC)


class AttestationRecorded(Struct, frozen=True, tag="attestation_recorded", tag_field="act"):
    """A person showed a document that proves rows no program can look at.

    The same id again takes the place of what was recorded before.

    `document` is a title and a number, typed by a person for everyone who reads the evidence;
    like every text of people here it is `public`, and the page that asks for it says so. The
    document itself stays where it is; whoever has it compares its SHA-256.
    """

    attestation_id: Code
    facility: Code
    controls: tuple[Code, ...]
    document: Sentence
    document_sha256: Digest
    valid_from: Moment
    valid_until: Moment
    system: OptionalCode = ""  # "": every system of the facility


class AttestationWithdrawn(Struct, frozen=True, tag="attestation_withdrawn", tag_field="act"):
    """From here on the document proves nothing."""

    attestation_id: Code
    facility: Code
    reason: Sentence


class ExceptionRequested(Struct, frozen=True, tag="exception_requested", tag_field="act"):
    """A person asks to bear a fault for a time, or declares that a row cannot apply."""

    exception_id: Code
    kind: Annotated[ExceptionKind, _P]
    facility: Code
    system: Code
    control: Code
    text: Sentence  # why
    measure: Sentence  # what compensates for it meanwhile
    expires_at: Moment
    reason: OptionalCode = ""  # of `not_applicable`: a NotApplicableReason; "" of a waiver


class ExceptionDecided(Struct, frozen=True, tag="exception_decided", tag_field="act"):
    """Another person than the requester approved or refused; the fold demands that they differ."""

    exception_id: Code
    facility: Code
    approved: Flag
    text: Sentence


class ExceptionEnded(Struct, frozen=True, tag="exception_ended", tag_field="act"):
    """It counts no longer, before its time ran out."""

    exception_id: Code
    facility: Code
    text: Sentence
