"""Pages by which somebody administers this host or its databases, and where they are served."""

import re
from dataclasses import dataclass

from agent.facts import presence
from agent.host import Host, list_if_present, read_if_present

WEB_SERVERS = ("apache2", "nginx", "lighttpd", "caddy", "httpd")
PROGRAMS = ("/usr/sbin/apache2", "/usr/sbin/nginx", "/usr/sbin/lighttpd", "/usr/bin/caddy")
CONFIGURATIONS = (
    "/etc/apache2/conf-enabled", "/etc/apache2/sites-enabled", "/etc/nginx/sites-enabled",
    "/etc/nginx/conf.d", "/etc/lighttpd/conf-enabled",
)  # fmt: skip
DOCUMENT_ROOTS = ("/var/www", "/var/www/html")
TOMCAT = ("/var/lib/tomcat9/webapps", "/var/lib/tomcat10/webapps", "/var/lib/tomcat11/webapps")
TOMCAT_TOOLS = ("manager", "host-manager")
TOOLS = re.compile(
    r"phpmyadmin|adminer|pgadmin|phppgadmin|rockmongo|redis-?commander|webmin|mongo-express",
    re.IGNORECASE,
)
_OWN_PORT = re.compile(r"^\s*(?:listen\s+(?:\S*:)?|<VirtualHost\s+\S*:)(\d{1,5})", re.MULTILINE)
_LIMITED = re.compile(
    r"^\s*(?:Require\s+(?:ip|host|local)\b|deny\s+all\s*;)", re.MULTILINE | re.IGNORECASE
)
_GRANTED = re.compile(
    r"^\s*Require\s+all\s+granted\b", re.MULTILINE | re.IGNORECASE
)  # beside it nothing limits
SERVICE_PORTS = {"80", "443", "8080", "8443"}


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Where an administrator's page answers on the port of the service itself."""

    mixed: tuple[str, ...]


def collect(host: Host) -> PageFacts:
    tomcats = [f"{folder}/{tool}" for folder in TOMCAT for tool in _inside(host, folder)]
    if not tomcats:
        presence.require(host, PROGRAMS, WEB_SERVERS)
    settings = [path for path in _paths(host) if mixes(read_if_present(host, path) or "")]
    files = [
        f"{root}/{name}"
        for root in DOCUMENT_ROOTS
        for name in list_if_present(host, root)
        if TOOLS.search(name)
    ]
    return PageFacts((*settings, *files, *tomcats))


def mixes(text: str) -> bool:
    """Whether a web server's file offers such a page to everybody, on a service's own port."""
    said = "\n".join(line.partition("#")[0] for line in text.splitlines())
    ports = set(_OWN_PORT.findall(said))
    apart = bool(ports) and not ports & SERVICE_PORTS
    limited = _LIMITED.search(said) and not _GRANTED.search(said)
    return bool(TOOLS.search(said)) and not apart and not limited


def _paths(host: Host) -> tuple[str, ...]:
    return tuple(f"{one}/{name}" for one in CONFIGURATIONS for name in list_if_present(host, one))


def _inside(host: Host, folder: str) -> tuple[str, ...]:
    return tuple(name for name in list_if_present(host, folder) if name in TOMCAT_TOOLS)
