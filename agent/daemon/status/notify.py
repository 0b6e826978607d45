"""How the mails of this host go: what was sent last, what waits, why it could not be sent."""

import contextlib
from collections.abc import Iterator
from datetime import datetime

from agent.daemon.app import App
from agent.daemon.diary import open_diary
from agent.daemon.jobs import NOTIFY_EVERY, WATCH
from agent.daemon.status.items import Item
from agent.notify import decide, post
from agent.notify.errors import CODES, NotSentError
from agent.notify.memory import open_mail_memory
from texts.moments import show_moment
from texts.shell import sentence_of
from wire.text import N_
from wire.verdicts import CheckVerdict

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
_SILENT_AFTER = 15 * NOTIFY_EVERY


def notify_items(app: App) -> Iterator[Item]:
    """From what is remembered; nobody is asked."""
    if app.config.notify is None:
        if not app.joined and app.config.datasets:
            remedy = N_("Write `notify:` in agent.yaml; `lachan-agent config sample` explains it.")
            message = N_("This agent works alone and mails nobody: see it here only.")
            yield Item("notify", UNKNOWN, message, {}, remedy)
        return
    with contextlib.closing(open_mail_memory(app.home, app.clock)) as memory:
        now, told = memory.post(), memory.told()
    waits = decide.letter(told) is not None
    if now.failures:
        yield _failing(now.reason, now.failures, show_moment(now.failing_since))
        return
    looked_at = _looked_at(app)
    if looked_at is None or app.clock.now() - looked_at > _SILENT_AFTER:
        message = N_("Mails: the watch over the backups looked last: {at}.")
        remedy = N_("It is the daemon's work: lachan-agent run")
        yield Item("notify", UNKNOWN, message, {"at": show_moment(looked_at)}, remedy)
        return
    parameters: dict[str, object] = {
        "at": show_moment(now.sent_at),
        "count": sum(each.over_at is None for each in told.values()),
    }
    message = N_("Last mail: {at}; troubles that stand: {count}.")
    if now.refused:
        parameters["refused"] = now.refused
        message = N_("Last mail: {at}, refused for {refused} of its receivers.")
    remedy = N_("Try it: lachan-agent notify test")
    yield Item("notify", UNKNOWN if now.refused or waits else PASS, message, parameters, remedy)


def _looked_at(app: App) -> datetime | None:
    """When the watch last ended well; whether something is wrong is known since then only."""
    with contextlib.closing(open_diary(app.home, app.clock)) as diary:
        record = diary.record(WATCH)
    return record.succeeded_at if record else None


def door_item(app: App) -> Iterator[Item]:
    """For `doctor`: goes to the mail server and comes back without a mail."""
    notify = app.config.notify
    if notify is None:
        return
    try:
        post.try_door(notify)
    except NotSentError as error:
        told = {**error.parameters, "sentence": sentence_of(error)}
        yield Item("mail", FAIL, "{sentence}", told, error.hint)
        return
    yield Item("mail", PASS, N_("The way for mails is open. Try it: lachan-agent notify test"))


def _failing(reason: str, count: int, since: str) -> Item:
    kind = CODES.get(reason, NotSentError)
    message = N_("Mails cannot be sent since {since} ({reason}, {count} attempts); they wait.")
    parameters: dict[str, object] = {"since": since, "reason": reason, "count": count}
    return Item("notify", FAIL, message, parameters, kind.hint)
