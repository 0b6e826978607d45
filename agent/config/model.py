"""The shape of agent.yaml. Every field has its explanation here; unknown keys are errors."""

from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from agent.config.durations import parse_duration
from wire.verdicts import HeldBy, Names, Regime


class ControllerAddress(Struct, frozen=True, forbid_unknown_fields=True):
    url: str


class System(Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    regime: Regime
    level: int


class Watched(Struct, frozen=True, forbid_unknown_fields=True):
    path: Path
    names: Names = Names.NONE
    folder_depth: int = 1
    ignore: tuple[str, ...] = ()


class Keep(Struct, frozen=True, forbid_unknown_fields=True):
    within_hourly: str = "2d"
    within_daily: str = "30d"
    within_weekly: str = "6m"
    within_monthly: str = "3y"


class Dataset(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    paths: tuple[Path, ...]
    schedule: str
    rpo: str
    names: Names = Names.NONE
    keep: Keep = Keep()

    @property
    def rpo_duration(self) -> timedelta:
        return parse_duration(self.rpo)


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    kind: str  # local | append_only_ssh (sftp, rest, s3 come with their own issue)
    held_by: HeldBy
    path: Path | None = None
    user: str = ""
    host: str = ""
    port: int = 22
    key_file: Path | None = None
    probe_key_file: Path | None = None
    known_hosts_file: Path | None = None
    address: str = ""
    coordinates: tuple[float, float] | None = None


class Drills(Struct, frozen=True, forbid_unknown_fields=True):
    d0: str = "30 2 * * *"
    d1: str = "0 3 * * 6"


class Metrics(Struct, frozen=True, forbid_unknown_fields=True):
    textfile: Path | None = None
    listen: str = ""


class AgentConfig(Struct, frozen=True, forbid_unknown_fields=True):
    facility: str = ""
    controller: ControllerAddress | None = None
    systems: tuple[System, ...] = ()
    integrity: tuple[Watched, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    sites: tuple[Site, ...] = ()
    drills: Drills = Drills()
    metrics: Metrics = Metrics()
    orders: tuple[str, ...] = ("check", "scan", "backup", "verify", "drill", "hold")
    accept_packs: str = "yes"
