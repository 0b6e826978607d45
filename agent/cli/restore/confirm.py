"""Asks a person to type a name before very much is restored; a script says how much it expects."""

import click

from agent.backup.errors import NotConfirmedError, OtherNameTypedError
from agent.backup.restore.folding import folded
from agent.daemon.work.restore.restore_plan import Plan
from texts.catalogue import tr
from texts.moments import show_count
from texts.shell import harmless
from wire.text import N_

ASKED_ABOVE = 100  # files


def demand(plan: Plan, up_to: int | None, *, on_terminal: bool) -> None:
    """Let a restore pass, or stop it.

    Raises:
        NotConfirmedError: it is more than 100 files, and nobody has said yes.
        OtherNameTypedError: somebody was asked, and typed another name.
    """
    files = plan.listing.counted.files
    if up_to is not None and files <= up_to:
        return
    if up_to is None and files <= ASKED_ABOVE:
        return
    if up_to is not None or not on_terminal:
        raise NotConfirmedError(files=files)
    name = name_of(plan)
    prompt = tr(
        N_("{files} files. To go on, type the name {name}"),
        files=show_count(files),
        name=harmless(name),
    )
    typed: str = click.prompt(prompt, err=True, default="", show_default=False)
    if folded(typed.strip()) != folded(name):  # a console may have no accents to type
        raise OtherNameTypedError(name=name)


def name_of(plan: Plan) -> str:
    """The folder's name, or the dataset's when all of it comes back."""
    if plan.listing.inner == b"/" or plan.goal.live is None:
        return plan.dataset.name
    return plan.goal.live.name
