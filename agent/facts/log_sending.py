"""How the logs leave this host: by rsyslog or by systemd's own sender; encrypted or not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.facts import rsyslog, systemd_conf
from agent.facts.rsyslog import Statement, forward_target
from agent.host import Host, present

UPLOAD_FILE, UPLOAD_SECTION = "journal-upload.conf", "Upload"
UPLOAD_ENABLED = "/etc/systemd/system/multi-user.target.wants/systemd-journal-upload.service"
TLS_DRIVERS = {"gtls", "ossl", "mbedtls"}
PEER_MODES = {"x509/name", "x509/fingerprint", "x509/certvalid", "name", "fingerprint", "certvalid"}
OWN = ("localhost", "127.", "0.0.0.0", "::1")  # noqa: S104 - compared, not bound
WAITING = {"linkedlist", "fixedarray", "disk"}


@dataclass(frozen=True, slots=True)
class Sender:
    """One action that sends to another machine."""

    encrypted: bool
    peer_checked: bool
    kept_while_away: bool  # what cannot be sent waits on the disk


@dataclass(frozen=True, slots=True)
class SendingFacts:
    senders: tuple[Sender, ...]


def collect(host: Host) -> SendingFacts:
    by_rsyslog = senders(rsyslog.collect(host).statements)
    return SendingFacts((*by_rsyslog, *_upload(host)))


def _upload(host: Host) -> Iterator[Sender]:
    """The journal itself is what waits, so nothing is lost while the line is down."""
    if present(host, UPLOAD_ENABLED):
        settings = systemd_conf.collect(host, UPLOAD_FILE, UPLOAD_SECTION)
        if settings.get("URL"):
            encrypted = settings["URL"].startswith("https://")
            trusted = settings.get("TrustedCertificateFile", "") not in {"", "all", "-"}
            yield Sender(encrypted, encrypted and trusted, kept_while_away=True)


def senders(statements: Sequence[Statement]) -> tuple[Sender, ...]:
    """Old directives hold for the actions behind them."""
    found, directives = [], dict[str, str]()
    for statement in statements:
        if statement.kind == "$":
            directives |= statement.given
        elif statement.kind == "global":
            directives |= {name.replace(".", ""): v for name, v in statement.given.items()}
        target = forward_target(statement)
        if target is not None and not target.lower().startswith(OWN):
            found.append(_sender(statement, directives))
            directives = _after_an_action(directives)
    return tuple(found)


def _sender(statement: Statement, directives: dict[str, str]) -> Sender:
    given = statement.given
    if given.get("type", "").lower() == "omrelp":
        encrypted = given.get("tls", "off").lower() == "on"
        peer = given.get("tls.authmode", "").lower() in PEER_MODES
    elif statement.kind == "action":
        driver = given.get("streamdriver", directives.get("defaultnetstreamdriver", ""))
        encrypted = _encrypts(
            driver, given.get("streamdrivermode", "0"), given.get("protocol", "udp")
        )
        peer = given.get("streamdriverauthmode", "").lower() in PEER_MODES
    else:
        driver = directives.get(
            "actionsendstreamdriver", directives.get("defaultnetstreamdriver", "")
        )
        protocol = "tcp" if given["target"].lstrip("-").startswith("@@") else "udp"
        encrypted = _encrypts(driver, directives.get("actionsendstreamdrivermode", "0"), protocol)
        peer = directives.get("actionsendstreamdriverauthmode", "").lower() in PEER_MODES
    return Sender(encrypted, encrypted and peer, _waits(statement, directives))


def _encrypts(driver: str, mode: str, protocol: str) -> bool:
    return driver.lower() in TLS_DRIVERS and mode == "1" and protocol.lower() == "tcp"


def _waits(statement: Statement, directives: dict[str, str]) -> bool:
    """A queue of its own with a file name goes to the disk when memory is full or at the end."""
    if statement.kind == "action":
        kind, name = statement.given.get("queue.type", ""), statement.given.get("queue.filename")
    else:
        kind, name = directives.get("actionqueuetype", ""), directives.get("actionqueuefilename")
    return kind.lower() in WAITING and bool(name)


def _after_an_action(directives: dict[str, str]) -> dict[str, str]:
    """The words on a queue hold for the next action only."""
    return {name: v for name, v in directives.items() if not name.startswith("actionqueue")}
