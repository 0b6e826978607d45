"""What the configuration declares about a place: as signals, and as one text that changes."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from agent.config.model import Site
from agent.config.places import Location, PlaceShown, SiteDocument
from recovery.places import Place, plain
from wire.errors import DecodeError
from wire.keys import fingerprint_digits
from wire.messages import Placed, PlaceDocument

_MOST_BYTES = 64 * 1024 * 1024  # of one document


def with_declared(place: Place, site: Site) -> Place:
    """The place with what people say about it; a document that is not there vouches for nothing."""
    return replace(
        place,
        coordinates=site.coordinates,
        written_address=plain(site.address),
        provider=plain(site.provider),
        documented=bool(documents_of(site)),
    )


def with_host_declared(place: Place, location: Location | None) -> Place:
    if location is None:
        return place
    return replace(place, coordinates=location.coordinates, written_address=plain(location.address))


def documents_of(site: Site) -> tuple[PlaceDocument, ...]:
    """The digests of the documents that exist."""
    digests = ((digest_of(document), document.date) for document in site.documents)
    return tuple(PlaceDocument(digest, dated) for digest, dated in digests if digest is not None)


def digest_of(document: SiteDocument) -> str | None:
    """SHA-256 of a document; None: its file cannot be read, or is none."""
    if document.sha256:
        return document.sha256
    return None if document.file is None else _file_digest(document.file)


def placed(place: Place, site: Site) -> Placed:
    """What of a place leaves this host: its coordinates only where its owner says so."""
    shown = site.coordinates if site.place_shown is PlaceShown.FULL else None
    latitude, longitude = shown or (None, None)
    return Placed(place.name, site.kind, latitude, longitude, place.own_agent, documents_of(site))


def placed_host(name: str, location: Location | None) -> Placed:
    shown = location.coordinates if location and location.place_shown is PlaceShown.FULL else None
    latitude, longitude = shown or (None, None)
    return Placed(name, latitude=latitude, longitude=longitude, own_agent=True)


def fingerprint_of(site: Site) -> str | None:
    """Of the agent at the site, in one spelling; None: nobody has entered one."""
    try:
        return fingerprint_digits(site.agent_fingerprint) if site.agent_fingerprint else None
    except DecodeError:
        return None


def declaration(site: Site) -> str:
    """Changes with everything that is declared about the place: then it must be looked at again.

    Without more than an address it is that address.
    """
    said = [
        str(site.coordinates or ""),
        site.provider,
        site.agent_fingerprint,
        *(f"{one.file or ''} {one.sha256} {one.date}" for one in site.documents),
    ]
    return "\n".join([site.address, *(text for text in said if text)])


def _file_digest(file: Path) -> str | None:
    try:
        if not file.is_file() or file.stat().st_size > _MOST_BYTES:
            return None
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None
