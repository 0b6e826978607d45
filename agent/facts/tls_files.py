"""The certificates and private keys that services on this host name in their settings."""

import re
from dataclasses import dataclass
from datetime import datetime

from agent.errors import UnreadableFactError
from agent.facts import tls_services
from agent.facts.absent import SubjectAbsentError
from agent.host import FileStatus, Host, list_if_present, present, read_if_present

FILES = (
    "/etc/nginx/nginx.conf", "/etc/postfix/main.cf", "/etc/haproxy/haproxy.cfg",
    "/etc/vsftpd.conf", "/etc/dovecot/dovecot.conf",
)  # fmt: skip
FOLDERS = (
    "/etc/nginx/conf.d", "/etc/nginx/sites-enabled", "/etc/apache2/sites-enabled",
    "/etc/apache2/conf-enabled", "/etc/dovecot/conf.d",
)  # fmt: skip
ACME = "/etc/letsencrypt/live"
LIMIT_S = 5.0
_CERTIFICATE = re.compile(
    r"^\s*(?:ssl_certificate|SSLCertificateFile|smtpd_tls_cert_file|ssl_(?:server_)?cert(?:_file)?"
    r"|rsa_cert_file)(?:\s*=\s*|\s+)<?[\"']?(/[^\s;\"']+)",
    re.MULTILINE,
)
_KEY = re.compile(
    r"^\s*(?:ssl_certificate_key|SSLCertificateKeyFile|smtpd_tls_key_file"
    r"|ssl_(?:server_)?key(?:_file)?|rsa_private_key_file)(?:\s*=\s*|\s+)<?[\"']?(/[^\s;\"']+)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    ends: dict[str, datetime]
    today: datetime


def collect_certificates(host: Host) -> CertificateFacts:
    paths = _named(host, _CERTIFICATE, "fullchain.pem")
    return CertificateFacts({path: _end(host, path) for path in paths}, host.now())


def collect_keys(host: Host) -> dict[str, FileStatus]:
    """The keys' own permissions: of a link, those of what it leads to."""
    return {path: host.lstat(_real(host, path)) for path in _named(host, _KEY, "privkey.pem")}


def command(path: str) -> tuple[str, ...]:
    return ("openssl", "x509", "-in", path, "-noout", "-enddate")


def _named(host: Host, pattern: re.Pattern[str], in_acme: str) -> tuple[str, ...]:
    """What the settings name, and what an ACME client keeps."""
    files = [*FILES, *(f"{one}/{name}" for one in FOLDERS for name in list_if_present(host, one))]
    found = [p for file in files for p in pattern.findall(read_if_present(host, file) or "")]
    kept = (f"{ACME}/{name}/{in_acme}" for name in list_if_present(host, ACME))
    paths = tuple(dict.fromkeys([*found, *(path for path in kept if present(host, path))]))
    if not paths:
        raise SubjectAbsentError("not_used", f"no certificate in {FOLDERS[0]}, {FOLDERS[2]}")
    return paths


def _end(host: Host, path: str) -> datetime:
    name, _, value = host.run(command(path), LIMIT_S).strip().partition("=")
    if name != "notAfter":
        raise UnreadableFactError(path, "unparsable")
    return tls_services.moment(value.removesuffix(" GMT"))


def _real(host: Host, path: str) -> str:
    if host.lstat(path).kind != "link":
        return path
    return host.run(("readlink", "-f", path), LIMIT_S).strip()
