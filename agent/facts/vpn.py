"""The doors from outside, and whether each asks for two factors."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import presence
from agent.facts.absent import SubjectAbsentError
from agent.host import Host, list_if_present

OPENVPN_FOLDERS = ("/etc/openvpn/server", "/etc/openvpn")
WIREGUARD = ("wg", "show", "interfaces")
_LOGIN = re.compile(
    r"^\s*(?:plugin\s+\S*(?:auth-pam|radius|ldap|otp)|auth-user-pass-verify)\b", re.MULTILINE
)
_NO_CERTIFICATE = re.compile(
    r"^\s*(?:verify-client-cert\s+(?:none|optional)|client-cert-not-required)\b", re.MULTILINE
)
_OPTIONAL = re.compile(r"^\s*auth-user-pass-optional\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class VpnFacts:
    """Each door with what it lacks; empty when it asks for both."""

    doors: dict[str, str]


def collect(host: Host) -> VpnFacts:
    doors: dict[str, str] = {}
    if presence.running(host, ("openvpn",)):
        doors |= _openvpn(host)
    if presence.running(host, ("charon", "charon-systemd", "ocserv", "xl2tpd", "pptpd")):
        raise UnreadableFactError("charon, ocserv, xl2tpd, pptpd", "unparsable")
    doors |= {f"wireguard {name}": "only a key" for name in _wireguard(host)}
    if not doors:
        raise SubjectAbsentError("not_used", "no openvpn, charon, ocserv, wg")
    return VpnFacts(doors)


def lacks(text: str) -> str:
    """What a server of openvpn(8) does not ask for."""
    if _NO_CERTIFICATE.search(text):
        return "no certificate"
    if _LOGIN.search(text) and not _OPTIONAL.search(text):
        return ""
    return "only a certificate"


def _openvpn(host: Host) -> dict[str, str]:
    doors = {}
    for folder in OPENVPN_FOLDERS:
        for name in list_if_present(host, folder):
            if name.endswith(".conf"):
                text = host.read(f"{folder}/{name}")
                if re.search(r"^\s*(?:server|mode\s+server|tls-server)\b", text, re.MULTILINE):
                    doors[f"openvpn {name}"] = lacks(text)
    if not doors:
        raise UnreadableFactError(OPENVPN_FOLDERS[0], "no_rule")
    return doors


def _wireguard(host: Host) -> tuple[str, ...]:
    """Interfaces live in the kernel: without its tools there are none that Debian's made."""
    try:
        return tuple(host.run(WIREGUARD, timeout_s=5).split())
    except UnreadableFactError as error:
        if error.reason == "missing":
            return ()
        raise
