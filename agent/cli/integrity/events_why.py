"""Everything about one event, for a person who has to decide whether it was right."""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from agent.cli.integrity.difference import mode_of
from agent.cli.integrity.events_words import (
    by_whom,
    explained,
    how_known,
    is_unexplained,
    shown_text,
    what,
    when,
    where,
)
from agent.cli.integrity.words import kind_words, what_words
from agent.daemon.people import account_name, group_name
from agent.daemon.work.integrity.events_job import Why
from agent.files.names import shown
from agent.files.record import FileRecord
from agent.integrity.events.event import CHANGES, Event, EventKind
from agent.integrity.who.record import Who
from texts.catalogue import tr
from texts.moments import show_bytes, show_count, show_moment
from texts.shell import say
from texts.wrapping import wrapped
from wire.text import N_

_MEMBERS = 30


def show(found: Why, *, everything: bool) -> None:
    fields = tuple(_fields(found))
    width = max(len(name) for name, _ in fields) + 1
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for name, value in fields:
        say(f"{name + ':':<{width}} {hanging(value, width + 1, columns)}")
    if found.members:
        _show_members(found, everything=everything)
    if found.texts and found.event.kind is EventKind.MODIFIED:
        say()
        command = f"lachan-agent integrity diff --event {found.event.number}"
        say(tr(N_("What is different inside: {command}"), command=command))
    if is_unexplained(found.event):
        say()
        say(tr(N_("Nothing explains it. If it is right, a scan shows its code, to be approved:")))
        say("lachan-agent integrity scan")
        say(f"lachan-agent integrity accept CODE --event {found.event.number}")


def hanging(value: str, indent: int, columns: int) -> str:
    """What does not fit goes on below the value, not below its name; 0 columns: no terminal."""
    return wrapped(value, columns - indent).replace("\n", "\n" + " " * indent)


def _fields(found: Why) -> Iterator[tuple[str, str]]:
    event = found.event
    yield tr(N_("Event")), show_count(event.number)
    yield tr(N_("What")), what(event)
    if event.what and not event.counts:
        yield tr(N_("Details")), what_words(event.what)
    yield tr(N_("File")), where(event)
    if event.old_path is not None:
        yield tr(N_("Formerly")), shown(event.old_path)
    yield tr(N_("Watched")), shown(event.watched or b"/")
    yield tr(N_("When")), when(event)
    yield from _states(found)
    yield tr(N_("Who")), by_whom(event, found.members) or "-"
    if event.who is not None:
        yield from _who(event.who)
    yield tr(N_("Known how")), how_known(event)
    yield tr(N_("Explained")), explained(event) or tr(N_("no"))
    proof = _proof(event)
    if proof:
        yield tr(N_("On what proof")), proof


def _states(found: Why) -> Iterator[tuple[str, str]]:
    """What was before, and what is now."""
    event = found.event
    if event.counts or event.kind not in CHANGES:
        return
    if found.approved is not None:
        yield tr(N_("Approved")), _state(found.approved)
    if found.before is not None:
        number = show_count(found.before.number)
        said = tr(N_("event {number}, {what}"), number=number, what=what(found.before))
        yield tr(N_("Before")), f"{said}{_size(found.before)}"
    yield tr(N_("After")), f"{kind_words(event.kind)}{_size(event)}"
    yield tr(N_("Now")), tr(N_("not there")) if found.now is None else _state(found.now)


def _size(event: Event) -> str:
    return "" if event.size is None else f", {show_bytes(event.size)}"


def _state(record: FileRecord) -> str:
    owner = f"{account_name(record.uid)}:{group_name(record.gid)}"
    changed = datetime.fromtimestamp(record.mtime_ns / 1e9, tz=UTC)
    return tr(
        N_("{size}, mode {mode}, owner {owner}, changed {at}"),
        size=show_bytes(record.size),
        mode=mode_of(record),
        owner=owner,
        at=show_moment(changed),
    )


def _who(who: Who) -> Iterator[tuple[str, str]]:
    yield tr(N_("Account")), f"{account_name(who.uid)} ({who.uid})"
    if who.login_uid is not None:
        yield tr(N_("Logged in")), f"{account_name(who.login_uid)} ({who.login_uid})"
    if who.exe:
        yield tr(N_("Program")), f"{shown_text(who.exe)} ({who.pid})"
    if who.command:
        yield tr(N_("Command")), shown_text(who.command)
    if who.parents:
        yield tr(N_("Started by")), " ← ".join(shown_text(parent) or "?" for parent in who.parents)
    if who.session is not None:
        yield tr(N_("Session")), str(who.session)


def _proof(event: Event) -> str:
    """What the explanation rests on."""
    proofs = {
        "package": N_(
            "dpkg's log has the transaction, and each file is what the package's list of sums says."
        ),
        "package_script": N_(
            "dpkg itself started the program that made it, and packages make such files everywhere."
        ),
        "rotation": N_("The content is found again, whole, under the name that rotation gives it."),
        "growth": N_("The beginning of the file has the same hash as the whole file had before."),
        "temporary": N_(
            "It has a name that editors give, is no program, and went again, holds what a file"
            " beside it held before, or is small and only says who has a document open."
        ),
        "accepted": N_("The approval is signed and stands in the chain."),
        "canary": N_("Its content is the one that the agent wrote down when it made the file."),
    }
    return tr(proofs[event.explained_by]) if event.explained_by in proofs else ""


def _show_members(found: Why, *, everything: bool) -> None:
    total = found.event.files if found.event.counts else len(found.members)
    message = N_("It is joined of {count} changes:")
    if found.event.counts:
        message = N_("Folded into it: {count} files.")
    say()
    say(tr(message, count=show_count(total)))
    listed = found.members if everything else found.members[:_MEMBERS]
    for member in listed:
        say(f"  {what(member)} · {where(member)} · {by_whom(member)}")
    more = total - len(listed)
    if more > 0:
        say(tr(N_("… and {n} more (--all lists those that are kept)."), n=show_count(more)))
