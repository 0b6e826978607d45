"""Sentences for the reason codes of what could not be looked at or does not apply."""

from texts.catalogue import tr
from wire.text import N_

_REASONS = {
    "denied": N_("only root may look: run `sudo lachan-agent check`"),
    "missing": N_("it is not there"),
    "failed": N_("it gave an error"),
    "timeout": N_("it did not answer in time"),
    "too_large": N_("it is too large to be read safely"),
    "empty": N_("it is empty"),
    "unparsable": N_("it is not in a form that we know"),
    "no_systemd": N_("only systemd knows, and systemd does not run here"),
    "other_root": N_("a program cannot speak about another machine's files"),
    "not_collected": N_("it was never collected: run `lachan-agent check --fresh`"),
    "stale": N_("it was collected too long ago: run `lachan-agent check --fresh`"),
    "no_rule": N_("nothing here says it, neither good nor bad"),
    "match_blocks": N_("two Match blocks together may say otherwise for somebody"),
    "by_size": N_("full files may push old ones out before their time"),
    "too_young": N_("its records do not reach back far enough yet to prove it"),
    "lists_stale": N_("the package lists are too old to tell: run `apt update`"),
    "not_installed": N_("it is not installed"),
    "not_used": N_("it is not used"),
}


def reason_words(reason: str) -> str:
    """A code that is new to this program is shown as it is."""
    return tr(_REASONS[reason]) if reason in _REASONS else reason
