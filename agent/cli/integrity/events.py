"""`lachan-agent integrity events`: what happened to the watched files, and all about one of it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from agent.cli.integrity import events_documents as documents
from agent.cli.integrity import events_sums as sums_view
from agent.cli.integrity import events_view as view
from agent.cli.integrity import events_why as why_view
from agent.cli.moment_words import meant
from agent.cli.options import Options
from agent.daemon.app import App, open_app
from agent.daemon.work.integrity import events_job
from agent.daemon.work.integrity.events_job import Asked
from agent.daemon.work.integrity.pseudonyms_of import SHORTEST
from agent.integrity.events.event import EventKind
from texts.catalogue import tr
from texts.shell import emit_json, say
from wire.errors import GOOD
from wire.text import N_

_SHOWN, _IN_JSON, _BEFORE_FOLLOWING = 50, 1_000, 10
_KINDS = click.Choice([kind.value for kind in EventKind])


def _pseudonym(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    """As a page shows it, with or without what stands for the rest."""
    text = typed.removesuffix("…").removesuffix("...").lower()
    if text and not SHORTEST.fullmatch(text):
        raise click.BadParameter(tr(N_("a pseudonym begins with p and six signs or more")))
    return text


@click.command(
    "events",
    help=N_("What happened to the watched files: when, what, by whom, and what explains it."),
    epilog=N_("TIME is a moment as in `restore find`: yesterday 15:00, 2 days ago, 21/11/2026."),
)
@click.option("--since", metavar="TIME", help=N_("Only from this time on."))
@click.option("--until", metavar="TIME", help=N_("Only before the end of this time."))
@click.option("--path", type=click.Path(path_type=Path), help=N_("Only this path and below it."))
@click.option("--kind", "kinds", multiple=True, type=_KINDS, help=N_("Only this; repeatable."))
@click.option(
    "--who", default="", help=N_("Only by this account, file share's client, address or program.")
)
@click.option(
    "--pseudonym",
    default="",
    callback=_pseudonym,
    help=N_("Only what the province means by this name, as p1a2b3c4d: its beginning is enough."),
)
@click.option("--unexplained", is_flag=True, help=N_("Only changes that nothing explains."))
@click.option(
    "--open",
    "waiting",
    is_flag=True,
    help=N_("Only what waits for somebody: not explained, and not approved since; open gaps."),
)
@click.option("--gaps", is_flag=True, help=N_("Only times in which nothing was watched."))
@click.option(
    "--after",
    type=click.IntRange(min=0),
    help=N_("Only higher numbers: with --most the next ones."),
)
@click.option("--most", type=click.IntRange(min=1), metavar="N", help=N_("The newest N of them."))
@click.option("--all", "everything", is_flag=True, help=N_("All of them."))
@click.option("--follow", "-f", is_flag=True, help=N_("Go on with what happens from now on."))
@click.option(
    "--sum",
    "by",
    type=click.Choice(list(sums_view.KEYS)),
    help=N_("How many files stand behind each of these, most first, in place of a list."),
)
@click.option("--why", type=click.IntRange(min=1), metavar="N", help=N_("All about event N."))
@click.pass_obj
def command(options: Options, /, **words: Any) -> int:  # noqa: ANN401 - the options above
    if sum(map(bool, (words["why"], words["by"], words["follow"]))) > 1:
        raise click.UsageError(tr(N_("--why, --sum and --follow do not go together.")))
    if words["follow"] and words["waiting"]:
        raise click.UsageError(tr(N_("--open shows what waits now: it does not follow.")))
    app = open_app(options.home)
    try:
        if words["why"] is not None:
            return _why(options, app, words["why"], everything=words["everything"])
        if words["by"] is not None:
            return _sum(options, app, words)
        return (_follow if words["follow"] else _list)(options, app, words)
    finally:
        app.close()


def _why(options: Options, app: App, number: int, *, everything: bool) -> int:
    found = events_job.why(app, number)
    if options.json:
        emit_json(documents.why_document(found, app.clock.now()))
    else:
        why_view.show(found, everything=everything)
    return documents.exit_code([found.event])


def _sum(options: Options, app: App, words: dict[str, Any]) -> int:
    by = words["by"]
    most = None if words["everything"] else words["most"] or sums_view.SHOWN
    found = events_job.sums(app, _asked(app, words, 0), sums_view.KEYS[by])
    if options.json:
        emit_json(sums_view.sums_document(found, by, most, app.clock.now()))
    else:
        sums_view.show(found, by, most)
    return sums_view.exit_code(found)


def _list(options: Options, app: App, words: dict[str, Any]) -> int:
    found = events_job.find(app, _asked(app, words, _IN_JSON if options.json else _SHOWN))
    if options.json:
        emit_json(documents.events_document(found, app.clock.now()))
    elif sys.stdout.isatty() and words["everything"]:
        click.echo_via_pager(f"{line}\n" for line in view.lines(found.events, on_screen=True))
    else:
        view.show(found)
    return documents.exit_code(found.events)


def _follow(options: Options, app: App, words: dict[str, Any]) -> int:
    """Until Ctrl-C; in JSON one line for each event."""
    for events in events_job.follow(app, _asked(app, words, _BEFORE_FOLLOWING)):
        if options.json:
            for event in events:
                say(msgspec.json.encode(documents.entry(event)).decode())
        else:
            view.show_events(events)
        sys.stdout.flush()
    return GOOD


def _asked(app: App, words: dict[str, Any], most: int) -> Asked:
    now = app.clock.now()
    since, until = (meant(words[name], now) for name in ("since", "until"))
    return Asked(
        since=since.first if since else None,
        until=until.last if until else None,
        path=words["path"],
        kinds=_kinds(words["kinds"], gaps=words["gaps"]),
        who=words["who"],
        unexplained=words["unexplained"],
        waiting=words["waiting"],
        pseudonym=words["pseudonym"],
        after=words["after"],
        most=None if words["everything"] else words["most"] or most,
    )


def _kinds(names: Sequence[str], *, gaps: bool) -> frozenset[EventKind]:
    return frozenset([*map(EventKind, names), *([EventKind.GAP] if gaps else [])])
