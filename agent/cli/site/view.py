"""How a look at the places is shown: each pair with its reasons, what is missing, what to do."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from agent.cli.documents import document
from agent.cli.site.attack_view import attack_lines, attacks_document
from agent.cli.site.words import how_to_mend, what_lacks, why_lacks
from agent.daemon.work.sites.site_job import Probed
from agent.errors import AgentError
from agent.sites.lacking import Lack
from texts.catalogue import tr
from texts.codes import word
from texts.moments import show_distance, show_moment
from texts.shell import say, sentence_of
from texts.signs import sign_words
from wire.messages import SitePair
from wire.text import N_
from wire.verdicts import Separation

_MOVE_ONE = N_(
    "Keep one of the two on another machine at another place; "
    "if it is there already: `lachan-agent site probe --moved SITE`."
)


def probe_document(probed: Probed) -> dict[str, Any]:
    """The stable shape: product.md, section 7."""
    found = probed.evidence
    return document(
        "lachan.site/1",
        found.measured_at,
        found.verdict,
        required_km=found.required_km,
        pairs=[
            {
                "a": pair.a,
                "b": pair.b,
                "verdict": pair.verdict,
                "hard": pair.hard,
                "soft": pair.soft,
                "missing": pair.missing,
                "decided_at": probed.decided_at.get((pair.a, pair.b)),
                "distance_km": pair.distance_km,
                "at_most_km": pair.at_most_km,
                "lacks": [
                    {
                        "signal": lack.sign,
                        "place": lack.place,
                        "reason": lack.why.value,
                        "needed": lack.needed,
                        "says": why_lacks(lack),
                        "mend": how_to_mend(lack),
                    }
                    for lack in probed.lacks[(pair.a, pair.b)]
                ],
            }
            for pair in found.pairs
        ],
        faults=[
            {"site": name, "cause": fault.cause, "says": sentence_of(fault)}
            for name, fault in (*probed.faults.items(), *probed.unsigned.items())
        ],
        attacks=attacks_document(probed.attacks),
    )


def print_probed(probed: Probed) -> None:
    found = probed.evidence
    both = {"verdict": found.verdict.value, "words": word(found.verdict)}
    say(tr(N_("The places together: {verdict} ({words})"), **both))
    for pair in found.pairs:
        say()
        for line in _of_pair(pair, probed):
            say(line)
    for fault in (*probed.faults.values(), *probed.unsigned.values()):
        say()
        say(sentence_of(fault))
        say(tr(N_("What to do: {hint}"), hint=_hint(fault)))
    if probed.attacks:
        say()
    for line in attack_lines(probed.attacks):
        say(line)


def _of_pair(pair: SitePair, probed: Probed) -> Iterator[str]:
    name = f"{pair.a}–{pair.b}"  # noqa: RUF001 - a pair
    yield f"{name}: {pair.verdict.value} ({word(pair.verdict)})"
    if pair.hard:
        yield "  " + tr(N_("Proof that they are one: {signs}"), signs=sign_words(pair.hard))
    if pair.soft:
        yield "  " + tr(N_("Signs that they may be one: {signs}"), signs=sign_words(pair.soft))
    yield from _distance(pair)
    decided_at = probed.decided_at.get((pair.a, pair.b))
    if decided_at is not None:
        sentence = N_("What was found on {time} stands, for this look could not ask it again.")
        yield "  " + tr(sentence, time=show_moment(decided_at))
    if pair.verdict is Separation.NOT_SEPARATE:
        yield "  " + tr(N_("What to do: {hint}"), hint=tr(_MOVE_ONE))
    else:
        yield from _lacking(probed.lacks[(pair.a, pair.b)])


def _distance(pair: SitePair) -> Iterator[str]:
    if pair.distance_km is not None:
        yield "  " + tr(N_("Declared {distance} apart"), distance=show_distance(pair.distance_km))
    if pair.at_most_km:  # zero: it is here
        most = show_distance(pair.at_most_km)
        yield "  " + tr(
            N_("It answers so fast that they are at most {distance} apart"), distance=most
        )


def _lacking(lacks: Iterable[Lack]) -> Iterator[str]:
    """What is needed, one line a reason with its remedy; the rest in one line."""
    needed = sorted((lack for lack in lacks if lack.needed), key=_reason)
    if needed:
        yield "  " + tr(N_("Missing for proof that they are two:"))
    for (place, _), group in groupby(needed, key=_reason):
        same = list(group)
        what = ", ".join(what_lacks(lack) for lack in same)
        yield f"  - {place}: {what} – {why_lacks(same[0])}. {how_to_mend(same[0])}"  # noqa: RUF001
    rest = [lack for lack in lacks if not lack.needed]
    if rest:
        signs = ", ".join(dict.fromkeys(what_lacks(lack) for lack in rest))
        yield "  " + tr(N_("Not known either, and not needed: {signs}"), signs=signs)
    for lack in rest:
        if lack.sign == "free_space":
            yield f"  - {what_lacks(lack)}: {why_lacks(lack)}. {how_to_mend(lack)}"


def _reason(lack: Lack) -> tuple[str, str]:
    return lack.place, lack.why.value


def _hint(fault: AgentError) -> str:
    return tr(fault.hint, **fault.parameters)
