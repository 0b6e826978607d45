"""`lachan-agent outbox`: what is sealed here, what waits, and sending it now."""

from dataclasses import asdict

import click

from agent.cli.documents import document, moment_text
from agent.cli.options import Options
from agent.daemon.app import open_app
from agent.daemon.reporting import send_evidence
from agent.uplink.sending import Sent
from texts.catalogue import tr
from texts.moments import show_moment
from texts.shell import emit_json, note, progress, say, table
from wire.chain import digest
from wire.errors import GOOD, WRONG
from wire.text import N_

_MOST_LISTED = 10_000


@click.group(
    invoke_without_command=True,
    help=N_("The signed evidence that waits here for the controller."),
)
@click.pass_context
def command(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(show)


@command.command(help=N_("How much waits, since when, and the head of the chain."))
@click.pass_obj
def show(options: Options) -> int:
    app = open_app(options.home)
    backlog, head = app.outbox.backlog(), app.outbox.head()
    if options.json:
        oldest = moment_text(backlog.oldest_at) if backlog.oldest_at else None
        emit_json(
            document(
                "lachan.outbox/1",
                app.clock.now(),
                waiting=backlog.count,
                oldest_at=oldest,
                head=asdict(head),
            )
        )
    else:
        say(
            tr(
                N_("Waiting: {count}, oldest {at}"),
                count=backlog.count,
                at=show_moment(backlog.oldest_at),
            )
        )
        say(
            tr(
                N_("Head of chain {incarnation}: {sequence} {digest}"),
                **asdict(head),
            )
        )
    app.close()
    return GOOD


@command.command("list", help=N_("The newest envelopes, newest first."))
@click.option(
    "--number", type=click.IntRange(1, _MOST_LISTED), default=20, help=N_("How many to list.")
)
@click.pass_obj
def list_envelopes(options: Options, number: int) -> int:
    app = open_app(options.home)
    rows = app.outbox.recent(number)
    if options.json:
        listed = [
            {
                "incarnation": row.incarnation,
                "sequence": row.sequence,
                "kind": row.kind,
                "digest": digest(row.raw),
                "sealed_at": moment_text(row.sealed_at),
                "log_index": row.log_index,
            }
            for row in rows
        ]
        emit_json(document("lachan.outbox/1", app.clock.now(), envelopes=listed))
    else:
        heads = [tr(N_("sequence")), tr(N_("kind")), tr(N_("sealed")), tr(N_("in the log at"))]
        table(
            heads,
            [
                [str(row.sequence), row.kind, show_moment(row.sealed_at), _index(row.log_index)]
                for row in rows
            ],
        )
    app.close()
    return GOOD


@command.command(help=N_("Send now what waits."))
@click.pass_obj
def send(options: Options) -> int:
    app = open_app(options.home)
    with progress(tr(N_("Sending evidence"))):
        sent = send_evidence(app)
    if options.json:
        emit_json(document("lachan.outbox/1", app.clock.now(), **asdict(sent)))
    else:
        _say_sent(sent)
    app.close()
    return WRONG if sent.refused or sent.mended else GOOD


def _say_sent(sent: Sent) -> None:
    say(tr(N_("Sent {sent}, waiting {waiting}."), sent=sent.acknowledged, waiting=sent.waiting))
    if sent.refused:
        say(tr(N_("The controller refused: {codes}."), codes=", ".join(sent.refused)))
        _advise(N_("Ask the province's administrator; show `lachan-agent outbox`."))
    if sent.mended:
        message = N_("{count} statements were changed on this host's disk; tombstones say so.")
        say(tr(message, count=sent.mended))
        _advise(N_("Find out who or what writes to the state folder; the disk may be failing."))


def _advise(hint: str) -> None:
    note(tr(N_("What to do: {hint}"), hint=tr(hint)))


def _index(index: int | None) -> str:
    return tr(N_("waits")) if index is None else str(index)
