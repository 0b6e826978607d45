"""One line of `status` or `doctor`: what was looked at, how it is, what mends it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from texts.catalogue import tr
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.verdicts import CheckVerdict


@dataclass(frozen=True, slots=True)
class Item:
    """Sentences are message ids with parameters; they are made where a person reads them."""

    id: str
    verdict: CheckVerdict
    message: str
    parameters: dict[str, object] = field(default_factory=dict)
    remedy: str = ""

    @property
    def says(self) -> str:
        return tr(self.message, **self.parameters)

    @property
    def mend(self) -> str:
        """What to do; empty when there is nothing to do."""
        good = self.verdict in (CheckVerdict.PASS, CheckVerdict.NOT_APPLICABLE)
        return "" if good or not self.remedy else tr(self.remedy, **self.parameters)


def overall(items: Iterable[Item]) -> CheckVerdict:
    """FAIL wins over UNKNOWN, UNKNOWN over PASS."""
    verdicts = {item.verdict for item in items}
    for verdict in (CheckVerdict.FAIL, CheckVerdict.UNKNOWN):
        if verdict in verdicts:
            return verdict
    return CheckVerdict.PASS


def exit_code(verdict: CheckVerdict) -> int:
    return {CheckVerdict.FAIL: WRONG, CheckVerdict.UNKNOWN: UNDECIDED}.get(verdict, GOOD)
