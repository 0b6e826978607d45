"""Which level a system has by its answers: the article that decides, and how sure it is. Pure.

The level is that of the highest criterion that is true; an open one of a higher level leaves it
undecided. Where several match, the highest wins (NĐ 331 Đ10).

Source: NĐ 331/2026 Đ10, retold in legal-basis §4.
"""

from dataclasses import dataclass

from compliance.level_answers import Answers, Purpose
from compliance.level_criteria import (
    BASIC_SUBJECTS,
    CRITERIA,
    SENSITIVE_SUBJECTS,
    Criterion,
    many_subjects,
)
from wire.text import N_


@dataclass(frozen=True, slots=True)
class Classified:
    """`level` is None while nothing is known; `open` could still raise it."""

    level: int | None
    deciding: tuple[Criterion, ...]
    open: tuple[Criterion, ...]
    warnings: tuple[str, ...]

    @property
    def decided(self) -> bool:
        return self.level is not None and not self.open


def classify(answers: Answers) -> Classified:
    """Judge all criteria by these answers."""
    truths = [(criterion, criterion.holds(answers)) for criterion in CRITERIA]
    level = max((criterion.level for criterion, truth in truths if truth), default=None)
    deciding = tuple(one for one, truth in truths if truth and one.level == level)
    still_open = tuple(
        one for one, truth in truths if truth is None and (level is None or one.level > level)
    )
    return Classified(level, deciding, still_open, _warnings(answers, deciding))


WARNINGS = {
    "INFERRED": N_("The deciding criterion is our reading of the decree: have it confirmed."),
    "BOUNDARY": N_("First draw the system's boundary (Đ7, Đ8); do not split it to lower a level."),
    "COUNTING": N_("The decree does not say how to count people: keep the number and its rule."),
    "NEAR_LIMIT": N_("The number of people is near the limit: count again every year."),
    "BUSINESS_LIST_CHANGES": N_("The list of conditional businesses changes on 2027-03-01."),
    "BOOKING_IS_OPEN": N_(
        "Whether booking or showing results is an online medical service is open."
    ),
    "OVER_LIMIT_INSIDE": N_(
        "The limits of people are those of online services; ask about the risk."
    ),
}
_NEAR = 0.8  # of a limit: a growing hospital passes it within a year or two


def _warnings(answers: Answers, deciding: tuple[Criterion, ...]) -> tuple[str, ...]:
    online = answers.purpose is Purpose.ONLINE_SERVICE
    counted = answers.basic_subjects is not None or answers.sensitive_subjects is not None
    raised = (
        ("BOUNDARY", True),
        ("INFERRED", bool(deciding) and all(one.inferred for one in deciding)),
        ("COUNTING", online and counted),
        ("NEAR_LIMIT", online and _near_limit(answers)),
        ("BUSINESS_LIST_CHANGES", bool(answers.conditional_business)),
        ("BOOKING_IS_OPEN", online and answers.conditional_business is False),
        ("OVER_LIMIT_INSIDE", not online and bool(many_subjects(answers))),
    )
    return tuple(code for code, so in raised if so)


def _near_limit(answers: Answers) -> bool:
    basic = (answers.basic_subjects or 0) / BASIC_SUBJECTS
    sensitive = (answers.sensitive_subjects or 0) / SENSITIVE_SUBJECTS
    return _NEAR <= max(basic, sensitive) < 1
