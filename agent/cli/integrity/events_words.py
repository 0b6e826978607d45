"""Words for one stored event: when, by whom, how that is known, what explains it."""

from collections.abc import Sequence

from agent.cli.integrity.words import explained_words, kind_words, reason_words, what_words
from agent.daemon.people import name_of
from agent.files.names import shown
from agent.integrity.events.event import CHANGES, Event, EventKind
from agent.integrity.seen import LONG_AGO
from agent.integrity.who.record import Who
from texts.catalogue import tr
from texts.moments import show_count, show_second
from wire.text import N_

_KNOWN_BY = {  # what is no change of a file
    EventKind.GAP: N_("Nothing was seen in this time; a look afterwards tells what is different."),
    EventKind.APPROVED: N_("People have said so; their accounts stand beside it."),
    EventKind.CONFIGURED: N_("The agent has read it in its configuration: agent.yaml."),
}


def when(event: Event) -> str:
    """A moment, or the two between which it happened."""
    at = show_second(event.at)
    if event.since is None or event.since == event.at:
        return at
    if event.since <= LONG_AGO:
        return tr(N_("up to {at}"), at=at)
    return tr(N_("{since} to {at}"), since=show_second(event.since), at=at)


def what(event: Event) -> str:
    """What happened, to how many files, and what is different in them."""
    if event.kind is EventKind.GAP:
        return f"{kind_words(event.kind)}: {reason_words(shown_text(event.explanation))}"
    if not event.counts:
        different = what_words(telling(event))
        return kind_words(event.kind) + (f": {different}" if different else "")
    counts = ", ".join(
        f"{kind_words(kind)} {show_count(number)}" for kind, number in event.counts.items()
    )
    folded = tr(N_("{files} files ({counts})"), files=show_count(event.files), counts=counts)
    return f"{kind_words(event.kind)}: {folded}" if event.kind is EventKind.APPROVED else folded


def telling(event: Event) -> list[str]:
    """Without what comes along anyway: new content has a new time, and any change a ctime."""
    if event.kind is EventKind.APPROVED:
        return []
    if event.kind is EventKind.MODIFIED and "content" in event.what:
        return [name for name in event.what if name not in ("content", "size", "mtime", "ctime")]
    return [name for name in event.what if name != "ctime"] or list(event.what)


def where(event: Event) -> str:
    path = shown(event.path)
    return f"{path}/…" if event.counts else path


def by_whom(event: Event, members: Sequence[Event] = ()) -> str:
    """The person and the program; what is not known is said."""
    if event.who is not None:
        return person(event.who) + (f" ({program(event.who)})" if event.who.exe else "")
    if event.kind in (EventKind.GAP, EventKind.APPROVED):
        return ""
    makers = {person(member.who) for member in members if member.who is not None}
    if makers:
        return ", ".join(sorted(makers))
    if event.counts:
        return tr(N_("several, or not known"))
    return tr(N_("not known"))


def person(who: Who) -> str:
    """Who logged in, and as whom the program ran where that is somebody else."""
    if who.client_user or who.client_address:
        client = "@".join(part for part in (who.client_user, who.client_address) if part)
        return shown_text(client)  # the client chose it
    runs_as = name_of(f"uid:{who.uid}")
    if who.login_uid is None or who.login_uid == who.uid:
        return runs_as
    login = name_of(f"uid:{who.login_uid}")
    return tr(N_("{login} as {account}"), login=login, account=runs_as)


def program(who: Who) -> str:
    return shown(who.exe.encode("utf-8", "surrogateescape")).rpartition("/")[2]


def how_known(event: Event) -> str:
    """How sure it is who did it; one sentence."""
    if event.kind in _KNOWN_BY:
        return tr(_KNOWN_BY[event.kind])
    if event.since is not None and event.who is not None:
        return tr(N_("Heard late: the watching was held up, and it happened in this time."))
    if event.since is not None:
        return tr(N_("Found by a look: nobody was watching when it happened."))
    if event.who is None:
        return tr(
            N_("Seen while it happened; several did it, or the process ended before it was asked.")
        )
    if event.who.client_user or event.who.client_address:
        return tr(N_("The kernel named the file server's process; it was serving this client."))
    return tr(N_("The kernel named the process while it happened; it was asked who it is."))


def explained(event: Event) -> str:
    """What explains it; of a gap whether it was closed."""
    return explained_words(event.explained_by, shown_text(event.explanation))


def is_unexplained(event: Event) -> bool:
    """A change that nothing explains; a gap is no change."""
    return not event.explained_by and event.kind in CHANGES


def shown_text(text: str) -> str:
    """A text from elsewhere, without what steers a terminal."""
    return shown(text.encode("utf-8", "surrogateescape"))
