"""Mails what is wrong while nobody else watches over this host."""

import contextlib
import contextvars
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from agent.backup.remedies import OTHER_HINTS
from agent.config.hours import within
from agent.config.notify import Notify
from agent.daemon.app import App
from agent.daemon.work.notify_watch import controller_away_since, troubles, watched_names
from agent.notify import decide, retry
from agent.notify.decide import Letter, Told
from agent.notify.errors import NotSentError
from agent.notify.memory import MailMemory, open_mail_memory
from agent.notify.trouble import Host, Kind, Trouble
from agent.restic.errors import HINTS
from agent.uplink.identity import host_code
from texts.catalogue import use

if TYPE_CHECKING:
    from agent.notify.compose import Envelope, Writer

log = logging.getLogger("lachan.agent")


def watch_and_mail(app: App) -> None:
    """Look once, and send the mail that is due, if one is."""
    notify = app.config.notify
    if notify is None:
        return
    with contextlib.closing(open_mail_memory(app.home, app.clock)) as memory:
        now = app.clock.now()
        before = memory.told()
        told = _look(app, memory, before, now)
        if told != before:
            memory.keep_told(told)
        said = decide.letter(told)
        if said is None or _waits(app, said, now):
            return
        if retry.may_try(memory.post(), now):
            _send(app, notify, memory, said)


def _waits(app: App, said: Letter, now: datetime) -> bool:
    """In quiet hours it stays owed; an attack is mailed at once, with all else that is owed."""
    hours = app.config.quiet_hours
    return bool(hours) and within(hours, now.astimezone()) and not decide.is_urgent(said)


def send_trial(app: App, notify: Notify) -> int:
    """Send a mail that only shows that mails arrive; how many receivers were refused.

    Raises:
        NotSentError: it has not left this host.
    """
    from agent.notify import compose, post

    raw = _written(notify, lambda: compose.trial(_writer(app), _envelope(app, notify)))
    return post.send(notify, raw)


def _look(app: App, memory: MailMemory, before: dict[str, Told], now: datetime) -> dict[str, Told]:
    """What could not be looked at stands as it stood."""
    since = memory.known_since(watched_names(app), now)
    if app.joined and controller_away_since(app, since, now) is None:
        ours = {name: told for name, told in before.items() if _is_about_controller(told)}
        return decide.look(ours, (), now)
    found = troubles(app, since, now)
    if found is None:
        standing = [told.trouble for told in before.values() if told.over_at is None]
        found = [*standing, Trouble(Kind.COULD_NOT_WATCH)]
    return decide.look(before, found, now)


def _is_about_controller(told: Told) -> bool:
    """It watches again: everything else is told there from now on."""
    return told.trouble.kind is Kind.CONTROLLER_AWAY


def _send(app: App, notify: Notify, memory: MailMemory, said: Letter) -> None:
    """What cannot be sent stays owed, and is tried again."""
    from agent.notify import compose, post  # a host in order holds neither in memory

    raw = _written(notify, lambda: compose.mail(_writer(app), said, _envelope(app, notify)))
    try:
        refused = post.send(notify, raw)
    except NotSentError as error:
        memory.keep_post(retry.failed(memory.post(), error.code, app.clock.now()))
        log.warning("a mail could not be sent (%s); it is tried again", error.code)
        return
    now = app.clock.now()
    memory.keep_told(decide.sent(memory.told(), said, now))
    memory.keep_post(retry.succeeded(refused, now))
    log.info("a mail was sent: %d wrong, %d good again", len(said.wrong), len(said.good))


def _writer(app: App) -> "Writer":
    from agent.notify.compose import Writer

    return Writer(Host(app.config.facility, host_code()), {**OTHER_HINTS, **HINTS})


def _envelope(app: App, notify: Notify) -> "Envelope":
    from agent.notify.compose import Envelope

    unique = app.entropy(16).hex()
    return Envelope(notify.from_address, notify.receivers, app.clock.now(), unique)


def _written(notify: Notify, write: Callable[[], bytes]) -> bytes:
    """In the receivers' language, whatever this process speaks."""

    def speak_and_write() -> bytes:
        use(notify.language)
        return write()

    return contextvars.copy_context().run(speak_and_write)
