"""How the mails of this host go: what was sent last, what waits, why it could not be sent."""

import contextlib
from collections.abc import Iterator

from agent.daemon.app import App
from agent.daemon.status.items import Item
from agent.notify import decide, post
from agent.notify.errors import CODES, NotSentError
from agent.notify.memory import open_mail_memory
from texts.moments import show_moment
from texts.shell import sentence_of
from wire.text import N_
from wire.verdicts import CheckVerdict

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN


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
    parameters: dict[str, object] = {
        "at": show_moment(now.sent_at),
        "count": sum(each.over_at is None for each in told.values()),
    }
    message = N_("Mail: last one {at}; troubles that stand: {count}.")
    if now.refused:
        parameters["refused"] = now.refused
        message = N_("Mail: last one {at}, refused for {refused} of its receivers.")
    remedy = N_("Try it: lachan-agent notify test")
    yield Item("notify", UNKNOWN if now.refused or waits else PASS, message, parameters, remedy)


def door_item(app: App) -> Iterator[Item]:
    """For `doctor`: goes to the mail server and comes back without a mail."""
    notify = app.config.notify
    if notify is None:
        return
    try:
        post.try_door(notify)
    except NotSentError as error:
        parameters: dict[str, object] = {"sentence": sentence_of(error)}
        yield Item("mail", FAIL, "{sentence}", {**error.parameters, **parameters}, error.hint)
        return
    yield Item("mail", PASS, N_("The way for mails is open. Try it: lachan-agent notify test"))


def _failing(reason: str, count: int, since: str) -> Item:
    kind = CODES.get(reason, NotSentError)
    message = N_("Mails cannot be sent since {since} ({reason}, {count} attempts); they wait.")
    parameters: dict[str, object] = {"since": since, "reason": reason, "count": count}
    return Item("notify", FAIL, message, parameters, kind.hint)
