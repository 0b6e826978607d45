"""What an owner declares about a place: documents, consent, what the controller may see."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from wire.text import N_


class Consent(StrEnum):
    """Whether the probe may write at a place, for a moment, files that it takes away again."""

    YES = "yes"
    NO = "no"


class PlaceShown(StrEnum):
    """What the controller may see of where a place is."""

    NONE = "none"  # the distance to the others only
    FULL = "full"  # its coordinates: it is drawn on the map


def _about(text: str) -> Meta:
    return Meta(description=text)


class SiteDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """A paper that says where a place is; only its digest and its date leave this host."""

    what: Annotated[str, _about(N_("what the document is: contract, handover, photograph"))]
    date: Annotated[str, _about(N_("the date on it: YYYY-MM-DD"))]
    file: Annotated[Path | None, _about(N_("the document on this host; or give its sha256"))] = None
    sha256: Annotated[str, _about(N_("the document's SHA-256, when it is kept elsewhere"))] = ""


class Location(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the protected server itself is."""

    address: Annotated[str, _about(N_("where the place is, for people"))] = ""
    coordinates: Annotated[tuple[float, float] | None, _about(N_("latitude and longitude"))] = None
    place_shown: Annotated[
        PlaceShown, _about(N_("what the controller may see of where it is: none, full"))
    ] = PlaceShown.NONE
