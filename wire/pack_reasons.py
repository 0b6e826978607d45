"""Why an agent does not use the newest pack of policies."""

from enum import StrEnum


class PackReason(StrEnum):
    """The most telling one; an agent says it in its configuration statement."""

    WAITING = "WAITING"  # for the owner of the host
    SWITCHED_OFF = "SWITCHED_OFF"  # accept_packs: no
    DECLINED = "DECLINED"  # the owner looked, and said no
    EXPIRED = "EXPIRED"
    DAMAGED = "DAMAGED"  # the kept file is gone or is not the one that was accepted
    BAD_WORDS = "BAD_WORDS"  # its files are not in order
    BAD_CHECKS = "BAD_CHECKS"  # a check of it breaks the agent's own rules
    NOT_SIGNED = "NOT_SIGNED"
    OTHER_PROVINCE = "OTHER_PROVINCE"
    OLD_VERSION = "OLD_VERSION"
    TOO_MANY = "TOO_MANY"
