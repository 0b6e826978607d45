"""`lachan-agent integrity canaries`: our own files under the watched paths, and how they stand."""

from collections.abc import Sequence

import click

from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon.app import open_app
from agent.daemon.work.integrity import suspicion_job
from agent.files.names import shown
from agent.integrity.ransom.canaries import Tended
from texts.catalogue import tr
from texts.shell import emit_json, note, say
from wire.errors import GOOD, WRONG
from wire.text import N_

_SCHEMA = "lachan.integrity-canaries/1"


@click.command("canaries", help=N_("The agent's own files in the watched folders (canaries)."))
@click.option("--now", is_flag=True, help=N_("Make and remove them as agent.yaml says, at once."))
@click.pass_obj
def command(options: Options, *, now: bool) -> int:
    app = open_app(options.home)
    try:
        tended = suspicion_job.tend_now(app) if now else ()
        found = suspicion_job.standing_canaries(app)
        at = app.clock.now()
    finally:
        app.close()
    if options.json:
        listed = [{"path": shown(path), "intact": intact} for path, intact in found]
        emit_json(document(_SCHEMA, at, canaries=listed, troubles=_troubles(tended)))
    else:
        for path, intact in found:
            state = N_("as it was made") if intact else N_("GONE OR CHANGED")
            say(f"{shown(path)}  {tr(state)}")
        if not found:
            say(tr(N_("There are none. Write `canaries: yes` at a watched path in agent.yaml.")))
        for trouble in _troubles(tended):
            note(tr(N_("{path}: none could be made: {why}"), **trouble))
    return GOOD if all(intact for _, intact in found) and not _troubles(tended) else WRONG


def _troubles(tended: Sequence[Tended]) -> list[dict[str, object]]:
    return [{"path": shown(one.watched), "why": tr(one.trouble)} for one in tended if one.trouble]
