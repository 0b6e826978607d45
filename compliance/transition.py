"""How long a system still has under the rules of transition, by safe dates. Pure.

Source: LANM Đ45.1 and NĐ 331 Đ39.1, as legal-basis §2 reads them: where sources differ by a day,
the earlier day stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from wire.text import N_
from wire.verdicts import Regime

LOCAL_OFFSET = timedelta(hours=7)  # deadlines end with the day in Viet Nam


class Origin(StrEnum):
    """How a system stood on 2026-07-01."""

    LEVELLED_BEFORE = "levelled_before"
    UNDER_INVESTMENT = "under_investment"
    NEVER_LEVELLED = "never_levelled"
    LATER = "later"
    UNKNOWN = "unknown"


def origin_of(code: str) -> Origin:
    """What was said of a system; nothing, or a word of another version, is unknown."""
    return Origin(code) if code in set(Origin) else Origin.UNKNOWN


@dataclass(frozen=True, slots=True)
class Deadline:
    """A duty with its last day. No day: it is due now."""

    code: str
    says: str
    basis: str
    last_day: date | None
    inferred: bool = False

    def days_left(self, now: datetime) -> int | None:
        """Whole days after today in Viet Nam; negative once it has passed."""
        if self.last_day is None:
            return None
        return (self.last_day - (now + LOCAL_OFFSET).date()).days


APPROVAL = Deadline(
    "APPROVAL",
    N_("The level dossier is appraised and approved"),
    "NĐ 331 Đ39.1",
    date(2026, 12, 31),
)
MEASURES = Deadline(
    "MEASURES",
    N_("The measures of TCVN 14423:2026 are met"),
    "LANM Đ45.1; NĐ 331 Đ39.1",
    date(2027, 6, 30),
)
LEVEL_NOW = Deadline(
    "LEVEL_NOW",
    N_("The system gets its level: no time of grace was found for it"),
    "NĐ 331 Đ20",
    None,
    inferred=True,
)
_DEADLINES: dict[Origin, tuple[Deadline, ...]] = {
    Origin.LEVELLED_BEFORE: (MEASURES,),
    Origin.UNDER_INVESTMENT: (APPROVAL, MEASURES),
    Origin.NEVER_LEVELLED: (LEVEL_NOW,),
    Origin.LATER: (),
    Origin.UNKNOWN: (APPROVAL, MEASURES),
}


def deadlines(regime: Regime, origin: Origin) -> Sequence[Deadline]:
    """What a system must still do, the earliest first.

    While nobody has said how it stood, all dates are shown. A system under the old regime is one
    that had its level before, whatever else was said.
    """
    if regime is Regime.ND85 and origin in {Origin.LATER, Origin.NEVER_LEVELLED, Origin.UNKNOWN}:
        return _DEADLINES[Origin.LEVELLED_BEFORE]
    return _DEADLINES[origin]
