"""What `status` and `doctor` say of watched files: how, since when, what nobody has approved."""

from collections.abc import Iterator, Sequence

from agent.daemon.app import App
from agent.daemon.restarts import ends_file, read_ends, too_often
from agent.daemon.status.items import Item
from agent.daemon.watched_now import last_mark, living_mark, moment_of
from agent.daemon.work.integrity.suspicions import lost_at, suspicions_of
from agent.daemon.work.integrity.unapproved import Unapproved, alarming, never_approved, unapproved
from agent.files.names import path_bytes, shown
from agent.integrity.errors import EventsChangedError, EventsReadError
from agent.integrity.live.alive import UNKNOWN_NS, Mark, Root
from agent.integrity.live.limit import LOOK_THERE, NOBODY_ANSWERS
from agent.integrity.live.ways import LOOKS, OFF
from agent.integrity.ransom.kept import Kept
from texts.catalogue import tr
from texts.file_words import REASONS, word_of
from texts.moments import show_count, show_moment
from texts.shell import sentence_of
from wire.heads import Chain, paper_head
from wire.text import N_
from wire.verdicts import CheckVerdict

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
_WAYS = {
    "fanotify": N_("the whole filesystem at once"),
    "inotify": N_("folder by folder"),
}
_MINUTE_S = 60


def watching_items(app: App) -> Iterator[Item]:
    """From what is stored here; nothing is looked at anew."""
    if not app.config.integrity:
        return
    mark = living_mark(app)
    if mark is None:
        remedy = N_("It is the daemon's work: lachan-agent run")
        message = N_("Nobody watches the files now; the last sign was {at}.")
        last = last_mark(app)
        at = show_moment(None if last is None else moment_of(last.wall_ns))
        yield Item("watching", FAIL, message, {"at": at}, remedy)
    else:
        yield from _live(app, mark)


def _live(app: App, mark: Mark) -> Iterator[Item]:
    told = {root.path: root for root in mark.roots}
    for watched in app.config.integrity:
        path = path_bytes(watched.path)
        yield _of_root(path, told.get(path))
    for limit in mark.limits:
        if limit.message == NOBODY_ANSWERS:  # said of the path itself
            continue
        parameters: dict[str, object] = {"says": limit.says}
        remedy = tr(limit.remedy, **limit.parameters) if limit.remedy else ""
        yield Item("watching.limit", UNKNOWN, "{says}", {**parameters, "mend": remedy}, "{mend}")
    if mark.trouble is not None:
        message = N_("What is seen cannot be stored now: {reason}")
        remedy = N_("Make room on the disk of the state folder; nothing is lost meanwhile.")
        yield Item("watching.storing", FAIL, message, {"reason": mark.trouble.says}, remedy)
    ends = read_ends(ends_file(app.home))
    if too_often(ends, app.clock.now()):
        message = N_("The watching ended again and again, last {at} (code {code}).")
        at: dict[str, object] = {"at": show_moment(ends.at[-1]), "code": ends.code}
        remedy = N_("Look at its messages: journalctl -u lachan-agent")
        yield Item("watching.ends", FAIL, message, at, remedy)


def _of_root(path: bytes, root: Root | None) -> Item:
    name = shown(path or b"/")
    item = f"watching.{name}"
    if root is None:
        return Item(item, UNKNOWN, N_("{path} is not watched yet."), {"path": name})
    parameters: dict[str, object] = {
        "path": name,
        "way": tr(_WAYS.get(root.way, root.way)),
        "at": show_moment(moment_of(root.heard_from_ns) if root.heard_from_ns else None),
    }
    if not root.answers:
        return Item(item, UNKNOWN, NOBODY_ANSWERS, parameters, LOOK_THERE)
    if not root.there:
        message = N_("There is nothing at {path}: it is watched for when it comes.")
        remedy = N_("Mount it, or correct the path in agent.yaml.")
        return Item(item, FAIL, message, parameters, remedy)
    if root.way in (LOOKS, OFF):
        return _by_looks(item, parameters, root)
    if root.held_ns == UNKNOWN_NS:
        message = N_("{path} is watched {way} since {at}; what happened before is not looked at.")
        remedy = N_("Wait for the look at everything, or run: lachan-agent integrity scan")
        return Item(item, UNKNOWN, message, parameters, remedy)
    message = N_("{path} is watched {way}, without a break since {at}.")
    return Item(item, PASS, message, parameters)


def _by_looks(item: str, known: dict[str, object], root: Root) -> Item:
    """What is not heard is known as it was at the last look, and never better."""
    parameters = {**known, "minutes": max(1, root.every_s // _MINUTE_S)}
    if root.way == OFF:
        message = N_("{path} is not watched: its look every {minutes} minutes was missed.")
        return Item(item, FAIL, message, parameters, N_("Look why: lachan-agent integrity scan"))
    if root.held_ns == UNKNOWN_NS:
        message = N_("{path} is looked at every {minutes} minutes; no look has ended yet.")
        return Item(item, UNKNOWN, message, parameters)
    message = N_(
        "{path} is looked at every {minutes} minutes, last at {at}; it cannot be watched live."
    )
    parameters["at"] = show_moment(moment_of(root.held_ns))
    return Item(item, PASS, message, parameters)


def event_items(app: App) -> Iterator[Item]:
    """What nobody has approved yet, and the newest event."""
    if not app.config.integrity:
        return
    try:
        found = unapproved(app)
    except (EventsChangedError, EventsReadError) as error:
        told: dict[str, object] = {**error.parameters, "sentence": sentence_of(error)}
        verdict = FAIL if isinstance(error, EventsChangedError) else UNKNOWN
        yield Item("events", verdict, "{sentence}", told, error.hint)
        return
    left = alarming(found, app.config.integrity)
    yield from _unapproved(left, never_approved(app))
    if found.files > left.files:
        worked: dict[str, object] = {"count": show_count(found.files - left.files)}
        message = N_("Changes of {count} files where people work: stored, and no alarm.")
        yield Item("events.at_work", PASS, message, worked)
    if not found.last:
        return
    head = str(paper_head(Chain.EVENTS, found.last, found.link))
    newest: dict[str, object] = {"number": show_count(found.last), "head": head}
    yield Item("events.head", PASS, N_("Newest event: number {number}, head {head}."), newest)


def _unapproved(found: Unapproved, never: Sequence[bytes]) -> Iterator[Item]:
    if not found.files and never:
        message = N_("Nobody has approved how the files are: {paths}.")
        paths = ", ".join(shown(path or b"/") for path in never)
        remedy = N_("Approve how they are now: lachan-agent integrity baseline")
        yield Item("events", UNKNOWN, message, {"paths": paths}, remedy)
    elif not found.files:
        yield Item("events", PASS, N_("No unexplained change since the last approval."))
    else:
        parameters: dict[str, object] = {
            "count": show_count(found.files),
            "at": show_moment(found.since),
        }
        message = N_("Unexplained changes of {count} files since the last approval, from {at} on.")
        remedy = N_("Look at them: lachan-agent integrity events --open")
        yield Item("events", FAIL, message, parameters, remedy)
    if found.gaps:
        gaps: dict[str, object] = {
            "count": show_count(found.gaps),
            "at": show_moment(found.gap_at),
        }
        message = N_("Times without watching since the last approval: {count}, until {at}.")
        remedy = N_("Look at them: lachan-agent integrity events --open --gaps")
        yield Item("events.gaps", UNKNOWN, message, gaps, remedy)


def suspicion_items(app: App) -> Iterator[Item]:
    """Attacks that nobody has dismissed."""
    if not app.config.integrity:
        return
    with suspicions_of(app) as store:
        standing = store.open()
    for kept in standing:
        yield _suspicion(kept)
    at = lost_at(app)
    if at is not None:
        message = N_("The list of suspicions was lost or changed, {at}: more may have stood in it.")
        remedy = N_("Compare with the controller what it shows: lachan-agent integrity suspicions")
        yield Item("suspicions", UNKNOWN, message, {"at": show_moment(at)}, remedy)


def _suspicion(kept: Kept) -> Item:
    found = kept.suspicion
    parameters: dict[str, object] = {
        "path": shown(found.watched or b"/"),
        "count": show_count(found.files),
        "at": show_moment(found.at),
        "why": ", ".join(word_of(REASONS, reason.value) for reason in found.reasons),
        "id": found.id,
    }
    message = N_("It looks as if files below {path} are held hostage, {at}: {count} files, {why}.")
    remedy = N_("Look now: lachan-agent integrity suspicions")
    return Item(f"suspicion.{found.id}", FAIL, message, parameters, remedy)
