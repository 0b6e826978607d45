"""Checks of TLS on this host's own services: certificates, versions, ciphers, keys."""

from datetime import datetime

from agent.checks.limits import CERTIFICATE_DAYS
from agent.checks.model import Check, Outcome, at_most, judged, none_of
from agent.facts import tls_files, tls_services
from agent.facts.tls_files import CertificateFacts
from agent.facts.tls_services import Service, TlsFacts
from agent.host import FileStatus
from wire.privacy import Privacy
from wire.text import N_

BROKEN_SIGNATURES = ("md5", "sha1", "md4", "md2")
LEAST_RSA_BITS, LEAST_CURVE_BITS = 2048, 224


def certificates_valid(facts: TlsFacts) -> Outcome:
    left = {f"{s.port}/tcp": _days(s.ends_at, facts.today) for s in facts.services}
    observed = ", ".join(f"{place} {days} d" for place, days in left.items())
    return judged(all(days >= CERTIFICATE_DAYS for days in left.values()), observed)


def old_versions_refused(facts: TlsFacts) -> Outcome:
    spoken = [s for s in facts.services if s.old_versions]
    return none_of([f"{s.port}/tcp {' '.join(s.old_versions)}" for s in spoken])


def weak_ciphers_refused(facts: TlsFacts) -> Outcome:
    taken = [s for s in facts.services if s.weak_cipher]
    return none_of([f"{s.port}/tcp {s.weak_cipher}" for s in taken])


def keys_strong(facts: TlsFacts) -> Outcome:
    return none_of([_key(service) for service in facts.services if _weak(service)])


def files_valid(facts: CertificateFacts) -> Outcome:
    left = {path: _days(end, facts.today) for path, end in facts.ends.items()}
    return none_of([f"{path} {days} d" for path, days in left.items() if days < CERTIFICATE_DAYS])


def private_keys_guarded(statuses: dict[str, FileStatus]) -> Outcome:
    """0640 is for services that read their key through a group of their own."""
    return none_of(
        [f"{path} {one.mode:04o}" for path, one in statuses.items() if not at_most(one.mode, 0o640)]
    )


def _weak(service: Service) -> bool:
    broken = any(word in service.signature.lower() for word in BROKEN_SIGNATURES)
    least = LEAST_RSA_BITS if service.key.startswith(("rsa", "dsa")) else LEAST_CURVE_BITS
    return broken or service.key_bits < least or service.key.startswith("dsa")


def _key(service: Service) -> str:
    return f"{service.port}/tcp {service.key} {service.key_bits} {service.signature}"


def _days(end: datetime, today: datetime) -> int:
    return (end - today).days


_RENEW = "certbot renew && systemctl reload SERVICE"
_VERSIONS = (
    "sed -i 's/ssl_protocols.*/ssl_protocols TLSv1.2 TLSv1.3;/' /etc/nginx/nginx.conf; "
    "sed -i 's/^\\s*SSLProtocol.*/SSLProtocol -all +TLSv1.2 +TLSv1.3/' "
    "/etc/apache2/mods-available/ssl.conf; systemctl reload nginx apache2"
)
_CIPHERS = (
    "sed -i 's/^\\s*ssl_ciphers.*/ssl_ciphers HIGH:!aNULL:!eNULL:!3DES:!RC4:!MD5;/' "
    "/etc/nginx/nginx.conf; sed -i 's/^\\s*SSLCipherSuite.*/SSLCipherSuite "
    "HIGH:!aNULL:!eNULL:!3DES:!RC4:!MD5/' /etc/apache2/mods-available/ssl.conf; "
    "systemctl reload nginx apache2"
)

CHECKS = (
    Check(
        id="tls.certificates_valid",
        title=N_("The certificates of this server's services do not run out soon"),
        why=N_("After the last day programs stop, or people learn to click warnings away."),
        expected=f"≥ {CERTIFICATE_DAYS} d",
        remedy=_RENEW,
        needs=tls_services.collect,
        judge=certificates_valid,
        source="openssl-s_client(1); RFC 5280, validity; limit: our own choice",
    ),
    Check(
        id="tls.old_versions_refused",
        title=N_("No service speaks TLS 1.0 or 1.1"),
        why=N_("The old versions are broken; whoever sits on the line can force them."),
        expected="none with TLSv1 or TLSv1.1",
        remedy=_VERSIONS,
        needs=tls_services.collect,
        judge=old_versions_refused,
        source="RFC 8996; TCVN 14423:2026, 6.12.2.3",
    ),
    Check(
        id="tls.weak_ciphers_refused",
        title=N_("No service accepts a weak cipher"),
        why=N_("A line with a weak cipher looks protected and is not."),
        expected="none of aNULL, eNULL, EXP, RC4, 3DES, MD5",
        remedy=_CIPHERS,
        needs=tls_services.collect,
        judge=weak_ciphers_refused,
        source="RFC 9325, 4.1; openssl-ciphers(1); TCVN 14423:2026, 6.4.2.4 e)",
    ),
    Check(
        id="tls.keys_strong",
        title=N_("The keys and signatures of TLS certificates are strong"),
        why=N_("Short keys and broken hashes let somebody else pretend to be this server."),
        expected=f"none below RSA {LEAST_RSA_BITS} or by MD5, SHA1",
        remedy="certbot certonly --force-renewal --key-type ecdsa && systemctl reload SERVICE",
        needs=tls_services.collect,
        judge=keys_strong,
        source="NIST SP 800-131A Rev. 2; TCVN 14423:2026, 6.4.2.4 e)",
    ),
    Check(
        id="tls.certificate_files_valid",
        title=N_("The certificate files that services name are valid for weeks to come"),
        why=N_("A service takes the file at its next start, perhaps at night."),
        expected=f"none with less than {CERTIFICATE_DAYS} d",
        remedy=_RENEW,
        needs=tls_files.collect_certificates,
        judge=files_valid,
        source="openssl-x509(1); limit: our own choice",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="tls.private_keys_guarded",
        title=N_("Only their services read the private keys of TLS"),
        why=N_("With the key another machine can pretend to be this server."),
        expected="none above 0640",
        remedy="chown root:root KEY_FILE && chmod 600 KEY_FILE",
        needs=tls_files.collect_keys,
        judge=private_keys_guarded,
        source="CIS Apache HTTP Server, private key; nginx documentation, ssl_certificate_key",
        observed_is=Privacy.LOCAL,
    ),
)
