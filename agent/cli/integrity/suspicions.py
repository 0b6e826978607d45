"""`lachan-agent integrity suspicions`: what looks like an attack, what was done, and dismissing."""

from datetime import datetime
from typing import Any

import click

from agent.cli.documents import document, moment_text
from agent.cli.integrity.events_words import person, shown_text
from agent.cli.integrity.suspicion_words import reason_words, who_words
from agent.cli.options import Options
from agent.daemon.app import open_app
from agent.daemon.people import caller, name_of
from agent.daemon.work.integrity import suspicion_job, suspicions
from agent.files.names import shown
from agent.integrity.ransom.kept import Answer, Kept
from agent.integrity.seen import LONG_AGO
from texts.catalogue import tr
from texts.moments import show_count, show_second
from texts.shell import emit_json, note, say
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_

_SCHEMA = "lachan.integrity-suspicions/1"
_MOST = 50
_NEXT = {
    N_("To be led through it: {command}"): (
        "lachan-agent playbook run incident/ransomware-suspected"
    ),
    N_("If it was no attack: {command}"): (
        "lachan-agent integrity suspicions --dismiss ID --reason TEXT"
    ),
}


@click.command("suspicions", help=N_("What looks like an attack on files, and what was done."))
@click.option("--all", "everything", is_flag=True, help=N_("Those that were dismissed, too."))
@click.option("--dismiss", "suspicion", metavar="ID", help=N_("Say that it was no attack."))
@click.option(
    "--reason", default="", metavar="TEXT", help=N_("Why; it is kept here and goes nowhere.")
)
@click.pass_obj
def command(options: Options, suspicion: str | None, reason: str, *, everything: bool) -> int:
    if suspicion is not None and not reason.strip():
        raise click.UsageError(tr(N_("Say why it was no attack: --reason TEXT.")))
    app = open_app(options.home)
    try:
        if suspicion is not None:
            suspicion_job.dismiss(app, suspicion, caller(), shown_text(reason.strip()))
        found = suspicion_job.listing(app, _MOST) if everything else suspicion_job.standing(app)
        at, lost_at = app.clock.now(), suspicions.lost_at(app)
    finally:
        app.close()
    if options.json:
        lost = None if lost_at is None else moment_text(lost_at)
        listed = [_plain(kept) for kept in found]
        emit_json(document(_SCHEMA, at, suspicions=listed, lost_at=lost))
    else:
        _show(found, dismissed=suspicion, lost_at=lost_at)
    if any(kept.open for kept in found):
        return WRONG
    return GOOD if lost_at is None else UNDECIDED


def _show(found: tuple[Kept, ...], dismissed: str | None, lost_at: datetime | None) -> None:
    if dismissed is not None:
        words = N_("{id} is dismissed. What is held stays held until two people release it:")
        say(tr(words, id=dismissed))
        say("lachan-agent backup release")
    if lost_at is not None:
        words = N_("The list was lost or damaged, {at}: what stood in it is not known here.")
        say(tr(words, at=show_second(lost_at)))
    elif not found:
        say(tr(N_("Nothing looks like an attack.")))
    for kept in found:
        for line in _lines(kept):
            say(line)
    if any(kept.open for kept in found):
        for words, command in _NEXT.items():
            note(tr(words, command=command))


def _lines(kept: Kept) -> list[str]:
    found = kept.suspicion
    lines = [
        tr(
            N_("{id}: {path}, {count} files, verdict {at}"),
            id=found.id,
            path=shown(found.watched or b"/"),
            count=show_count(found.files),
            at=show_second(found.at),
        ),
        "  " + tr(N_("Why: {reasons}"), reasons=reason_words(kept.suspicion)),
        "  " + tr(N_("First suspicious change: {at}"), at=_since(kept)),
        "  " + tr(N_("By: {who}"), who=who_words(kept.suspicion)),
        *(f"  {line}" for line in _answered(kept.answer)),
    ]
    if kept.dismissed_at is not None:
        by = name_of(kept.dismissed_by)
        at = show_second(kept.dismissed_at)
        words = N_("Dismissed by {person}, {at}: {why}")
        lines.append("  " + tr(words, person=by, at=at, why=shown(kept.dismissed_why.encode())))
    return [*lines, *(f"    {shown(path)}" for path in found.samples)]


def _answered(answer: Answer) -> list[str]:
    held = {
        True: N_("Old recovery points are held at every site."),
        False: N_("Old recovery points are held; not every maintenance host knows it yet."),
        None: N_("Old recovery points: not held, or not yet."),
    }[answer.held]
    lines = [tr(held), _clean(answer)]
    if answer.run_id:
        begun = N_("Playbook {playbook} was begun ({run}); its people have work to do.")
        lines.append(tr(begun, playbook=answer.playbook, run=answer.run_id))
    elif answer.playbook_refused:
        refused = N_("No playbook was begun: {code}")
        lines.append(tr(refused, code=answer.playbook_refused))
    return lines


def _clean(answer: Answer) -> str:
    if not answer.clean_known:
        return tr(N_("Last clean recovery point: not looked for yet"))
    if answer.last_clean_at is None:
        return tr(N_("Last clean recovery point: none is known to be older than the first change"))
    return tr(N_("Last clean recovery point: {at}"), at=show_second(answer.last_clean_at))


def _since(kept: Kept) -> str:
    since = kept.suspicion.since
    return tr(N_("not known")) if since <= LONG_AGO else show_second(since)


def _plain(kept: Kept) -> dict[str, Any]:
    found, answer = kept.suspicion, kept.answer
    return {
        "id": found.id,
        "path": shown(found.watched or b"/"),
        "at": moment_text(found.at),
        "since": None if found.since <= LONG_AGO else moment_text(found.since),
        "reasons": [reason.value for reason in found.reasons],
        "files": found.files,
        "who": None if found.who is None else person(found.who),
        "samples": [shown(path) for path in found.samples],
        "state": "open" if kept.open else "dismissed",
        "held": answer.held,
        "last_clean_at": answer.last_clean_at and moment_text(answer.last_clean_at),
        "playbook": answer.playbook or None,
        "run": answer.run_id or None,
        "dismissed_by": (kept.dismissed_by and name_of(kept.dismissed_by)) or None,
        "dismissed_at": kept.dismissed_at and moment_text(kept.dismissed_at),
        "why": kept.dismissed_why or None,
    }
