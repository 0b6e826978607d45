"""What must be so of the sites: what each kind needs, and what two of them can have in common."""

import re
from collections.abc import Iterator
from itertools import combinations

from agent.config.hours import is_part_of_day
from agent.config.maintenance import maintainer_problems, maintenance_problems
from agent.config.problems import Problem
from agent.config.sites import SITE_KINDS, Limit, Site
from texts.catalogue import tr
from wire.text import N_

_NEEDED = {
    "local": ("path",),
    "sftp": ("user", "host", "key_file", "known_hosts_file", "path"),
    "append_only_ssh": ("user", "host", "key_file", "known_hosts_file"),
    "rest": ("url", "credentials_file"),
    "s3": ("url", "bucket", "credentials_file"),
}
_OURS = re.compile(r"offline(?:-|$)|carried-")
_SIGNED_ALIKE = ("credentials_file", "region", "addressing")
_HIGHEST_PORT = 65535
_HERE = r"http://(?:127\.0\.0\.\d{1,3}|\[::1\]|localhost)(?::\d{1,5})?"
_REST_URL = re.compile(rf"(?:https://[^/?#\s@]+|{_HERE})(?:/[^?#\s@]*)?", re.ASCII)
_S3_URL = re.compile(rf"(?:https://[^/?#\s@]+|{_HERE})/?", re.ASCII)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9_.-]+)*", re.ASCII)
_REGION = re.compile(r"[A-Za-z0-9-]{0,64}", re.ASCII)
_MAY_HIDE = re.compile(r"[@/]")  # a password may stand in it
_NAME_OR_ADDRESS = re.compile(r"[A-Za-z0-9_.:%-]*", re.ASCII)


def site_rules(sites: tuple[Site, ...], *, protects: bool) -> Iterator[Problem]:
    """Every rule that the sites break; that their names differ is looked at elsewhere.

    Args:
        sites: as configured.
        protects: whether this host has datasets of its own.
    """
    for position, site in enumerate(sites):
        place = f"sites[{position}]"
        if site.kind not in SITE_KINDS:
            remedy = N_("Write one of: {allowed}.")
            allowed = ", ".join(SITE_KINDS)
            yield Problem(f"{place}.kind", _quoted(site.kind), remedy, {"allowed": allowed})
        if _OURS.match(site.name):
            remedy = N_("Choose another name: this one is used for disks that are carried.")
            yield Problem(f"{place}.name", _quoted(site.name), remedy)
        yield from _needs(place, site)
        yield from _addresses(place, site)
        if site.limit is not None:
            yield from _limits(f"{place}.limit", site.limit)
        if site.maintenance is not None:
            where = f"{place}.maintenance"
            yield from maintenance_problems(where, site.maintenance, protects=protects)
        yield from maintainer_problems(f"{place}.maintained_by", site.maintained_by)
    yield from _two_of_s3(sites)


def _needs(place: str, site: Site) -> Iterator[Problem]:
    for name in _NEEDED.get(site.kind, ()):
        maintained = site.maintenance is not None and getattr(site.maintenance, name, None)
        if not getattr(site, name) and not maintained:
            remedy = N_("Add this key: a site of kind {kind} needs it.")
            yield Problem(f"{place}.{name}", tr(N_("nothing")), remedy, {"kind": site.kind})


def _addresses(place: str, site: Site) -> Iterator[Problem]:
    if not 1 <= site.port <= _HIGHEST_PORT:
        yield Problem(f"{place}.port", str(site.port), N_("Write a port from 1 to 65535."))
    for key, word in (("user", site.user), ("host", site.host)):
        if word.startswith("-") or not _NAME_OR_ADDRESS.fullmatch(word):
            remedy = N_("Write a name or an address alone.")
            shown = tr(N_("another kind of address")) if _MAY_HIDE.search(word) else _quoted(word)
            yield Problem(f"{place}.{key}", shown, remedy)
    if site.kind == "sftp" and ":" in site.name:
        remedy = N_("Leave “:” out of the name of an sftp site.")
        yield Problem(f"{place}.name", _quoted(site.name), remedy)
    # An address that may hold a secret is never shown.
    if site.kind == "rest" and site.url and not _REST_URL.fullmatch(site.url):
        remedy = N_("Write https://NAME:PORT/FOLDER/ and no more; http:// only for 127.0.0.1.")
        yield Problem(f"{place}.url", tr(N_("another kind of address")), remedy)
    if site.kind == "s3":
        yield from _bucket(place, site)


def _bucket(place: str, site: Site) -> Iterator[Problem]:
    if site.url and not _S3_URL.fullmatch(site.url):
        remedy = N_("Write https://NAME:PORT and no more; the bucket has a key of its own.")
        yield Problem(f"{place}.url", tr(N_("another kind of address")), remedy)
    if site.bucket and not _BUCKET.fullmatch(site.bucket):
        remedy = N_("Write BUCKET or BUCKET/FOLDER.")
        yield Problem(f"{place}.bucket", _quoted(site.bucket), remedy)
    if not _REGION.fullmatch(site.region):
        yield Problem(f"{place}.region", _quoted(site.region), N_("Write letters, digits, -."))


def _two_of_s3(sites: tuple[Site, ...]) -> Iterator[Problem]:
    """Restic has one S3 credential, region and addressing for both ends of a copy."""
    places = [(n, site) for n, site in enumerate(sites) if site.kind == "s3"]
    for (_, one), (position, other) in combinations(places, 2):
        for key in _SIGNED_ALIKE:
            if getattr(one, key) != getattr(other, key):
                remedy = N_(
                    "Write the same as at site {site}: restic enters both ends of a copy between "
                    "two S3 sites alike. Or make one of them a site of another kind."
                )
                found = str(getattr(other, key)) or tr(N_("nothing"))
                yield Problem(f"sites[{position}].{key}", found, remedy, {"site": one.name})


def _limits(place: str, limit: Limit) -> Iterator[Problem]:
    rates = [(place, limit.upload, limit.download)]
    for position, window in enumerate(limit.windows):
        inner = f"{place}.windows[{position}]"
        rates.append((inner, window.upload, window.download))
        if not is_part_of_day(window.hours):
            remedy = N_("Write hours of the day that differ: 22:00-06:00.")
            yield Problem(f"{inner}.hours", _quoted(window.hours), remedy)
    for where, upload, download in rates:
        for key, rate in (("upload", upload), ("download", download)):
            if rate < 0:
                yield Problem(f"{where}.{key}", str(rate), N_("Write 0 or more."))


def _quoted(text: str) -> str:
    return f"“{text}”"
