"""The way through a mail server: TLS that is verified, and the password out of its own file."""

import contextlib
import smtplib
import socket
import ssl
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.config.notify import Security, Smtp
from agent.notify.errors import (
    BadCertificateError,
    LoginRefusedError,
    NoEncryptionError,
    NoPasswordError,
    NotSentError,
    ReceiverRefusedError,
    UnreachableMailError,
)
from wire.text import N_

TIMEOUT_S = 20.0  # of each step
_PASSWORD_BYTES = 4096
_OTHERS = 0o077
_EMPTY, _NOT_ASCII = N_("the file is empty"), N_("it holds other characters than ASCII")
_READABLE, _NO_TEXT = N_("others may read it"), N_("it holds no text")


def send(smtp: Smtp, sender: str, receivers: Sequence[str], mail: bytes) -> int:
    """Hand a mail over; how many receivers the server refused while it took others.

    Raises:
        NotSentError: the server has not taken it for anybody.
    """
    with session(smtp) as server, _told(smtp):
        return len(server.sendmail(sender, list(receivers), mail))


@contextlib.contextmanager
def session(smtp: Smtp) -> Iterator[smtplib.SMTP]:
    """A server that has proved who it is and has let us in.

    Raises:
        NotSentError: there is no such server, or it may not be trusted, or it refuses us.
    """
    password = _password(smtp)
    with contextlib.ExitStack() as opened:
        with _told(smtp):
            server = opened.enter_context(_open(smtp))
            if smtp.security is Security.STARTTLS:
                server.starttls(context=_context(smtp))
            if smtp.user:
                server.login(smtp.user, password)
        yield server


def _open(smtp: Smtp) -> smtplib.SMTP:
    name = socket.gethostname()  # asks nobody; smtplib's own default asks the name servers
    host = smtp.host.strip("[]")
    if smtp.security is Security.TLS:
        return smtplib.SMTP_SSL(
            host, smtp.port, local_hostname=name, timeout=TIMEOUT_S, context=_context(smtp)
        )
    return smtplib.SMTP(host, smtp.port, local_hostname=name, timeout=TIMEOUT_S)


def _context(smtp: Smtp) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(smtp.ca_file) if smtp.ca_file else None)


@contextlib.contextmanager
def _told(smtp: Smtp) -> Iterator[None]:
    """Each way to fail under its own name; of the server's words only the number is kept."""
    place = {"server": f"{smtp.host}:{smtp.port}"}
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise LoginRefusedError(**place, answer=error.smtp_code) from error
    except smtplib.SMTPNotSupportedError as error:
        kind = NoEncryptionError if smtp.security is Security.STARTTLS else LoginRefusedError
        raise kind(**place, answer="-") from error
    except smtplib.SMTPRecipientsRefused as error:
        answer = next(iter(error.recipients.values()), (0, b""))[0]
        raise ReceiverRefusedError(**place, answer=answer) from error
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError) as error:
        raise UnreachableMailError(**place, answer=type(error).__name__) from error
    except smtplib.SMTPResponseException as error:
        raise NotSentError(**place, answer=error.smtp_code) from error
    except (ssl.SSLError, ssl.CertificateError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        raise BadCertificateError(**place, answer=reason) from error
    except (smtplib.SMTPException, UnicodeError, ValueError) as error:
        raise NotSentError(**place, answer=type(error).__name__) from error
    except OSError as error:
        raise UnreachableMailError(**place, answer=error.strerror or "OSError") from error


def _password(smtp: Smtp) -> str:
    """The file's text without its line end; never in a message.

    Raises:
        NoPasswordError: it cannot be read, is empty, or others may read it.
    """
    if smtp.password_file is None:
        return ""
    text = _text_of(smtp.password_file).removesuffix("\n").removesuffix("\r")
    if not text or not text.isascii():
        reason = _EMPTY if not text else _NOT_ASCII
        raise NoPasswordError(file=str(smtp.password_file), reason=reason)
    return text


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            if stat.S_IMODE(file.stat().st_mode) & _OTHERS:
                raise NoPasswordError(file=str(file), reason=_READABLE)
            return stream.read(_PASSWORD_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or _NO_TEXT
        raise NoPasswordError(file=str(file), reason=reason) from error
