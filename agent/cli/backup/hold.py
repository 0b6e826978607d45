"""`lachan-agent backup hold` and `release`: old points stay until two people let them go."""

from typing import Any

import click

from agent.backup.retention.holds import ALL, LEAVE_COUNTS_FOR, WISH_COUNTS_FOR
from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon.app import App, open_app
from agent.daemon.parentage import believed
from agent.daemon.people import caller, name_of
from agent.daemon.work.backup import holding_job
from agent.daemon.work.backup.holding_job import BY_ORDER, Standing
from texts.catalogue import tr
from texts.moments import show_moment
from texts.shell import emit_json, note, say
from wire.errors import GOOD
from wire.text import N_

_SCHEMA = "lachan.backup-hold/1"


@click.command(
    "hold", help=N_("Keep every old point at every site, from now on, until two people release it.")
)
@click.option(
    "--reason", default="", metavar="TEXT", help=N_("Why; it is kept here and goes nowhere.")
)
@click.option("--order", "order_id", default="", hidden=True)
@click.pass_obj
def hold_command(options: Options, reason: str, order_id: str) -> int:
    ordered = bool(order_id) and believed(options.home, BY_ORDER) == BY_ORDER
    app = open_app(options.home)
    try:
        holding_job.place(app, caller(), reason, order_id if ordered else "")
        unheard = holding_job.spread(app)
        found = holding_job.standing(app)
        if options.json:
            emit_json(_document(app, found, unheard=unheard))
        else:
            say(tr(N_("Old points are held at all sites. Two people can release them:")))
            say("lachan-agent backup release")
            _print_unheard(unheard)
    finally:
        app.close()
    return GOOD


def _print_unheard(sites: tuple[str, ...]) -> None:
    for site in sites:
        words = N_(
            "Site {site} could not be reached: its maintenance host does not know yet. "
            "The next backup, verification or retention tries again."
        )
        note(tr(words, site=site))


@click.command(
    "release",
    help=N_("Ask that held points may go again; it counts once a second person asks, too."),
)
@click.option(
    "--make-room",
    "site",
    default=ALL,
    metavar="SITE",
    help=N_("Keep the hold, but let retention work once at this site: a backup needs the room."),
)
@click.pass_obj
def release_command(options: Options, site: str) -> int:
    app = open_app(options.home)
    try:
        released = holding_job.release(app, caller(), site)
        found = holding_job.standing(app)
        if options.json:
            emit_json(_document(app, found, released=bool(released.people)))
        else:
            _print_release(site, released.people)
    finally:
        app.close()
    return GOOD


def _print_release(site: str, people: tuple[str, ...]) -> None:
    names = ", ".join(name_of(person) for person in people)
    hours = int((LEAVE_COUNTS_FOR if people else WISH_COUNTS_FOR).total_seconds() // 3600)
    if not people:
        words = N_(
            "Recorded. A second person must run the same within {hours} h, by another login."
        )
        say(tr(words, hours=hours))
    elif site:
        words = N_("Agreed by {names}: within {hours} h retention may make room once at {site}.")
        say(tr(words, names=names, hours=hours, site=site))
    else:
        say(tr(N_("Released by {names}: retention goes on."), names=names))


def show_standing(found: Standing) -> None:
    """What is held, below the state of the datasets."""
    for hold in found.holds:
        words = N_("Old points are held since {at} by {who}. {reason}")
        at, who = show_moment(hold.placed_at), name_of(hold.placed_by)
        say(tr(words, at=at, who=who, reason=hold.reason).rstrip())
    for wish in found.wishes:
        words = N_("{who} asked for a release at {at}; a second person is needed.")
        note(tr(words, who=name_of(wish.person), at=show_moment(wish.wished_at)))


def holds_document(found: Standing) -> list[dict[str, Any]]:
    return [
        {"id": hold.id, "placed_at": hold.placed_at, "by": hold.placed_by, "reason": hold.reason}
        for hold in found.holds
    ]


def _document(
    app: App, found: Standing, *, released: bool = False, unheard: tuple[str, ...] = ()
) -> dict[str, Any]:
    wishes = [
        {"site": wish.scope, "by": wish.person, "at": wish.wished_at} for wish in found.wishes
    ]
    fields: dict[str, Any] = {"holds": holds_document(found), "asked": wishes, "released": released}
    fields["unheard"] = unheard
    return document(_SCHEMA, app.clock.now(), **fields)
