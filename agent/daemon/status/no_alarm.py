"""What `status` and `doctor` say of watched paths whose changes are no alarm, and since when."""

from collections.abc import Iterator
from datetime import datetime

from agent.config.model import Alert
from agent.daemon.app import App
from agent.daemon.status.items import Item
from agent.daemon.work.integrity.stored_events import reading_newest
from agent.files.names import path_bytes, shown
from agent.integrity.errors import EventsChangedError, EventsReadError
from texts.moments import show_moment
from wire.text import N_
from wire.verdicts import CheckVerdict


def no_alarm_items(app: App) -> Iterator[Item]:
    """That it is so, the configuration says; since when, what is stored, if that can be read."""
    quiet = [path_bytes(one.path) for one in app.config.integrity if one.alert is Alert.ATTACKS]
    since = _since(app) if quiet else {}
    for path in quiet:
        at = since.get(path)
        known: dict[str, object] = {"path": shown(path), "at": show_moment(at)}
        if at is None:
            message = N_("{path}: only attacks are an alarm (alert: attacks); changes are stored.")
        else:
            message = N_(
                "{path}: only attacks are an alarm (alert: attacks), since {at} at the latest;"
                " changes are stored."
            )
        yield Item(f"watching.alert.{shown(path)}", CheckVerdict.PASS, message, known)


def _since(app: App) -> dict[bytes, datetime]:
    """Nothing where it cannot be read: the item of the events says why."""
    try:
        with reading_newest(app) as reader:
            return {} if reader is None else reader.state().at_work
    except (EventsChangedError, EventsReadError):
        return {}
