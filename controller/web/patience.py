"""How long a connection may take to say what it wants, and how many one network may hold.

uvicorn waits for ever for the first byte of a request and for its last one; a few hundred silent
connections would keep everybody else out.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

from controller.web.caller import network_of

HEAD_S = 20.0  # until the line and the headers of a request are there
WHOLE_S = 150.0  # until its body is: 8 MiB at half a megabit a second
PER_NETWORK = 200  # connections; a whole province may sit behind one address


class PatientProtocol(H11Protocol):
    """uvicorn's protocol with an end to its patience."""

    _deadline: asyncio.TimerHandle | None = None
    _waits_for_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        own = _network(self)
        same = sum(
            isinstance(each, H11Protocol) and _network(each) == own for each in self.connections
        )
        if same > PER_NETWORK:
            transport.abort()
            return
        self._look_at_the_clock()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look_at_the_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        self._be_patient()
        super().connection_lost(exc)

    def _look_at_the_clock(self) -> None:
        """Begin to count when a request begins; bytes that trickle in do not begin it anew."""
        state = repr(self.conn.their_state)  # a sentinel of h11, uvicorn's own library
        if state not in ("IDLE", "SEND_BODY"):
            self._be_patient()
        elif self._deadline is None or self._waits_for_head is not (state == "IDLE"):
            self._be_patient()
            self._waits_for_head = state == "IDLE"
            seconds = HEAD_S if self._waits_for_head else WHOLE_S
            self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _be_patient(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _network(connection: H11Protocol) -> str:
    return network_of(connection.client[0]) if connection.client else ""
