"""The shape of agent.yaml. Every field has its explanation here; unknown keys are errors."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from agent.config.datasets import Dataset, Excluded
from agent.config.notify import Notify
from agent.config.pace import IntegrityPace
from agent.config.places import Location
from agent.config.sites import SITE_KINDS, Site
from wire.text import N_
from wire.verdicts import Names, Regime

__all__ = [
    "HIGHEST_LEVEL",
    "ORDER_KINDS",
    "SITE_KINDS",
    "Accept",
    "AcceptPacks",
    "AgentConfig",
    "Alert",
    "ControllerAddress",
    "Dataset",
    "Drills",
    "Excluded",
    "Expected",
    "Metrics",
    "Site",
    "System",
    "Watched",
    "YesNo",
]

ORDER_KINDS = ("check", "scan", "backup", "verify", "drill", "hold")
HIGHEST_LEVEL = 5


class AcceptPacks(StrEnum):
    """What becomes of a pack of policies that the province signed."""

    YES = "yes"  # in force at once
    ASK = "ask"  # waits until the owner accepts it
    NO = "no"  # refused


class Accept(StrEnum):
    """How many people it takes to approve what changed."""

    ONE = "one"
    TWO = "two"


class Alert(StrEnum):
    """What of a watched path is an alarm; everything is stored and told in any case."""

    CHANGES = "changes"  # whatever nothing explains
    ATTACKS = "attacks"  # people work there all day


class YesNo(StrEnum):
    """A switch, as its owner writes it."""

    YES = "yes"
    NO = "no"


def _about(text: str) -> Meta:
    return Meta(description=text)


class ControllerAddress(Struct, frozen=True, forbid_unknown_fields=True):
    url: Annotated[str, _about(N_("address of the province's controller, without any password"))]


class System(Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, _about(N_("the information system's code, as the province lists it"))]
    regime: Annotated[Regime, _about(N_("the law under which its level was decided"))]
    level: Annotated[
        int, _about(N_("its level, 1 to 5; the stricter of this and the order counts"))
    ]


class Watched(Struct, frozen=True, forbid_unknown_fields=True):
    path: Annotated[Path, _about(N_("the folder to watch"))]
    names: Annotated[
        Names, _about(N_("what the controller may see of names: none, folder, full"))
    ] = Names.NONE
    folder_depth: Annotated[int, _about(N_("with `names: folder`: how many folders deep"))] = 1
    ignore: Annotated[tuple[str, ...], _about(N_("file names left out, as shell patterns"))] = ()
    only: Annotated[
        tuple[str, ...], _about(N_("if given, nothing else counts; what is ignored stays so"))
    ] = ()
    reread_within: Annotated[
        str, _about(N_("each file is read again within this time, though it looks unchanged"))
    ] = "30d"
    alert: Annotated[
        Alert,
        _about(
            N_("what is an alarm: changes that nothing explains; or attacks, where people work")
        ),
    ] = Alert.CHANGES
    accept: Annotated[
        Accept, _about(N_("how many people approve a change: one, or two with different logins"))
    ] = Accept.ONE
    texts: Annotated[
        YesNo,
        _about(N_("yes: earlier texts of small files are kept here, without their secrets")),
    ] = YesNo.NO
    canaries: Annotated[
        YesNo,
        _about(N_("yes: three hidden documents of ours lie here; who touches them is an alarm")),
    ] = YesNo.NO


class Drills(Struct, frozen=True, forbid_unknown_fields=True):
    d0: Annotated[str, _about(N_("when to prove a sample of files from a site"))] = "30 2 * * *"
    d1: Annotated[str, _about(N_("when to restore everything into a sealed folder"))] = "0 3 * * 6"


class Offline(Struct, frozen=True, forbid_unknown_fields=True):
    """A third copy on a disk that is unplugged; absent: nobody watches its age."""

    max_age: Annotated[str, _about(N_("how old the copy on the unplugged disk may become"))] = "30d"


class Metrics(Struct, frozen=True, forbid_unknown_fields=True):
    textfile: Annotated[Path | None, _about(N_("file for node_exporter's textfile collector"))] = (
        None
    )
    listen: Annotated[str, _about(N_("or a loopback address and port: 127.0.0.1:9273"))] = ""


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """What its owner says belongs on this host; checks compare. Absent: they cannot decide."""

    ports: Annotated[
        tuple[str, ...], _about(N_("what may listen for others: 22/tcp, 445/tcp"))
    ] = ()
    administrators: Annotated[tuple[str, ...], _about(N_("the accounts that may become root"))] = ()
    dns_servers: Annotated[tuple[str, ...], _about(N_("the name servers that are trusted"))] = ()
    filtering_dns_servers: Annotated[
        tuple[str, ...], _about(N_("those of them that refuse harmful names"))
    ] = ()


class AgentConfig(Struct, frozen=True, forbid_unknown_fields=True):
    facility: Annotated[str, _about(N_("the facility's code, as the province lists it"))] = ""
    controller: Annotated[
        ControllerAddress | None,
        _about(N_("absent: the agent works alone; set by `lachan-agent join`")),
    ] = None
    systems: Annotated[tuple[System, ...], _about(N_("information systems on this host"))] = ()
    integrity: Annotated[tuple[Watched, ...], _about(N_("folders whose changes are noticed"))] = ()
    integrity_pace: Annotated[
        IntegrityPace, _about(N_("how hard looking at the files may press this server"))
    ] = IntegrityPace()
    datasets: Annotated[
        tuple[Dataset, ...], _about(N_("what must come back after a disaster"))
    ] = ()
    excluded: Annotated[
        tuple[Excluded, ...], _about(N_("what is in no dataset on purpose, with the reason"))
    ] = ()
    sites: Annotated[tuple[Site, ...], _about(N_("two places that hold the backups"))] = ()
    offline: Annotated[
        Offline | None, _about(N_("a third copy on a disk that is plugged in only for copying"))
    ] = None
    location: Annotated[Location | None, _about(N_("where this server itself is"))] = None
    expected: Annotated[Expected, _about(N_("what belongs on this host; checks compare"))] = (
        Expected()
    )
    drills: Annotated[Drills, _about(N_("when recovery is rehearsed"))] = Drills()
    metrics: Annotated[Metrics, _about(N_("the agent's own figures; counts only, no names"))] = (
        Metrics()
    )
    notify: Annotated[
        Notify | None, _about(N_("mail of an agent that works alone; absent: it mails nobody"))
    ] = None
    quiet_hours: Annotated[
        str, _about(N_("when mails wait, local time; an attack is mailed at once: 22:00-06:00"))
    ] = ""
    suspicion_playbook: Annotated[
        str, _about(N_("begun by itself when files look attacked; empty: none"))
    ] = "incident.ransomware-suspected"
    orders: Annotated[
        tuple[str, ...], _about(N_("what the controller may ask for; leave out what it may not"))
    ] = ORDER_KINDS
    accept_packs: Annotated[
        AcceptPacks,
        _about(N_("the province's own policies: yes takes them, ask waits for you, no refuses")),
    ] = AcceptPacks.ASK
