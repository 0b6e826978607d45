"""The shape of `notify` in agent.yaml: to whom this host mails, and by which way."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field

from wire.text import N_

SENDMAIL = Path("/usr/sbin/sendmail")
LANGUAGES = ("vi", "en")


def _about(text: str) -> Meta:
    return Meta(description=text)


class Security(StrEnum):
    """How the way to the mail server is protected."""

    TLS = "tls"  # from the first byte, usually port 465
    STARTTLS = "starttls"  # usually port 587
    NONE = "none"  # on this very machine only


class Smtp(Struct, frozen=True, forbid_unknown_fields=True):
    host: Annotated[str, _about(N_("the mail server, by the name in its certificate"))]
    port: Annotated[int, _about(N_("its port: 587 for starttls, 465 for tls"))] = 587
    security: Annotated[
        Security, _about(N_("starttls, tls, or none (only for a server on this machine)"))
    ] = Security.STARTTLS
    user: Annotated[str, _about(N_("the account there; without it nobody logs in"))] = ""
    password_file: Annotated[
        Path | None, _about(N_("file with the account's password, mode 0600"))
    ] = None
    ca_file: Annotated[
        Path | None, _about(N_("certificate of the authority that signed for the server"))
    ] = None


class Notify(Struct, frozen=True, forbid_unknown_fields=True):
    """Mail of an agent that works alone."""

    mail: Annotated[str, _about(N_("who gets the mails: one address, or several with commas"))]
    sender: Annotated[
        str, _about(N_("the address that they come from; without it the first receiver's own"))
    ] = field(default="", name="from")
    language: Annotated[str, _about(N_("the language of the mails: vi or en"))] = "vi"
    sendmail: Annotated[
        Path, _about(N_("this host's own mail program; not used where `smtp` is there"))
    ] = SENDMAIL
    smtp: Annotated[Smtp | None, _about(N_("or the mail server that takes them"))] = None

    @property
    def receivers(self) -> tuple[str, ...]:
        return tuple(address.strip() for address in self.mail.split(","))

    @property
    def from_address(self) -> str:
        """Who the mails come from: a domain that exists for sure is the first receiver's."""
        return self.sender or self.receivers[0]
