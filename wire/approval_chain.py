"""Whether a host's approvals of baselines go on from those that it told before.

Every approval of a host has a number and names the root of the one before, all watched paths
together. A scan names the baseline that it compared with. An older baseline that was put back, or
another one, shows in both.
"""

from enum import StrEnum

from msgspec import Struct

from wire.integrity_messages import Baseline


class ApprovalBreak(StrEnum):
    """Why an approval, or a scan, does not fit what was told."""

    APPROVALS_BACK = "APPROVALS_BACK"  # its number was told before, for another baseline
    APPROVALS_MISSING = "APPROVALS_MISSING"  # approvals between were never told
    APPROVAL_DIFFERS = "APPROVAL_DIFFERS"  # the one before is another than the one that was told
    BASELINE_NOT_TOLD = "BASELINE_NOT_TOLD"  # compared with another baseline than the newest told


class Approved(Struct, frozen=True):
    """The newest approval that a host told; number 0: it counts none."""

    incarnation: str
    number: int
    root: str


def follow_approval(
    known: Approved | None, incarnation: str, told: Baseline
) -> ApprovalBreak | None:
    """What is wrong with an approval. Agents of old count none; a new chain may begin at 1."""
    if known is None or not known.number or not told.number:
        return None
    if (told.number, told.root) == (known.number, known.root):
        return None
    if told.number == 1 and incarnation != known.incarnation:
        return None
    if told.number <= known.number:
        return ApprovalBreak.APPROVALS_BACK
    if told.number > known.number + 1:
        return ApprovalBreak.APPROVALS_MISSING
    return None if told.previous == known.root else ApprovalBreak.APPROVAL_DIFFERS
