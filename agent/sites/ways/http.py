"""The way to a site over HTTP: its server, whose certificates count there, does it answer."""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from wire.verdicts import Cause

SYSTEM_ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")  # Debian's ca-certificates
_PORTS = {"https": 443, "http": 80}
_ANSWERS_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests go, and whose certificates count there."""

    url: str  # of the configuration: it holds no secret
    ca_file: Path | None

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or _PORTS[parts.scheme]

    @property
    def encrypted(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    @property
    def roots(self) -> Path | None:
        """The certificates to trust; None where nothing is encrypted."""
        return (self.ca_file or SYSTEM_ROOTS) if self.encrypted else None

    def obstacle(self) -> Cause | None:
        """Whether the known server takes a connection there: restic would try for minutes."""
        try:
            with socket.create_connection((self.host, self.port), _ANSWERS_WITHIN_S) as plain:
                if self.roots is not None:
                    trusted = ssl.create_default_context(cafile=str(self.roots))
                    trusted.wrap_socket(plain, server_hostname=self.host).close()
        except ssl.SSLCertVerificationError:
            return Cause.HOST_KEY_CHANGED
        except (OSError, ValueError):  # ValueError: a name that no resolver can take
            return Cause.SITE_UNREACHABLE
        return None
