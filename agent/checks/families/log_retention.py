"""How long records are kept, measured from the oldest one that is still there."""

import msgspec

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged, undecided
from agent.facts import log_retention
from agent.facts.log_retention import Kept, RetentionFacts
from wire.verdicts import CheckVerdict

GOOD, BAD, YOUNG, SIZED = range(4)


class LogRetention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    days: int

    def __post_init__(self) -> None:
        if not 1 <= self.days <= 36_500:  # noqa: PLR2004 - a hundred years
            raise ValueError("days lies between 1 and 36500")


def build(params: LogRetention) -> Parts[RetentionFacts]:
    weeks = params.days // 7 + 2
    return Parts(
        expected=f"≥ {params.days} d",
        remedy=f"sed -i 's/rotate [0-9]*/rotate {weeks}/' /etc/logrotate.d/rsyslog; mkdir -p "
        "/etc/systemd/journald.conf.d && printf '[Journal]\\nStorage=persistent\\n"
        f"MaxRetentionSec={params.days + 5}day\\nSystemMaxUse=8G\\n' > "
        "/etc/systemd/journald.conf.d/90-lachan.conf && systemctl restart systemd-journald",
        needs=log_retention.collect,
        judge=lambda facts: judge(facts, params.days),
    )


def judge(facts: RetentionFacts, days: int) -> Outcome:
    """One way of keeping that reaches back far enough is enough; FAIL when none can."""
    if not facts.kept:
        return judged(False, "no records on the disk")  # noqa: FBT003 - what it says
    answers = [_answer(kept, facts.machine_days, days) for kept in facts.kept]
    observed = "; ".join(_shown(kept) for kept in facts.kept)
    if GOOD in answers:
        return Outcome(CheckVerdict.PASS, observed)
    if set(answers) == {BAD}:
        return Outcome(CheckVerdict.FAIL, observed)
    return undecided("by_size" if SIZED in answers else "too_young", observed)


def _answer(kept: Kept, machine_days: float, days: int) -> int:
    """A machine old enough whose records do not reach back has lost them."""
    if kept.rule_days is not None and kept.rule_days < days:
        return BAD
    if kept.oldest_days is not None and kept.oldest_days >= days:
        return GOOD
    if machine_days >= days + 1:
        return BAD
    return SIZED if kept.by_size else YOUNG


def _shown(kept: Kept) -> str:
    oldest = "no record" if kept.oldest_days is None else f"oldest record {kept.oldest_days:.0f} d"
    rule = "" if kept.rule_days is None else f", removed after {kept.rule_days:.0f} d"
    return f"{kept.what}: {oldest}{rule}{', or by size' if kept.by_size else ''}"


def _reads(_params: LogRetention) -> tuple[str, ...]:
    return ()


FAMILY = Family(
    name="log_retention", params=LogRetention, build=build, reads=_reads, in_packs=False
)
