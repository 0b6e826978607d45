"""`lachan-agent integrity watch`: tells changes as they happen; the daemon runs it as a child."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

import click
import msgspec

from agent.cli.options import Options
from agent.daemon.app import open_app
from agent.daemon.pipe_words import EVIDENCE, LIFE
from agent.daemon.work.integrity.live_wishes import Wishes
from agent.errors import BusyError
from agent.integrity.errors import AlreadyWatchedError
from agent.integrity.events.event import Event
from agent.integrity.live.limit import Limit
from agent.integrity.ransom.suspicion import Suspicion
from texts.catalogue import tr
from texts.shell import note, say
from wire.errors import GOOD, INTERRUPTED
from wire.text import N_


@click.command("watch", help=N_("Tell what changes while it happens, until Ctrl-C."))
@click.option("--nudge", is_flag=True, hidden=True)
@click.option("--look", is_flag=True, hidden=True)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def command(options: Options, paths: tuple[Path, ...], *, nudge: bool, look: bool) -> int:
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    from agent.daemon.work.integrity import live_job

    app = open_app(options.home)
    try:
        if look:
            live_job.look_at(app, paths)
            return GOOD
        ended = _Ended(os.getppid() if nudge else None)
        live_job.watch(app, _nudging(ended) if nudge else _telling(options, ended))
    except BusyError as error:
        raise AlreadyWatchedError(**error.parameters) from error
    finally:
        app.close()
    return INTERRUPTED if ended.by is signal.SIGINT else GOOD


def _telling(options: Options, ended: "_Ended") -> Wishes:
    """For a person at a terminal, or a program that reads lines."""
    if options.json:
        return Wishes(ended=ended, show=_show_json, alarm=_alarm_json, wake_by=ended.wake_by)
    return Wishes(ended=ended, show=_show, alarm=_alarm, ready=_ready, wake_by=ended.wake_by)


def _nudging(ended: "_Ended") -> Wishes:
    """For the daemon: bytes on its pipe, for evidence and for life; it ends with the daemon."""

    def say_there_is(what: bytes) -> None:
        try:
            os.write(sys.stdout.fileno(), what)
        except BlockingIOError:  # it has not come to read the last ones
            pass
        except BrokenPipeError:
            ended.end()

    os.set_blocking(sys.stdout.fileno(), False)
    return Wishes(
        ended=ended,
        nudge=lambda: say_there_is(EVIDENCE),
        alive=lambda: say_there_is(LIFE),
        wake_by=ended.wake_by,
    )


class _Ended:
    """Whether it is enough: a signal came, or the parent is gone."""

    def __init__(self, parent: int | None = None) -> None:
        self._parent = parent
        self._asked = False
        self.by: signal.Signals | None = None
        self._wake: Callable[[], None] = lambda: None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)

    def __call__(self) -> bool:
        return self._asked or (self._parent is not None and os.getppid() != self._parent)

    def wake_by(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def end(self) -> None:
        self._asked = True
        with suppress(OSError):  # it has ended by itself
            self._wake()

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        self.by = signal.Signals(number)
        self.end()


def _ready(limits: Sequence[Limit]) -> None:
    say(tr(N_("Watching; end with Ctrl-C.")))
    sys.stdout.flush()
    for limit in limits:
        note(limit.says)


def _alarm(found: Suspicion) -> None:
    from agent.cli.integrity.suspicion_words import alarm

    for line in alarm(found):
        say(line)
    sys.stdout.flush()


def _alarm_json(found: Suspicion) -> None:
    from agent.cli.integrity.suspicion_words import alarm_entry

    say(msgspec.json.encode(alarm_entry(found)).decode())
    sys.stdout.flush()


def _show_json(events: Sequence[Event]) -> None:
    from agent.cli.integrity.events_documents import entry

    for event in events:
        say(msgspec.json.encode(entry(event)).decode())  # one line each
    sys.stdout.flush()


def _show(events: Sequence[Event]) -> None:
    from agent.cli.integrity.events_words import by_whom, explained, what, when, where

    for event in events:
        words = (when(event), what(event), where(event), by_whom(event), explained(event))
        say("  ".join(word for word in words if word))
    sys.stdout.flush()
