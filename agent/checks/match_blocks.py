"""A judge of the SSH server's settings, asked for everybody whom a `Match` block singles out."""

from collections.abc import Callable

from agent.checks.model import Outcome, undecided
from agent.facts.sshd import SshdFacts
from wire.verdicts import CheckVerdict

Judge = Callable[[SshdFacts], Outcome]


def for_everyone(judge: Judge) -> Judge:
    """FAIL when one block alone fails; UNKNOWN when only two together would.

    Nobody can tell from the file whether somebody exists whom both match.
    """

    def judged_for_everyone(facts: SshdFacts) -> Outcome:
        usual = judge(facts)
        if usual.verdict is not CheckVerdict.PASS:
            return usual
        for view in facts.in_one_block():
            outcome = judge(view)
            if outcome.verdict is not CheckVerdict.PASS:
                observed = f"Match: {outcome.observed}"
                return Outcome(outcome.verdict, observed, outcome.count, outcome.reason)
        for view in facts.in_two_blocks():
            outcome = judge(view)
            if outcome.verdict is not CheckVerdict.PASS:
                return undecided("match_blocks", f"Match, Match: {outcome.observed}")
        return usual

    return judged_for_everyone
