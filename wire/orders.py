"""What the controller may ask of an agent: a closed, signed list. Unknown fields are refused."""

from typing import Annotated

from msgspec import Struct

from wire.privacy import Code, Count, Moment, OptionalCode, Privacy, Seconds, classified
from wire.verdicts import Regime

_P = classified(Privacy.PUBLIC)


class AssignedSystem(Struct, frozen=True, forbid_unknown_fields=True):
    """One information system that this host serves, as the province decided it."""

    code: Code
    regime: Annotated[Regime, _P]
    level: Count
    largest_rpo_s: Seconds


class Assignment(Struct, frozen=True, forbid_unknown_fields=True):
    """Level and regime by signed decision; a higher `version` replaces a lower one."""

    agent: Code
    version: Count
    systems: tuple[AssignedSystem, ...]
    issued_at: Moment
    expires_at: Moment


class Order(Struct, frozen=True, forbid_unknown_fields=True):
    """One task. `kind`: check | scan | backup | verify | drill.

    A drill names its class, its site and, for D0, a fresh nonce; the dataset is a pseudonym
    or empty for the system's first.
    """

    agent: Code
    order_id: Code
    version: Count  # rises with each order to this agent; older ones are refused
    kind: Code
    issued_at: Moment
    expires_at: Moment
    drill_class: OptionalCode = ""
    site: OptionalCode = ""
    dataset: OptionalCode = ""
    nonce: OptionalCode = ""


order_type_of_kind: dict[str, type[Struct]] = {"assignment": Assignment, "order": Order}
