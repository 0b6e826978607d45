"""Attacks over the agent's own SSH key: a shell, another command, files, tunnels.

What counts is what comes back: a forced command answers every request by running itself, so a
shell that opens is no shell until it has computed something for us.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.restic import rclone_wire
from agent.sites.attack.attacks import Attack, NotTriedError
from agent.sites.probe.errors import ProbeError
from agent.sites.probe.ssh import Session
from agent.sites.ways.http_exchange import Answered
from wire.verdicts import Cause

if TYPE_CHECKING:
    import paramiko

_COMMAND = "printf 'lachan-%s' $((6*7))"
_COMPUTED = b"lachan-42"
_SFTP_HELLO = bytes((0, 0, 0, 5, 1, 0, 0, 0, 3))  # SSH_FXP_INIT, version 3
_SFTP_VERSION = 2  # SSH_FXP_VERSION
_MOST_BYTES = 64 * 1024
_LISTENS_S = 15.0
_FIRST_WORD_S = 5.0
_PROHIBITED = 1  # SSH_OPEN_ADMINISTRATIVELY_PROHIBITED
_FLOWING = 4096


@dataclass(slots=True)
class SshAttacks:
    """What can be tried on a connection, beside the objects behind it."""

    session: Session

    def attempts(self) -> tuple[tuple[Attack, Callable[[], bool]], ...]:
        return (
            (Attack.SHELL, self._shell),
            (Attack.COMMAND, self._command),
            (Attack.SFTP, self._sftp),
            (Attack.FORWARD, self._forward),
            (Attack.LISTEN, self._listen),
        )

    def _shell(self) -> bool:
        def ask(channel: "paramiko.Channel") -> None:
            channel.invoke_shell()
            channel.sendall(f"{_COMMAND}\nexit\n".encode())

        return _COMPUTED in self._heard(ask)

    def _command(self) -> bool:
        return _COMPUTED in self._heard(lambda channel: channel.exec_command(_COMMAND))

    def _sftp(self) -> bool:
        """A server hangs up without an answer when our end of the channel is closed too early."""
        first: list[bytes] = []

        def ask(channel: "paramiko.Channel") -> None:
            channel.invoke_subsystem("sftp")
            channel.sendall(_SFTP_HELLO)
            channel.settimeout(_FIRST_WORD_S)
            with contextlib.suppress(TimeoutError):  # it may wait for more: then it gets the end
                first.append(channel.recv(len(_SFTP_HELLO)))
            channel.settimeout(_LISTENS_S)

        rest = self._heard(ask)
        heard = b"".join((*first, rest))
        return len(heard) >= len(_SFTP_HELLO) and heard[4] == _SFTP_VERSION

    def _heard(self, ask: Callable[["paramiko.Channel"], None]) -> bytes:
        """What a channel says until it ends; one that is refused says nothing."""
        import paramiko

        try:
            channel = self.session.transport.open_session(timeout=_LISTENS_S)
        except paramiko.ChannelException:
            return b""
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise _hung_up() from error
        with channel:
            channel.settimeout(_LISTENS_S)
            try:
                ask(channel)
                channel.shutdown_write()
            except (paramiko.SSHException, OSError, EOFError) as error:
                self._demand_alive(error)
                return b""  # the server refused the request, and the connection lives
            return self._until_its_end(channel)

    def _until_its_end(self, channel: "paramiko.Channel") -> bytes:
        heard, ends_at = b"", time.monotonic() + _LISTENS_S
        while len(heard) < _MOST_BYTES and _COMPUTED not in heard:
            try:
                piece = channel.recv(_FLOWING)
            except OSError as error:
                raise NotTriedError("NO_ANSWER") from error
            if not piece:
                break
            heard += piece
            if time.monotonic() > ends_at:
                raise NotTriedError("NO_ANSWER")
        if not heard and not channel.exit_status_ready():
            self._demand_alive(None)
        return heard

    def _forward(self) -> bool:
        """A tunnel to the site's own SSH port: opened, or only not answered there, it was let."""
        import paramiko

        there, here = ("127.0.0.1", self.session.caller.port), ("127.0.0.1", 0)
        try:
            channel = self.session.transport.open_channel(
                "direct-tcpip", there, here, timeout=_LISTENS_S
            )
        except paramiko.ChannelException as error:
            return error.code != _PROHIBITED
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise _hung_up() from error
        channel.close()
        return True

    def _listen(self) -> bool:
        import paramiko

        try:
            port = self.session.transport.request_port_forward("127.0.0.1", 0)
        except paramiko.SSHException as error:
            self._demand_alive(error)
            return False
        except (OSError, EOFError) as error:
            raise _hung_up() from error
        self.session.transport.cancel_port_forward("127.0.0.1", port)
        return True

    def _demand_alive(self, error: Exception | None) -> None:
        """A refusal leaves the connection standing; whatever ends it is no refusal."""
        if not self.session.transport.is_active():
            raise _hung_up() from error


@dataclass(slots=True)
class RcloneRequests:
    """restic's REST protocol through the forced command, one request after another."""

    session: Session
    _channel: "paramiko.Channel | None" = None
    _stream: int = field(default=-1)

    def ask(self, method: str, path: str, body: bytes | None) -> Answered:
        try:
            channel = self._opened()
            self._stream += 2
            channel.sendall(rclone_wire.request(self._stream, method, f"/{path}", body))
            answer = rclone_wire.answer(self._stream, self._exactly, channel.sendall)
        except (OSError, EOFError, ValueError, ProbeError) as error:
            raise _hung_up() from error
        if answer.status is None:
            raise NotTriedError("NO_ANSWER")
        return Answered(answer.status, answer.body)

    def _opened(self) -> "paramiko.Channel":
        import paramiko

        if self._channel is None:
            try:
                channel = self.session.transport.open_session(timeout=_LISTENS_S)
                channel.settimeout(_LISTENS_S)
                channel.exec_command("rclone serve restic --stdio")  # the forced command runs
            except paramiko.SSHException as error:
                raise _hung_up() from error
            channel.sendall(rclone_wire.opening())
            self._channel = channel
        return self._channel

    def _exactly(self, size: int) -> bytes:
        raw = b""
        while len(raw) < size:
            piece = self._channel.recv(size - len(raw)) if self._channel else b""
            if not piece:
                raise ValueError("the other end has hung up")
            raw += piece
        return raw


def _hung_up() -> NotTriedError:
    return NotTriedError(Cause.SITE_UNREACHABLE.value)
