"""`lachan-agent integrity diff`: what is different inside a small text file, without secrets."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from agent.backup.course import Course
from agent.cli import progress_view
from agent.cli.documents import document, moment_text
from agent.cli.moment_words import meant
from agent.cli.options import Options
from agent.daemon.app import App, open_app
from agent.daemon.work.integrity import diff_job, events_job
from agent.daemon.work.integrity.diff_job import Compared, Side
from agent.files.names import shown
from agent.integrity.diff.lines import Line, Sign
from texts.catalogue import tr
from texts.moments import show_count, show_second
from texts.shell import emit_json, note, on_terminal, say
from wire.errors import GOOD, WRONG
from wire.text import N_
from wire.verdicts import CheckVerdict

_SIDES = {
    diff_job.NOW: N_("as it is now, {at}"),
    diff_job.GONE: N_("it is not there any more, {at}"),
    diff_job.APPROVED: N_("as it was approved, read {at}"),
    diff_job.SEEN: N_("as it was read {at}"),
    diff_job.BACKUP: N_("as it is in the backup of {at} at site {site}"),
}
_COLOURS = {Sign.GONE: "red", Sign.NEW: "green", Sign.ELSEWHERE: "cyan"}


@click.command(
    "diff",
    help=N_(
        "What is different inside the small text file PATH: now against its approved text."
        " Secrets are not shown; equal ones have equal names."
    ),
    epilog=N_("Exit code: 0 the same, 1 different, 2 there is nothing to compare with."),
)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--last", is_flag=True, help=N_("Against the text before its last change."))
@click.option("--event", type=click.IntRange(min=1), metavar="N", help=N_("What event N changed."))
@click.option("--site", default="", metavar="NAME", help=N_("Against the backup at this site."))
@click.option("--at", metavar="TIME", help=N_("Against the backup of this time."))
@click.pass_obj
def command(options: Options, /, **words: Any) -> int:  # noqa: ANN401 - the options above
    if (words["path"] is None) is (words["event"] is None):
        raise click.UsageError(tr(N_("Name either a path or --event N.")))
    app = open_app(options.home)
    try:
        found = _compare(app, words)
        at = app.clock.now()
    finally:
        app.close()
    if options.json:
        emit_json(_document(found, at))
    else:
        _show(found)
    return WRONG if found.difference.lines else GOOD


def _compare(app: App, words: dict[str, Any]) -> Compared:
    if words["event"] is not None:
        return diff_job.of_event(app, events_job.why(app, words["event"]).event)
    if not words["site"] and words["at"] is None:
        return diff_job.against_kept(app, words["path"], last=words["last"])
    span = meant(words["at"], app.clock.now())
    with progress_view.told("auto") as on_progress:
        course = Course(app.clock, on_progress)
        at = span.last if span else None
        return diff_job.against_backup(app, words["path"], words["site"], at, course)


def _show(found: Compared) -> None:
    say(shown(found.path))
    say(f"--- {_side(found.before)}")
    say(f"+++ {_side(found.after)}")
    if not found.difference.lines:
        note(tr(N_("There is no difference.")))
        return
    for line in found.difference.lines:
        say(_coloured(line))
    if found.difference.omitted:
        more = show_count(found.difference.omitted)
        note(tr(N_("… and {n} more lines."), n=more))


def _side(side: Side) -> str:
    return tr(_SIDES[side.what], at=show_second(side.at), site=side.site)


def _coloured(line: Line) -> str:
    words = shown(line.text.expandtabs().encode("utf-8", "surrogateescape"))
    text = f"{line.sign.value}{words}"
    colour = _COLOURS.get(line.sign)
    return click.style(text, fg=colour) if colour and on_terminal() else text


def _document(found: Compared, at: datetime) -> dict[str, Any]:
    verdict = CheckVerdict.FAIL if found.difference.lines else CheckVerdict.PASS
    return document(
        "lachan.diff/1",
        at,
        verdict.value,
        path=shown(found.path),
        before=_side_entry(found.before),
        after=_side_entry(found.after),
        added=found.difference.added,
        removed=found.difference.removed,
        omitted=found.difference.omitted,
        lines=[f"{line.sign.value}{line.text}" for line in found.difference.lines],
    )


def _side_entry(side: Side) -> dict[str, str]:
    site = {"site": side.site} if side.site else {}
    return {"is": side.what, "at": moment_text(side.at), **site}
