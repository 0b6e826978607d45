"""`lachan-agent integrity`: approve a state, find what is different, approve the difference."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from agent.cli import (
    integrity_accept,
    integrity_diff,
    integrity_documents,
    integrity_events,
    integrity_head,
    integrity_view,
    integrity_watch,
)
from agent.cli.options import Options
from agent.daemon.app import App, open_app
from agent.daemon.work import accept_job, integrity_job
from agent.daemon.work.scan_events import known_of
from texts.catalogue import tr
from texts.shell import emit_json, progress
from wire.text import N_

_PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


@click.group(help=N_("Notice what changed in the watched folders."))
def command() -> None:
    pass


@command.command(help=N_("Approve the present state of the watched paths (all, or PATHS)."))
@_PATHS
@click.option("--again", is_flag=True, help=N_("Also where there is a baseline: it is replaced."))
@click.pass_obj
def baseline(options: Options, paths: tuple[Path, ...], *, again: bool) -> int:
    with _app(options) as app, progress(tr(N_("Reading files"))) as advance:
        taken = integrity_job.baseline(app, paths, again=again, progress=advance)
        at = app.clock.now()
    if options.json:
        emit_json(integrity_documents.baseline_document(taken, at))
    else:
        integrity_view.show_baselines(taken)
    return integrity_documents.baseline_code(taken)


@command.command(help=N_("Compare the watched paths (all, or PATHS) with their baselines."))
@_PATHS
@click.option("--all", "everything", is_flag=True, help=N_("List every change."))
@click.pass_obj
def scan(options: Options, paths: tuple[Path, ...], *, everything: bool) -> int:
    with _app(options) as app, progress(tr(N_("Looking at files"))) as advance:
        scans = integrity_job.scan(app, paths, progress=advance)
        asked, at = accept_job.asked(app), app.clock.now()
        known = known_of(app, scans)
    if options.json:
        emit_json(integrity_documents.scan_document(scans, at, asked, known))
    else:
        integrity_view.show_scans(scans, known, everything=everything)
        integrity_accept.show_wishes(asked)
    return integrity_documents.scan_code(scans, known)


@contextmanager
def _app(options: Options) -> Iterator[App]:
    app = open_app(options.home)
    try:
        yield app
    finally:
        app.close()


command.add_command(integrity_accept.accept_command)
command.add_command(integrity_events.command)
command.add_command(integrity_head.head_command)
command.add_command(integrity_diff.command)
command.add_command(integrity_watch.command)
