"""What the order key signs for agents: a closed list. Unknown fields are refused."""

from typing import Annotated

from msgspec import Meta, Struct

from wire.privacy import Code, Count, Moment, OptionalCode, Privacy, Seconds, classified
from wire.verdicts import Regime

_P = classified(Privacy.PUBLIC)
POLICY_PACK = "policy_pack"
PACK_FILE_CHARACTERS = 128 * 1024
PACK_FILES = 64
MOST_PACKS = 4  # of one province at a time: its sector's and its own
PACK_BYTES = 512 * 1024  # of all its files: the envelope still fits into a line of the log
_FileName = Annotated[
    str, classified(Privacy.PUBLIC, pattern=r"^([a-z0-9_-]{1,40}/)?[a-z0-9_-]{1,40}\.yaml\Z")
]
_FileText = Annotated[str, classified(Privacy.PUBLIC, max_length=PACK_FILE_CHARACTERS)]
_PackFiles = Annotated[tuple["PolicyFile", ...], Meta(max_length=PACK_FILES)]


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
    """One task. `kind`: check | scan | backup | verify | drill | hold.

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


class PolicyFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One YAML file of a pack of policies, as the province wrote it."""

    name: _FileName
    text: _FileText


class PolicyPack(Struct, frozen=True, forbid_unknown_fields=True):
    """The province's own policies, the same for every agent of the province.

    A higher `version` replaces a lower one. The same version with the same files and a later
    `issued_at` only lives longer. What the files may say, every reader judges for itself.
    """

    province: Code
    pack: Code
    version: Count
    files: _PackFiles
    issued_at: Moment
    expires_at: Moment


order_type_of_kind: dict[str, type[Struct]] = {
    "assignment": Assignment,
    "order": Order,
    POLICY_PACK: PolicyPack,
}
