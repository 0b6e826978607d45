"""What the schema of `notify` cannot say: addresses, and no password over an open network."""

import re
from collections.abc import Iterator
from ipaddress import ip_address

from agent.config.notify import LANGUAGES, Notify, Security, Smtp
from agent.config.problems import Problem
from texts.catalogue import tr
from wire.text import N_

MOST_RECEIVERS = 20
# No quotes, no spaces, no control characters, and nothing that a program takes for an option.
_ADDRESS = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9._%+=-]{0,63}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*",
    re.ASCII,
)
_SERVER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[?[0-9A-Fa-f:.]{2,45}\]?", re.ASCII)
_HIGHEST_PORT = 65535


def notify_rules(notify: Notify) -> Iterator[Problem]:
    """Every rule that `notify` breaks."""
    yield from _receivers(notify)
    if notify.sender and not is_address(notify.sender):
        yield Problem("notify.from", _quoted(notify.sender), N_("Write an address: it@place.vn."))
    if notify.language not in LANGUAGES:
        allowed: dict[str, str | int] = {"allowed": ", ".join(LANGUAGES)}
        yield Problem(
            "notify.language", _quoted(notify.language), N_("Write one of: {allowed}."), allowed
        )
    if notify.smtp is not None:
        yield from _smtp_rules(notify.smtp)


def is_address(text: str) -> bool:
    """A plain address as mail programs everywhere take it."""
    return _ADDRESS.fullmatch(text) is not None


def is_loopback(host: str) -> bool:
    """Whether what is said to this server never leaves the machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _receivers(notify: Notify) -> Iterator[Problem]:
    wrong = [address for address in notify.receivers if not is_address(address)]
    if wrong:
        remedy = N_("Write an address, or several with commas between: it@place.vn.")
        yield Problem("notify.mail", _quoted(wrong[0]), remedy)
    elif len(notify.receivers) > MOST_RECEIVERS:
        remedy = N_("Write at most {most} addresses; a list of the mail server takes more.")
        yield Problem("notify.mail", str(len(notify.receivers)), remedy, {"most": MOST_RECEIVERS})


def _smtp_rules(smtp: Smtp) -> Iterator[Problem]:
    if "@" in smtp.host:
        yield Problem(
            "notify.smtp.host",
            tr(N_("an address with a secret inside it")),
            N_("Take “user:password@” out; secrets live in files of their own, mode 0600."),
        )
    elif not _SERVER.fullmatch(smtp.host):
        yield Problem(
            "notify.smtp.host", _quoted(smtp.host), N_("Write the server's name: mail.place.vn.")
        )
    elif smtp.security is Security.NONE and not is_loopback(smtp.host):
        yield Problem(
            "notify.smtp.security",
            _quoted(smtp.security.value),
            N_("Write starttls or tls: only a server on this machine is spoken to openly."),
        )
    if not 1 <= smtp.port <= _HIGHEST_PORT:
        yield Problem("notify.smtp.port", str(smtp.port), N_("Write a port from 1 to 65535."))
    if bool(smtp.user) != (smtp.password_file is not None):
        missing = "password_file" if smtp.user else "user"
        remedy = N_("Write both `user` and `password_file`, or neither.")
        yield Problem(f"notify.smtp.{missing}", tr(N_("nothing")), remedy)


def _quoted(text: str) -> str:
    return f"“{text}”"
