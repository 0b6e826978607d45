"""`lachan-agent notify`: try whether mails from this host arrive."""

import click

from agent.cli.documents import document
from agent.cli.options import Options
from agent.config.notify import Notify
from agent.daemon.app import App, open_app
from agent.daemon.work.notify_job import send_trial
from agent.errors import ConfigurationError
from texts.catalogue import tr
from texts.shell import emit_json, progress, say
from wire.errors import GOOD, WRONG
from wire.text import N_


class NobodyToMailError(ConfigurationError):
    """The configuration names no receiver."""

    message = N_("agent.yaml names nobody who gets mails from this host.")
    hint = N_("Write `notify:` in agent.yaml; `lachan-agent config sample` explains it.")


@click.group(help=N_("Mails of a host that works alone."))
def command() -> None:
    """The word below it does the work."""


@command.command("test", help=N_("Send a mail now that only shows that mails arrive."))
@click.pass_obj
def send_test(options: Options) -> int:
    app = open_app(options.home)
    try:
        notify = _configured(app)
        with progress(tr(N_("Sending"))):
            refused = send_trial(app, notify)
        taken = len(notify.receivers) - refused
        if options.json:
            now = app.clock.now()
            emit_json(document("lachan.notify_test/1", now, sent_to=taken, refused=refused))
        else:
            said = N_("Handed over for {taken} receivers, refused for {refused}. Has it arrived?")
            say(tr(said, taken=taken, refused=refused))
    finally:
        app.close()
    return WRONG if refused else GOOD


def _configured(app: App) -> Notify:
    if app.config.notify is None:
        raise NobodyToMailError
    return app.config.notify
