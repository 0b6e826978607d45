"""Sentences for the reason codes of what could not be looked at or does not apply."""

from typing import NamedTuple

from texts.catalogue import tr
from wire.text import N_


class _Reason(NamedTuple):
    """What the code means, and what would make the answer knowable."""

    means: str
    knowable_by: str = ""


_ASK_AGAIN = N_("Look again; if it stays so, run the program by hand and mend what it says.")
_OF_THE_KERNEL = N_("This kernel does not tell it: start one of the distribution's own that does.")
_FRESH = N_("Collect it now: lachan-agent check --fresh")
_REASONS: dict[str, _Reason] = {
    "denied": _Reason(
        N_("only root may look"),
        N_("Look as root: sudo lachan-agent check"),
    ),
    "missing": _Reason(
        N_("it is not there"),
        N_("Install the program, or make the file, that is named as what was found."),
    ),
    "failed": _Reason(N_("it gave an error"), _ASK_AGAIN),
    "timeout": _Reason(N_("it did not answer in time"), _ASK_AGAIN),
    "too_large": _Reason(
        N_("it is too large to be read safely"),
        N_("See why the file or the answer grew so large, and make it smaller."),
    ),
    "empty": _Reason(
        N_("it is empty"),
        N_("Put back what belongs there: an empty answer proves nothing."),
    ),
    "unparsable": _Reason(
        N_("it is not in a form that we know"),
        N_("Correct the line that its own manual would refuse; if none is wrong, report it to us."),
    ),
    "not_a_file": _Reason(
        N_("it is not an ordinary file"),
        N_("Put an ordinary file in its place: nothing else is read."),
    ),
    "no_systemd": _Reason(
        N_("only systemd knows, and systemd does not run here"),
        N_("Look on a host that systemd started; in a container nobody can know it."),
    ),
    "other_root": _Reason(
        N_("another machine's files do not say what runs there"),
        N_("Start that system, and look on it: lachan-agent check"),
    ),
    "not_collected": _Reason(N_("it was never collected"), _FRESH),
    "stale": _Reason(N_("it was collected too long ago"), _FRESH),
    "no_rule": _Reason(
        N_("nothing here says it, neither good nor bad"),
        N_("Say it in the settings, as the remedy shows: silence is no answer."),
    ),
    "match_blocks": _Reason(
        N_("two Match blocks together may say otherwise for somebody"),
        N_("Let no two Match blocks set this for the same people."),
    ),
    "relative": _Reason(
        N_("a Match block changes a list that the server prints for nobody"),
        N_("Write the whole list in the Match block, without + and - before it."),
    ),
    "exceptions": _Reason(
        N_("a rule before takes some cases out of what is recorded"),
        N_("Remove the rule with `never`, or put it behind the rules that record."),
    ),
    "by_size": _Reason(
        N_("full files may push old ones out before their time"),
        N_("Rotate by time alone, without a size, so that the time can be counted on."),
    ),
    "too_young": _Reason(
        N_("its records do not reach back far enough yet to prove it"),
        N_("Wait until the records are old enough; keep them meanwhile."),
    ),
    "lists_stale": _Reason(
        N_("the package lists are too old to tell"),
        N_("Fetch the lists and collect again: apt update && lachan-agent check --fresh"),
    ),
    "no_receipt": _Reason(
        N_("nobody confirms what was sent"),
        N_("Send over TCP or TLS: then what arrived is confirmed."),
    ),
    "central_rules": _Reason(
        N_("a directory (LDAP, SSSD) may hold further rules, which we do not see"),
        N_("Let sudo take its rules from its files alone: `sudoers: files` in nsswitch.conf."),
    ),
    "no_list": _Reason(
        N_("agent.yaml does not say what belongs here"),
        N_("Fill in `expected` of agent.yaml; `lachan-agent config sample` explains it."),
    ),
    "login_refused": _Reason(
        N_("it lets root in by socket alone where that was set up, and here it was not"),
        N_("Let root ask it over its socket (peer, unix_socket), as the distribution sets it up."),
    ),
    "pack_rules": _Reason(
        N_("checks of a pack may not look there"),
        N_("Nothing here: packs see what every user may read, and no data or watched folders."),
    ),
    "is_link": _Reason(
        N_("it is a link to another place"),
        N_("Put the file itself there: whose modes count would depend on where the link leads."),
    ),
    "not_mounted": _Reason(
        N_("it is mounted only while somebody uses it"),
        N_("Look while it is mounted, or mount it at the start (fstab)."),
    ),
    "not_installed": _Reason(N_("it is not installed")),
    "not_used": _Reason(N_("it is not used")),
}


def reason_words(reason: str) -> str:
    """A code that is new to this program is shown as it is."""
    return tr(_REASONS[reason].means) if reason in _REASONS else reason


def knowable_by(reason: str, source: str) -> str:
    """What to do so that the next look can answer; empty for a code that we do not know."""
    if reason == "missing" and source.startswith(("/proc/", "/sys/")):
        return tr(_OF_THE_KERNEL)
    return tr(_REASONS[reason].knowable_by) if reason in _REASONS else ""
