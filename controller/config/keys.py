"""The controller's keys: order key, log key, authority and server key; who may see which."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from controller.config import authority
from controller.config.home import Home
from controller.config.model import ControllerConfig
from controller.config.secret_files import Entropy, read_secret, replace_secret, write_secret
from wire.keys import SigningKey

AUTHORITY_CERTIFICATE = "ca.pem"
SERVER_CERTIFICATE = "server.pem"
SERVER_KEY = "server.key"
_AUTHORITY_KEY = "ca.key"
_ORDER_KEY = "order.key"
_LOG_KEY = "log.key"
METRICS_TOKEN = "metrics.token"  # noqa: S105 - the name of a file


@dataclass(frozen=True, slots=True)
class ControllerKeys:
    """What the running controller signs with; the authority's key is not among it."""

    order: SigningKey = field(repr=False)
    log: SigningKey = field(repr=False)
    authority_pem: bytes = field(repr=False)

    @property
    def ca_pin(self) -> str:
        return authority.pin(self.authority_pem)


def make_keys(home: Home, config: ControllerConfig, entropy: Entropy, now: datetime) -> None:
    """Make every key once; nothing that exists is replaced."""
    folder = home.secrets
    write_secret(folder, _ORDER_KEY, SigningKey.generate(entropy).to_bytes())
    write_secret(folder, _LOG_KEY, SigningKey.generate(entropy).to_bytes())
    write_secret(folder, METRICS_TOKEN, entropy(32).hex().encode() + b"\n")
    authority_key = authority.new_key()
    write_secret(folder, _AUTHORITY_KEY, authority_key)
    certificate = authority.authority_certificate(authority_key, config.province, now)
    write_secret(folder, AUTHORITY_CERTIFICATE, certificate)
    write_secret(folder, SERVER_KEY, authority.new_key())
    write_secret(folder, SERVER_CERTIFICATE, _certify(folder, config, now))


def load_keys(home: Home) -> ControllerKeys:
    folder = home.secrets
    return ControllerKeys(
        order=SigningKey.from_bytes(read_secret(folder, _ORDER_KEY)),
        log=SigningKey.from_bytes(read_secret(folder, _LOG_KEY)),
        authority_pem=read_secret(folder, AUTHORITY_CERTIFICATE),
    )


def renew_certificate(home: Home, config: ControllerConfig, now: datetime) -> bool:
    """Make a new server certificate when the names changed or a third of its life is left."""
    folder = home.secrets
    present = read_secret(folder, SERVER_CERTIFICATE)
    same_names = set(authority.names_of(present)) == set(config.certificate_names)
    if same_names and authority.expires_at(present) - now > authority.SERVER_LIFE / 3:
        return False
    replace_secret(folder, SERVER_CERTIFICATE, _certify(folder, config, now))
    return True


def metrics_token_holds(home: Home, offered: str) -> bool:
    """Whether this is the token of secrets/metrics.token, compared in constant time."""
    wanted = read_secret(home.secrets, METRICS_TOKEN).strip()
    return bool(wanted) and secrets.compare_digest(offered.encode(), wanted)


def _certify(folder: Path, config: ControllerConfig, now: datetime) -> bytes:
    return authority.server_certificate(
        read_secret(folder, AUTHORITY_CERTIFICATE),
        read_secret(folder, _AUTHORITY_KEY),
        read_secret(folder, SERVER_KEY),
        config.certificate_names,
        now,
    )
