"""What goes over HTTPS around the envelopes: enrolment, answers, errors. Paths are part of it."""

from typing import Annotated

from msgspec import Struct

from wire.privacy import Base64, Code, Count, Digest, Moment, Privacy, classified

CA_PATH = "/v1/ca"
ENROL_PATH = "/v1/enrol"
HEARTBEAT_PATH = "/v1/heartbeat"
EVIDENCE_PATH = "/v1/evidence"

BATCH_ENVELOPES = 256
BATCH_BYTES = 8 * 1024 * 1024
ENROLMENT_ANSWER_KIND = "enrolment_answer"

_Envelope = Annotated[str, classified(Privacy.PUBLIC, max_length=1024 * 1024)]  # DSSE text
_Text = Annotated[str, classified(Privacy.PUBLIC, max_length=4096)]


class Enrolment(Struct, frozen=True):
    """Asked with the new key. `secret` is the token's, worth nothing once it was used."""

    secret: Code
    public_key: Base64
    host: Code
    incarnation: Code
    age_recipient: _Text = ""

    def __repr__(self) -> str:
        return f"Enrolment(host={self.host!r}, incarnation={self.incarnation!r})"


class EnrolmentAnswer(Struct, frozen=True):
    """Travels in an envelope of the order key."""

    agent: Code
    facility: Code
    server_time: Moment
    assignment: _Envelope  # of kind `assignment`
    checkpoint: _Text


class HeartbeatAnswer(Struct, frozen=True):
    """What waits for an agent; `consistency` leads from the size it asked with to `checkpoint`."""

    time: Moment
    checkpoint: _Text
    consistency: tuple[Digest, ...] = ()
    envelopes: tuple[_Envelope, ...] = ()  # orders and assignments
    resend_from: Count | None = None  # sequence of its newest incarnation


class Acknowledged(Struct, frozen=True):
    """Committed in the log, at this index."""

    sequence: Count
    log_index: Count


class Refused(Struct, frozen=True):
    """Not taken. `line` counts from 1; `sequence` is absent where it could not be read."""

    line: Count
    code: Code
    sequence: Count | None = None


class EvidenceAnswer(Struct, frozen=True):
    """The fate of every line of a batch."""

    time: Moment
    checkpoint: _Text
    acknowledged: tuple[Acknowledged, ...] = ()
    refused: tuple[Refused, ...] = ()
    resend_from: Count | None = None  # after a gap: the sequence that is missing


class ErrorAnswer(Struct, frozen=True):
    """Why a request as a whole was refused; `error` is a code, `detail` names a field or a size."""

    error: Code
    time: Moment
    detail: _Text = ""


class Problem:
    """The codes of `ErrorAnswer.error` and `Refused.code`."""

    BAD_BYTES = "BAD_BYTES"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    UNKNOWN_AGENT = "UNKNOWN_AGENT"
    CLOCK = "CLOCK"
    REPLAYED = "REPLAYED"
    REVOKED = "REVOKED"
    TOKEN_USED = "TOKEN_USED"  # noqa: S105 - a code
    TOKEN_WRONG = "TOKEN_WRONG"  # noqa: S105
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105
    FORK = "FORK"
    CLONED = "CLONED"
    GAP = "GAP"
    CHAIN_BROKEN = "CHAIN_BROKEN"
    LOG_DIFFERS = "LOG_DIFFERS"  # the agent holds a checkpoint that this log does not contain
    NOT_ITS_FACILITY = "NOT_ITS_FACILITY"
    TOO_LARGE = "TOO_LARGE"
    TOO_MANY = "TOO_MANY"
    UNAVAILABLE = "UNAVAILABLE"


status_of_problem: dict[str, int] = {
    Problem.BAD_BYTES: 400,
    Problem.BAD_SIGNATURE: 401,
    Problem.UNKNOWN_AGENT: 401,
    Problem.CLOCK: 401,
    Problem.REPLAYED: 401,
    Problem.REVOKED: 403,
    Problem.TOKEN_USED: 403,
    Problem.TOKEN_WRONG: 403,
    Problem.TOKEN_EXPIRED: 403,
    Problem.FORK: 409,
    Problem.CLONED: 409,
    Problem.LOG_DIFFERS: 409,
    Problem.TOO_LARGE: 413,
    Problem.TOO_MANY: 429,
    Problem.UNAVAILABLE: 503,
}
