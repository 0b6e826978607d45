"""One setting of the journal daemon, with its drop-in files and what it does by itself."""

import msgspec

from agent.checks.families.demand import Demand
from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged
from agent.facts import journald, systemd_conf

DROP_IN = "/etc/systemd/journald.conf.d/90-lachan.conf"


class JournaldSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Times are in seconds, truth values yes or no, levels by their names."""

    name: str
    be: Demand

    def __post_init__(self) -> None:
        if self.name not in journald.DEFAULTS:
            raise ValueError(f"name is none of {', '.join(journald.DEFAULTS)}")


def build(params: JournaldSetting) -> Parts[journald.JournaldSettings]:
    return Parts(
        expected=params.be.said(params.name),
        remedy=f"mkdir -p {DROP_IN.rpartition('/')[0]} && printf '[Journal]\\n{params.name}="
        f"{params.be.example}\\n' >> {DROP_IN} && systemctl restart systemd-journald",
        needs=journald.collect,
        judge=lambda facts: judge(facts, params),
    )


def judge(facts: journald.JournaldSettings, params: JournaldSetting) -> Outcome:
    written = facts.values[params.name]
    value = journald.plain(params.name, written)
    if params.name == "Storage" and facts.stored_on_disk:
        value = "persistent"
    observed = f"{params.name}={written}"
    if params.name == "Storage":
        observed += f"; {'' if facts.folder else 'no '}{journald.FOLDER}"
    return judged(params.be.met_by(value), observed)


def _reads(_params: JournaldSetting) -> tuple[str, ...]:
    folders = [f"{folder}/{journald.FILE}" for folder in systemd_conf.FOLDERS]
    drop_ins = [f"{path}.d" for path in folders]
    return (*folders, *drop_ins, journald.FOLDER, *journald.PROGRAMS)


FAMILY = Family(
    name="journald_setting", params=JournaldSetting, build=build, reads=_reads, in_packs=False
)
