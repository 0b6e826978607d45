"""A judge of sudo's rules that does not call them good where a directory may hold further ones."""

from collections.abc import Callable

from agent.checks.model import Outcome, undecided
from agent.facts.sudo import SudoFacts
from wire.verdicts import CheckVerdict

Judge = Callable[[SudoFacts], Outcome]


def seen_whole(judge: Judge) -> Judge:
    """What is bad in the files is bad; what is good there may be undone by a rule elsewhere."""

    def judged_where_all_is_seen(facts: SudoFacts) -> Outcome:
        outcome = judge(facts)
        if outcome.verdict is not CheckVerdict.PASS or not facts.elsewhere:
            return outcome
        return undecided("central_rules", f"{outcome.observed}; {', '.join(facts.elsewhere)}")

    return judged_where_all_is_seen
