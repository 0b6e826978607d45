"""`lachan-agent check`: look at this host, and say what to mend first."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from agent.checks.model import Finding
from agent.cli.check import changes as check_changes
from agent.cli.check import explain as check_explain
from agent.cli.check import view as check_view
from agent.cli.check.choice import Request
from agent.cli.check.document import check_document
from agent.cli.check.look import Looked, look
from agent.cli.options import Options
from texts.catalogue import tr
from texts.shell import emit_json, note
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import CheckVerdict

_ROOT = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(help=N_("Check this host against its level."))
@click.option(
    "--only", multiple=True, metavar="ID", help=N_("Only this check, area (sshd) or group of rows.")
)
@click.option("--failed", is_flag=True, help=N_("Show only what is not fulfilled."))
@click.option("--level", type=click.IntRange(1, 5), help=N_("Judge as this level of ND331."))
@click.option("--explain", metavar="ID", help=N_("Everything about one check."))
@click.option("--fresh", is_flag=True, help=N_("Collect slow facts now (takes minutes)."))
@click.option(
    "--root", type=_ROOT, metavar="DIR", help=N_("Judge the mounted or restored system below DIR.")
)
@click.option("--all", "everything", is_flag=True, help=N_("Show everything, also what is good."))
@click.pass_obj
def command(options: Options, /, **words: Any) -> int:  # noqa: ANN401 - as Request names them
    request = Request(**words)
    looked = look(options.home, request)
    if options.json:
        emit_json(check_document(looked, shown(looked, request), exit_code(looked.findings)))
    elif request.explain is not None:
        check_explain.show(looked.findings[0], looked)
    else:
        _show(looked, request)
    if looked.unrecorded:
        note(tr(looked.unrecorded))
    return exit_code(looked.findings)


def _show(looked: Looked, request: Request) -> None:
    check_view.show(shown(looked, request), looked.rows, everything=request.everything)
    check_changes.show(looked.changes, looked.rows)
    check_view.show_sums(looked.findings, looked.rows)
    check_view.show_scores(looked.scores)


def shown(looked: Looked, request: Request) -> tuple[Finding, ...]:
    """What is listed; sums and exit code count everything that was looked at."""
    if not request.failed:
        return looked.findings
    return tuple(one for one in looked.findings if one.verdict is CheckVerdict.FAIL)


def exit_code(findings: Sequence[Finding]) -> int:
    """1 wins over 2: a known fault is more pressing than an unknown."""
    verdicts = {finding.verdict for finding in findings}
    if CheckVerdict.FAIL in verdicts:
        return WRONG
    return UNDECIDED if CheckVerdict.UNKNOWN in verdicts else GOOD
