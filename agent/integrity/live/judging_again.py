"""What was stored by one that died before all of it was judged is judged by the next one.

From the ledger's journal, which is kept as far back as that: who it was and the exact moment stand
in the stored events alone, so that a judge learns here what became of each file, and by nobody.
"""

from agent.integrity.live.attribute import Touches
from agent.integrity.live.changes import seen_of
from agent.integrity.live.parts import Parts
from agent.integrity.live.roots import Roots

_PAGE = 5_000


def judge_again(parts: Parts, roots: Roots) -> None:
    """Each once, in the order in which they were stored.

    Raises:
        LachanError: what follows cannot be told now; call it again.
    """
    keeper = parts.keeper
    number = keeper.judged_number
    while number < keeper.journal_number:
        page = parts.ledger.transitions(number, _PAGE)
        found = tuple(one for one in page if one.number <= keeper.journal_number)
        if not found:
            return
        number = found[-1].number
        keeper.judge(seen_of(found, Touches(), roots, {}), number)
