"""Who says something, when, and at which place of its chain."""

from msgspec import Struct

from wire.privacy import Code, Count, Digest, Moment, OptionalCode, Seconds

FIRST_PREVIOUS = "0" * 64  # the link of an incarnation's first statement


class Header(Struct, frozen=True):
    """Stands at the top of every chained statement.

    `systems` are the information systems that the statement is about: several systems
    may live on one host. `previous` is the SHA-256 of the previous envelope's bytes.
    """

    agent: Code
    facility: Code
    host: Code
    systems: tuple[Code, ...]
    incarnation: Code
    sequence: Count  # 1, 2, 3, … without a gap inside an incarnation
    previous: Digest
    made_at: Moment
    boot_id: OptionalCode
    clock_offset_s: Seconds = 0.0  # controller's clock minus the host's, as last measured
