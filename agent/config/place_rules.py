"""Rules of what is declared about places: coordinates, documents, a fingerprint."""

import re
from collections.abc import Iterator
from datetime import date

from agent.config.model import AgentConfig, Site
from agent.config.places import SiteDocument
from agent.config.problems import Problem
from texts.catalogue import tr
from wire.errors import DecodeError
from wire.keys import fingerprint_digits
from wire.text import N_

_DIGEST = re.compile(r"[0-9a-f]{64}")
_HIGHEST_LATITUDE, _HIGHEST_LONGITUDE = 90, 180


def place_rules(config: AgentConfig) -> Iterator[Problem]:
    """Every rule that the declarations break."""
    if config.location is not None:
        yield from _coordinates("location", config.location.coordinates)
    for position, site in enumerate(config.sites):
        place = f"sites[{position}]"
        yield from _coordinates(place, site.coordinates)
        yield from _fingerprint(place, site)
        for number, document in enumerate(site.documents):
            yield from _document(f"{place}.documents[{number}]", document)


def _coordinates(place: str, found: tuple[float, float] | None) -> Iterator[Problem]:
    if found is None:
        return
    latitude, longitude = found
    if not (abs(latitude) <= _HIGHEST_LATITUDE and abs(longitude) <= _HIGHEST_LONGITUDE):
        remedy = N_("Write latitude, then longitude, in degrees: [13.98, 108.0].")
        yield Problem(f"{place}.coordinates", f"{latitude}, {longitude}", remedy)


def _fingerprint(place: str, site: Site) -> Iterator[Problem]:
    if not site.agent_fingerprint:
        return
    try:
        fingerprint_digits(site.agent_fingerprint)
    except DecodeError:
        remedy = N_("Write the 64 hex digits that `lachan-agent site answer` shows at the site.")
        yield Problem(f"{place}.agent_fingerprint", f"“{site.agent_fingerprint}”", remedy)


def _document(place: str, document: SiteDocument) -> Iterator[Problem]:
    if (document.file is None) == (not document.sha256):
        remedy = N_("Give either the file or its sha256.")
        yield Problem(place, tr(N_("both or neither of the two")), remedy)
    if document.sha256 and not _DIGEST.fullmatch(document.sha256):
        remedy = N_("Write 64 hex digits, as sha256sum prints them.")
        yield Problem(f"{place}.sha256", f"“{document.sha256}”", remedy)
    try:
        date.fromisoformat(document.date)
    except ValueError:
        yield Problem(f"{place}.date", f"“{document.date}”", N_("Write a date: 2026-05-31."))
