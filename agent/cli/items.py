"""Shows the lines of `status` and `doctor`: what is wrong first."""

from collections.abc import Sequence
from datetime import datetime

from agent.cli.documents import document
from agent.daemon.status.items import Item, overall
from texts.catalogue import tr
from texts.codes import word
from texts.shell import emit_json, say, table
from wire.text import N_
from wire.verdicts import CheckVerdict

_ORDER = (
    CheckVerdict.FAIL,
    CheckVerdict.UNKNOWN,
    CheckVerdict.PASS,
    CheckVerdict.NOT_APPLICABLE,
)

_SUBJECTS = {
    "backup": N_("backup"),
    "chains": N_("what is stored here"),
    "checks": N_("checks"),
    "clock": N_("clock"),
    "configuration": N_("configuration"),
    "controller": N_("controller"),
    "daemon": N_("daemon"),
    "drill": N_("drill"),
    "drills": N_("drills"),
    "events": N_("changes"),
    "events.gaps": N_("times without watching"),
    "events.head": N_("newest event"),
    "job": N_("job"),
    "mail": N_("mail server"),
    "notify": N_("mails"),
    "offline": N_("unplugged copy"),
    "outbox": N_("outbox"),
    "alarm": N_("alarm"),
    "policy": N_("pack of policies"),
    "reading": N_("reading of packs"),
    "restores": N_("restores"),
    "retention": N_("old points"),
    "retention.hold": N_("held points"),
    "room": N_("free space"),
    "unprotected": N_("forgotten data"),
    "excluded": N_("left out"),
    "secrets": N_("secrets"),
    "site_keys": N_("keys of sites"),
    "site_room": N_("room at site"),
    "sites": N_("two sites"),
    "state": N_("state file"),
    "strangers": N_("keys of strangers at"),
    "suspicion": N_("suspicion"),
    "watching": N_("watching files"),
    "watching.ends": N_("watching files"),
    "watching.limit": N_("watching files"),
    "watching.storing": N_("watching files"),
}


def show_items(schema: str, at: datetime, items: Sequence[Item], *, as_json: bool) -> None:
    if as_json:
        listed = [_entry(item) for item in items]
        emit_json(document(schema, at, overall(items).value, items=listed))
        return
    ordered = sorted(items, key=lambda item: _ORDER.index(item.verdict))
    rows = [[word(item.verdict), subject(item.id), item.says] for item in ordered]
    table([tr(N_("Result")), tr(N_("Subject")), tr(N_("What is so"))], rows)
    for remedy, subjects in _remedies(ordered).items():
        say(tr(N_("{subject}: {remedy}"), subject=", ".join(subjects), remedy=remedy))


def _remedies(items: Sequence[Item]) -> dict[str, list[str]]:
    """Each remedy once, with all that it mends."""
    found: dict[str, list[str]] = {}
    for item in items:
        if item.mend and subject(item.id) not in found.setdefault(item.mend, []):
            found[item.mend].append(subject(item.id))
    return found


def subject(item_id: str) -> str:
    """What a line is about; ids of jobs, datasets and state files keep their second part."""
    if item_id in _SUBJECTS:
        return tr(_SUBJECTS[item_id])
    first, _, rest = item_id.partition(".")
    return " ".join(part for part in (tr(_SUBJECTS.get(first, first)), rest) if part)


def _entry(item: Item) -> dict[str, str]:
    entry = {"id": item.id, "verdict": item.verdict.value, "says": item.says}
    return {**entry, "mend": item.mend} if item.mend else entry
