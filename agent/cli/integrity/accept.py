"""`lachan-agent integrity accept`: approve what a scan has shown, or a part of it."""

import os
from pathlib import Path
from typing import Any

import click

from agent.cli.documents import document
from agent.cli.integrity.documents import baseline_code, wish_document
from agent.cli.options import Options
from agent.daemon.app import App, open_app
from agent.daemon.people import name_of
from agent.daemon.work.integrity import accept_job
from agent.daemon.work.integrity.accept_job import Accepted
from agent.files.names import path_bytes, shown
from agent.integrity.wishes import Part, Wish
from texts.catalogue import tr
from texts.moments import show_count, show_moment
from texts.shell import emit_json, progress, say
from wire.errors import GOOD
from wire.heads import Chain, paper_head
from wire.text import N_

_SCHEMA = "lachan.integrity-accept/1"


@click.command("accept", help=N_("Approve the changes that a scan has shown under CODE."))
@click.argument("code")
@click.option(
    "--only",
    "only",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help=N_("Only what lies there; the rest stays unexplained. May be repeated."),
)
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help=N_("Only what this event tells, with all that is folded into it. May be repeated."),
)
@click.pass_obj
def command(options: Options, code: str, only: tuple[Path, ...], events: tuple[int, ...]) -> int:
    code = shown(os.fsencode(code))  # whatever was typed
    part = Part(tuple(path_bytes(path) for path in only), events)
    app = open_app(options.home)
    try:
        with progress(tr(N_("Looking at files"))) as advance:
            accepted = accept_job.accept(app, code, part, progress=advance)
        if options.json:
            emit_json(_document(app, accepted))
        else:
            _show(accepted)
    finally:
        app.close()
    return baseline_code([accepted.baselined]) if accepted.baselined else GOOD


def _show(accepted: Accepted) -> None:
    path = shown(path_bytes(accepted.watched.path) or b"/")
    if accepted.wish is not None:
        words = N_(
            "Recorded: {n} changes of {path}. A second person must run the same by {until}, by"
            " another login; if files change again before that, both must look again."
        )
        until = show_moment(accepted.wish.until)
        say(tr(words, n=show_count(accepted.changes), path=path, until=until))
        return
    people = ", ".join(map(name_of, accepted.people))
    words = N_("{path}: {n} changes approved by {people}. They are the baseline now.")
    say(tr(words, path=path, n=show_count(accepted.changes), people=people))
    if accepted.left:
        say(tr(N_("{n} other changes stay unexplained."), n=show_count(accepted.left)))
    head = _head(accepted)
    if head:
        say(tr(N_("New head of the baselines, for your paper: {head}"), head=head))


def show_wishes(wishes: tuple[Wish, ...]) -> None:
    """Below a scan: who has approved this set so far."""
    for wish in wishes:
        words = N_("{who} approved this at {at}; a second person is needed by {until}.")
        at, until = show_moment(wish.wished_at), show_moment(wish.until)
        say(tr(words, who=name_of(wish.person), at=at, until=until))
        for path in wish.part.only:
            say(f"  --only {shown(path)}")
        for number in wish.part.events:
            say(f"  --event {number}")


def _document(app: App, accepted: Accepted) -> dict[str, Any]:
    return document(
        _SCHEMA,
        app.clock.now(),
        path=shown(path_bytes(accepted.watched.path) or b"/"),
        accepted=accepted.wish is None,
        changes=accepted.changes,
        left=accepted.left,
        people=accepted.people,
        asked=[wish_document(accepted.wish)] if accepted.wish else [],
        head=_head(accepted),
    )


def _head(accepted: Accepted) -> str:
    baseline = accepted.baselined.taken.baseline if accepted.baselined else None
    if baseline is None or baseline.facts is None:
        return ""
    return str(paper_head(Chain.BASELINES, baseline.facts.number, baseline.root))
