"""Sends evidence as soon as the watching process says that there is some.

The scheduled round does the same every quarter of a minute; here a connection is kept, so that a
change is at the controller within a second.
"""

import logging
import threading
from contextlib import suppress

from agent.daemon.app import App
from agent.state.lock import hold
from agent.uplink.link import Link
from agent.uplink.sending import send_all
from wire.errors import LachanError

_LOCK_S = 60.0
_IDLE_S = 60.0  # then the connection is closed
_REST_S = 15.0  # after a failure: the scheduled round tries, too
log = logging.getLogger("lachan.agent")


class NudgedSending:
    """One thread; nudges that come while it sends are one nudge."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._nudges = threading.Event()
        self._stopping = threading.Event()
        self._link: Link | None = None
        self._thread = threading.Thread(target=self._work, name="nudged", daemon=True)

    def start(self) -> None:
        if self._app.joined:
            self._thread.start()

    def nudge(self) -> None:
        self._nudges.set()

    def stop(self) -> None:
        self._stopping.set()
        self._nudges.set()
        with suppress(RuntimeError):  # it was never started
            self._thread.join(_LOCK_S)

    def _work(self) -> None:
        while not self._stopping.is_set():
            if not self._nudges.wait(_IDLE_S):
                self._close()
                continue
            self._nudges.clear()
            if not self._stopping.is_set():
                self._send()
        self._close()

    def _send(self) -> None:
        try:
            if self._link is None:
                self._link = self._app.link()
            with hold(self._app.home, "send", wait_s=_LOCK_S, clock=self._app.clock):
                send_all(self._link)
        except LachanError as error:  # everything still waits; the scheduled round says more
            log.info("evidence waits: %s", error)
            self._rest()
        except Exception:  # a fault here must not end the sending
            log.exception("sending at a nudge")
            self._rest()

    def _rest(self) -> None:
        self._close()
        self._stopping.wait(_REST_S)

    def _close(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None
