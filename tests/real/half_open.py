"""A proxy on loopback that forwards until it is told to fall silent, or to hang up."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

_BLOCK_BYTES = 65536
_LOOK_S = 0.05


@dataclass
class Proxy:
    """Guards its connections. Silent, it keeps them open and takes new ones, and says nothing."""

    target: tuple[str, int]
    listening: socket.socket
    bytes_per_s: float = 1e12
    forwarded: int = 0
    _silent: threading.Event = field(default_factory=threading.Event)
    _down: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.listening.getsockname()[1])

    def fall_silent(self) -> None:
        self._silent.set()

    def hang_up(self) -> None:
        """Ends what is open and takes nothing new."""
        self._down.set()

    def come_back(self) -> None:
        """What was open before stays dead: a network that was away has forgotten it."""
        self._silent.clear()
        self._down.clear()

    def end(self) -> None:
        self._ended.set()

    def serve(self) -> None:
        self.listening.settimeout(_LOOK_S)
        while not self._ended.is_set():
            try:
                near, _ = self.listening.accept()
            except TimeoutError:
                continue
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near:
            if self._down.is_set():
                return
            if self._silent.is_set():
                self._ended.wait()  # for ever: a connection that began in the silence is lost
                return
            with contextlib.suppress(OSError), socket.create_connection(self.target) as far:
                self._pump(near, far)

    def _pump(self, near: socket.socket, far: socket.socket) -> None:
        while not self._ended.is_set() and not self._down.is_set():
            ready, _, _ = select.select((near, far), (), (), _LOOK_S)
            if self._silent.is_set():
                self._ended.wait()
                return
            for one in ready:
                block = one.recv(_BLOCK_BYTES)
                if not block:
                    return
                (far if one is near else near).sendall(block)
                self.forwarded += len(block)
                if one is near:
                    self._ended.wait(len(block) / self.bytes_per_s)


@contextlib.contextmanager
def proxy(host: str, port: int = 0, *, bytes_per_s: float = 1e12) -> Iterator[Proxy]:
    """In front of `host` and `port`, which may also be set later (`target`)."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        one = Proxy((host, port), listening, bytes_per_s)
        server = threading.Thread(target=one.serve, daemon=True)
        server.start()
        yield one
        one.end()
        server.join()
