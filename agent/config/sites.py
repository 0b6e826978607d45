"""The shape of `sites` in agent.yaml: where the backups are kept, how each place is entered."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from agent.config.maintenance import Maintenance
from agent.config.places import Consent, PlaceShown, SiteDocument
from wire.text import N_
from wire.verdicts import HeldBy

SITE_KINDS = ("local", "sftp", "append_only_ssh", "rest", "s3")


class Addressing(StrEnum):
    """Where the name of an S3 bucket stands in an address."""

    PATH = "path"  # https://HOST/BUCKET/…: what servers of one's own want
    HOST = "host"  # https://BUCKET.HOST/…


def _about(text: str) -> Meta:
    return Meta(description=text)


class LimitWindow(Struct, frozen=True, forbid_unknown_fields=True):
    hours: Annotated[str, _about(N_("part of the day, local time: 22:00-06:00"))]
    upload: Annotated[int, _about(N_("KiB/s to the site in these hours; 0: no limit"))] = 0
    download: Annotated[int, _about(N_("KiB/s from the site in these hours; 0: no limit"))] = 0


class Limit(Struct, frozen=True, forbid_unknown_fields=True):
    """How fast data may move. A run keeps the limit with which it began."""

    upload: Annotated[int, _about(N_("KiB/s to the site; 0: no limit"))] = 0
    download: Annotated[int, _about(N_("KiB/s from the site; 0: no limit"))] = 0
    windows: Annotated[
        tuple[LimitWindow, ...], _about(N_("hours with another limit; the first that fits counts"))
    ] = ()


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, _about(N_("a short name of the place"))]
    kind: Annotated[str, _about(N_("how it is reached: local, sftp, append_only_ssh, rest, s3"))]
    held_by: Annotated[HeldBy, _about(N_("whose place it is: owned or hosted"))]
    path: Annotated[
        Path | None, _about(N_("local, sftp: the folder that holds the repository"))
    ] = None
    user: Annotated[str, _about(N_("sftp, append_only_ssh: the user there"))] = ""
    host: Annotated[str, _about(N_("sftp, append_only_ssh: the machine there"))] = ""
    port: Annotated[int, _about(N_("sftp, append_only_ssh: the port of its SSH server"))] = 22
    key_file: Annotated[
        Path | None, _about(N_("sftp, append_only_ssh: private key, mode 0600"))
    ] = None
    probe_key_file: Annotated[
        Path | None, _about(N_("private key that may only ask who is there"))
    ] = None
    known_hosts_file: Annotated[Path | None, _about(N_("the machine's own public key"))] = None
    url: Annotated[str, _about(N_("rest, s3: the server's address, without any password"))] = ""
    bucket: Annotated[str, _about(N_("s3: the bucket, and behind a / the folder in it"))] = ""
    region: Annotated[str, _about(N_("s3: the bucket's region, where the server has regions"))] = ""
    addressing: Annotated[
        Addressing, _about(N_("s3: where the bucket's name stands in an address: path, host"))
    ] = Addressing.PATH
    credentials_file: Annotated[
        Path | None,
        _about(N_("rest: a line USER:PASSWORD; s3: AWS credentials, [default]; mode 0600")),
    ] = None
    ca_file: Annotated[
        Path | None, _about(N_("rest, s3: the CA that signed the server's certificate, if private"))
    ] = None
    limit: Annotated[Limit | None, _about(N_("how fast data may move"))] = None
    maintained_by: Annotated[
        str, _about(N_("public key of the maintenance host that removes old points here"))
    ] = ""
    maintenance: Annotated[
        Maintenance | None,
        _about(N_("only on the maintenance host: this host removes old points here")),
    ] = None
    address: Annotated[str, _about(N_("where the place is, for people"))] = ""
    coordinates: Annotated[tuple[float, float] | None, _about(N_("latitude and longitude"))] = None
    place_shown: Annotated[
        PlaceShown, _about(N_("what the controller may see of where it is: none, full"))
    ] = PlaceShown.NONE
    provider: Annotated[str, _about(N_("who runs the place: its company, network, power"))] = ""
    documents: Annotated[
        tuple[SiteDocument, ...], _about(N_("papers that say where the place is"))
    ] = ()
    agent_fingerprint: Annotated[
        str, _about(N_("of the agent at the site, as `lachan-agent site answer` shows it there"))
    ] = ""
    active_probes: Annotated[
        Consent, _about(N_("yes: the probe may write a few MiB beside the repository for a moment"))
    ] = Consent.NO
