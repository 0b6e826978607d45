"""Who removes old points at a site where the protected server cannot, and by which rules."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from agent.config.keep import Keep, keep_problems
from agent.config.problems import Problem
from texts.catalogue import tr
from wire.errors import DecodeError
from wire.keys import PublicKey
from wire.text import N_


def _about(text: str) -> Meta:
    return Meta(description=text)


class MaintainedDataset(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, _about(N_("the dataset's name, as on the protected server"))]
    keep: Annotated[
        Keep, _about(N_("which old points stay; three always do, and whatever is needed"))
    ] = Keep()


class Maintenance(Struct, frozen=True, forbid_unknown_fields=True):
    """Only on the facility's maintenance host, never on a server that is protected."""

    datasets: Annotated[
        tuple[MaintainedDataset, ...], _about(N_("the datasets whose old points this host removes"))
    ]
    key_file: Annotated[
        Path | None, _about(N_("append_only_ssh: the private key of the line without append-only"))
    ] = None
    credentials_file: Annotated[
        Path | None, _about(N_("rest, s3: the credentials that may delete, mode 0600"))
    ] = None


def maintenance_problems(
    place: str, maintenance: Maintenance, *, protects: bool
) -> Iterator[Problem]:
    """A protected server with this key could be made to delete its own backups.

    Args:
        place: where it stands in agent.yaml.
        maintenance: what stands there.
        protects: whether this host has datasets of its own.
    """
    if protects:
        remedy = N_(
            "Take it out, and the key off this server: who takes over a protected server must not "
            "be able to delete its backups. It belongs on the facility's maintenance host."
        )
        yield Problem(place, tr(N_("a key that may delete, on a server with datasets")), remedy)
    if maintenance.key_file is None and maintenance.credentials_file is None:
        yield Problem(
            place, tr(N_("nothing")), N_("Name key_file, or credentials_file for rest and s3.")
        )
    if not maintenance.datasets:
        yield Problem(f"{place}.datasets", tr(N_("nothing")), N_("Name at least one dataset."))
    for position, dataset in enumerate(maintenance.datasets):
        yield from keep_problems(f"{place}.datasets[{position}].keep", dataset.keep, "")


def maintainer_problems(place: str, text: str) -> Iterator[Problem]:
    """The maintenance host's public key, as `lachan-agent backup retention` prints it there."""
    if not text:
        return
    try:
        PublicKey.from_base64(text)
    except DecodeError:
        remedy = N_("Copy the key that `lachan-agent backup retention` prints on that host.")
        yield Problem(place, f"“{text[:48]}”", remedy)
