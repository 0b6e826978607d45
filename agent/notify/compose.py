"""A mail as bytes: plain text, correct headers, nothing in them that could become another header.

Source: RFC 5322 (Date, From, Message-ID), RFC 2047 (words that are not ASCII), RFC 3834
(Auto-Submitted), RFC 2045 (quoted-printable).
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import Any

from agent.notify.decide import QUIET, Letter, Told
from agent.notify.trouble import Host
from agent.notify.words import advice, command, reason, title
from texts.catalogue import language, tr
from texts.moments import show_duration, show_moment
from wire.text import N_
from wire.verdicts import Cause

_LONGEST_SUBJECT = 180
_RULE = "-" * 60
# The older of Python's two ways: the newer one of 3.11 loses spaces between encoded words.
_ON_THE_WAY = compat32.clone(linesep="\r\n")
_TEXT = Charset("utf-8")
_TEXT.body_encoding = QP


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the mail is called and by whom it goes to whom."""

    sender: str
    receivers: tuple[str, ...]
    made_at: datetime
    unique: str  # random; no two mails share it


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and what is advised about each cause."""

    host: Host
    hints: dict[Cause, str]


def mail(writer: Writer, said: Letter, envelope: Envelope) -> bytes:
    """The letter as it leaves, in the language of the moment (`texts.catalogue.use`)."""
    return _mail(writer.host, subject(writer, said), text(writer, said, envelope.made_at), envelope)


def trial(writer: Writer, envelope: Envelope) -> bytes:
    """A mail that only shows that mails arrive."""
    lines = [
        tr(N_("This is a trial. Mails about backups from this host will arrive like this one.")),
        *_footer(writer.host),
    ]
    return _mail(writer.host, _subject(writer.host, tr(N_("trial"))), "\n".join(lines), envelope)


def subject(writer: Writer, said: Letter) -> str:
    """The worst first; a mail of good news alone says so."""
    first = title((said.wrong or said.good)[0].trouble)
    if not said.wrong:
        first = tr(N_("good again: {title}"), title=first)
    more = len(said.wrong) - 1 if said.wrong else len(said.good) - 1
    if more > 0:
        first = tr(N_("{title}; {more} more"), title=first, more=more)
    return _subject(writer.host, first)


def text(writer: Writer, said: Letter, now: datetime) -> str:
    host = writer.host
    lines = [
        tr(
            N_("Host {host}, facility {facility}. {at}, Vietnam time."),
            host=host.host,
            facility=host.facility or "-",
            at=show_moment(now),
        ),
        "",
    ]
    for number, told in enumerate(said.wrong, start=1):
        lines += [*_wrong(writer, number, told, now), ""]
    if said.good:
        lines += [tr(N_("Good again:")), *(f"- {_good(told)}" for told in said.good), ""]
    if said.silent:
        lines += [
            tr(
                N_("Told before and not mended yet: {count}. See: {command}"),
                **_status(said.silent),
            ),
            "",
        ]
    return "\n".join([*lines, *_footer(host)])


def _wrong(writer: Writer, number: int, told: Told, now: datetime) -> Iterator[str]:
    trouble = told.trouble
    yield f"{number}. {title(trouble)}  [{trouble.kind.value}]"
    if reason(trouble):
        yield "   " + tr(N_("Why: {reason}"), reason=reason(trouble))
    if trouble.datasets:
        yield "   " + tr(N_("Datasets: {names}"), names=", ".join(trouble.datasets))
    age = show_duration(max(0.0, (now - told.since_when).total_seconds()))
    since = show_moment(told.since_when)
    yield "   " + tr(N_("Since: {since} ({age} ago)"), since=since, age=age)
    if trouble.running_since is not None:
        begun = show_moment(trouble.running_since)
        yield "   " + tr(N_("A backup of it is still running, since {begun}."), begun=begun)
    yield "   " + tr(N_("To do: {advice}"), advice=advice(trouble, writer.hints))
    yield "   " + tr(N_("Run: {command}"), command=command(trouble))


def _good(told: Told) -> str:
    return tr(
        N_("{title} (from {since} to {until})"),
        title=title(told.trouble),
        since=show_moment(told.since_when),
        until=show_moment(told.over_at),
    )


def _status(count: int) -> dict[str, object]:
    return {"count": count, "command": "lachan-agent status"}


def _footer(host: Host) -> Iterator[str]:
    hours = round(QUIET.total_seconds() / 3600)
    yield _RULE
    yield tr(
        N_(
            "One trouble is mailed at most every {hours} hours, also when it comes back in between;"
            " `lachan-agent status` on {host} always tells how it is now."
        ),
        hours=hours,
        host=host.host,
    )
    yield tr(N_("No file name and no patient's data is in these mails. Nobody reads an answer."))


def _subject(host: Host, rest: str) -> str:
    place = f"{host.host} ({host.facility})" if host.facility else host.host
    whole = _one_line(f"[Lá Chắn] {place}: {rest}")
    return whole if len(whole) <= _LONGEST_SUBJECT else whole[: _LONGEST_SUBJECT - 1] + "…"


def _mail(host: Host, about: str, body: str, envelope: Envelope) -> bytes:
    message: Message[str, Any] = Message()
    message.set_payload(body + "\n", _TEXT)
    message["From"] = formataddr((_one_line(f"Lá Chắn {host.host}"), envelope.sender))
    message["To"] = ", ".join(envelope.receivers)
    message["Subject"] = Header(about, "utf-8", header_name="Subject")
    message["Date"] = format_datetime(envelope.made_at)
    domain = envelope.sender.rpartition("@")[2]
    message["Message-ID"] = f"<{envelope.unique}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = language()
    return message.as_bytes(policy=_ON_THE_WAY)


def _one_line(text: str) -> str:
    """Without what could end a header's line."""
    return "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
