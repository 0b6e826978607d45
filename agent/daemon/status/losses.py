"""State files that were found damaged, changed or put back, in words: for `status` and a scan."""

from collections.abc import Iterator
from datetime import timedelta

from agent.daemon.app import App
from agent.daemon.status.items import Item
from agent.state import gaps
from agent.state.gaps import StateGap
from texts.catalogue import tr
from texts.moments import show_moment
from wire.text import N_
from wire.verdicts import CheckVerdict

_LATELY = timedelta(days=7)
_OF_WATCHING = ("baseline", "events", "ledger", "outbox", "suspicion")
_WORDS = {
    "truncated": N_("cut off"),
    "damaged": N_("damaged"),
    "empty": N_("empty"),
    "missing": N_("missing"),
    "changed": N_("changed by somebody else"),
    "rolled_back": N_("put back to an older state"),
}


def loss_items(app: App) -> Iterator[Item]:
    waiting = gaps.waiting(app.home)
    for gap in gaps.all_gaps(app.home):
        yield Item(
            f"state.{gap.purpose}",
            CheckVerdict.FAIL if gap in waiting else CheckVerdict.PASS,
            N_("State file {file} was found {reason} at {at}; kept as {kept}."),
            _parameters(gap),
            N_("It will be stated at the daemon's next round; keep the file for the inquiry."),
        )


def lost_lately(app: App) -> tuple[StateGap, ...]:
    """What a week has shown of the files that watching rests on; a clock set back hides nothing."""
    since = app.clock.now() - _LATELY
    found = gaps.all_gaps(app.home)
    return tuple(gap for gap in found if gap.purpose in _OF_WATCHING and gap.at >= since)


def loss_sentence(gap: StateGap) -> str:
    """For a person who runs a command."""
    message = N_(
        "State file {file} was found {reason} at {at}; what it held before is kept as {kept}. Keep"
        " that for the inquiry, and compare with the province."
    )
    return tr(message, **_parameters(gap))


def _parameters(gap: StateGap) -> dict[str, object]:
    return {
        "file": gap.purpose,
        "reason": tr(_WORDS.get(gap.reason, gap.reason)),
        "at": show_moment(gap.at),
        "kept": gap.kept_as or "-",
    }
