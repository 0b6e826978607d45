"""Words for what happened to a file, what is different, and why something was not seen."""

from collections.abc import Iterable

from texts.catalogue import tr
from texts.file_words import KINDS, WHAT, word_of
from wire.text import N_

_REASONS = {
    "no_baseline": N_("it has no baseline; make one with `lachan-agent integrity baseline`"),
    "baseline_lost": N_(
        "its baseline is gone; find out who removed it before you make a new one with"
        " `lachan-agent integrity baseline`"
    ),
    "baseline_changed": N_(
        "its baseline is not the one that was signed; find out who changed it before you make a"
        " new one with `lachan-agent integrity baseline --again`"
    ),
    "symbolic_link": N_("it is a symbolic link; watch the folder that it points to"),
    "missing": N_("there is nothing at this path"),
    "denied": N_("no permission; run the agent as root"),
    "io": N_("the disk or network share gives an error"),
    "too_long": N_("its path is longer than 4,096 bytes: no program opens it by its path"),
    "unstable": N_("it changes all the time while it is read"),
    "silent": N_("nobody answers there; look at the server or program behind it"),
    "second_person": N_("a second person must run the same within 7 days, by another login"),
    "other_filesystem": N_("another filesystem is mounted here; watch it by its own path"),
    "unlisted": N_("it lies in a folder that cannot be entered"),
}
_NOT_WATCHED = {
    "stopped": N_("the agent was stopped"),
    "killed": N_("the agent was killed, or crashed"),
    "host_off": N_("the host was off"),
    "overflow": N_("more happened at once than the kernel keeps"),
    "replaced": N_("something else was mounted or put at this path"),
    "forgotten": N_("more had changed before anybody watched than is kept"),
    "unwatched": N_("the configuration names this path no more"),
}
_EXPLAINED = {
    "package": N_("a package was installed, upgraded or removed: {detail}"),
    "package_script": N_("a package's own script or trigger made it: {detail}"),
    "rotation": N_("a log was rotated"),
    "growth": N_("a file only grew: what it held before is still its beginning"),
    "temporary": N_("a temporary file of an editor or program"),
    "canary": N_("the agent itself made or removed its canary file"),
    "accepted": N_("people have approved it: {detail}"),
    "looked": N_("everything was looked at since: only who did it is not known"),
    "configured": N_("so it was configured; by whom is not known"),
}


def kind_words(kind: str) -> str:
    return word_of(KINDS, kind)


def what_words(what: Iterable[str]) -> str:
    """Unknown codes are shown as they are: a newer agent may have stored them."""
    return ", ".join(word_of(WHAT, name) for name in what)


def reason_words(reason: str) -> str:
    return word_of({**_REASONS, **_NOT_WATCHED}, reason)


def explained_words(code: str, detail: str) -> str:
    """What explains an event; empty: nothing does."""
    if not code:
        return ""
    sentence = _EXPLAINED.get(code)
    if sentence is None:
        return f"{code}: {detail}" if detail else code
    return tr(sentence, detail=detail or "-")
