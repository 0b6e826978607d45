"""Words that only the page of watched files needs: ways of watching, gaps, breaks, explanations."""

from texts.file_words import EXPLANATIONS, KINDS, REASONS, WHAT, word_of
from wire.text import N_

OMITTED = {"omitted": N_("not told one by one")}
WAYS = {
    "fanotify": N_("live, the whole filesystem at once (fanotify)"),
    "inotify": N_("live, folder by folder (inotify)"),
    "looks": N_("looked at every few minutes, nothing is heard in between"),
    "off": N_("not watched"),
    "ended": N_("watched no more: the host's configuration does not name it"),
}
GAP_REASONS = {
    "overflow": N_("more happened at once than the kernel keeps"),
    "stopped": N_("the agent was stopped"),
    "killed": N_("the agent ended without a word"),
    "host_off": N_("the host was off, or had crashed"),
    "missing": N_("there was nothing at the watched path"),
    "silent": N_("whoever serves the files at the watched path did not answer"),
    "forgotten": N_("more had changed before anybody watched than is kept"),
    "unwatched": N_("the configuration names the path no more"),
    "replaced": N_("something else was put or mounted at the watched path"),
    "symbolic_link": N_("the watched path was a symbolic link"),
    "no_baseline": N_("there was no baseline to compare with"),
    "baseline_lost": N_("the baseline was gone"),
    "baseline_changed": N_("the baseline was not the one that was signed"),
}
BREAKS = {
    "NUMBERS_BACK": N_("its numbers go back"),
    "NUMBERS_MISSING": N_("numbers are missing"),
    "LINK_DIFFERS": N_("the events before are not those that were told"),
    "APPROVALS_BACK": N_("an approval that was told before came again with another baseline"),
    "APPROVALS_MISSING": N_("approvals of baselines between were never told"),
    "APPROVAL_DIFFERS": N_("the approval before is not the one that was told"),
    "BASELINE_NOT_TOLD": N_("a scan compared with another baseline than the newest that was told"),
}
TOLD_AS = {**EXPLANATIONS, "omitted": N_("explained, not told one by one")}
STEP_STATES = {  # of a playbook
    "begun": N_("has begun"),
    "done": N_("done"),
    "failed": N_("did not succeed"),
    "skipped": N_("was skipped"),
    "refused": N_("refused"),
}
KIND_COLOURS = {
    "removed": "bad",
    "modified": "warn",
    "renamed": "warn",
    "added": "warn",
    "metadata": "warn",
    "gap": "unknown",
    "omitted": "warn",
    "configured": "warn",
}


def file_kind(code: str) -> str:
    return word_of({**KINDS, **OMITTED}, code)


def file_what(code: str) -> str:
    return word_of(WHAT, code)


def watching_word(code: str) -> str:
    return word_of(WAYS, code)


def gap_reason(code: str) -> str:
    return word_of(GAP_REASONS, code)


def break_word(code: str) -> str:
    return word_of(BREAKS, code)


def explanation_word(code: str) -> str:
    return word_of(TOLD_AS, code)


def suspicion_reason(code: str) -> str:
    return word_of(REASONS, code)


def step_state(code: str) -> str:
    return word_of(STEP_STATES, code)


def kind_colour(kind: str) -> str:
    return KIND_COLOURS.get(kind, "quiet")
