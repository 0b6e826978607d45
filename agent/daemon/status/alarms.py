"""Alarms about the controller and the chain, in words, with what to do."""

from collections.abc import Iterator

from agent.daemon.status.items import Item
from agent.uplink.memory import (
    CLOCK_WRONG,
    CLONED,
    EVIDENCE_REFUSED,
    HISTORY_REWRITTEN,
    LEVEL_DIFFERS,
    ORDER_REFUSED,
    PACK_REFUSED,
    REVOKED,
    Alarm,
)
from wire.text import N_
from wire.verdicts import CheckVerdict

_ALARM_WORDS: dict[str, tuple[str, str]] = {
    HISTORY_REWRITTEN: (
        N_("The controller's log was rewritten: {detail}"),
        N_(
            "Tell the province and its inspector. Its orders, assignments and packs count again"
            " once the state folder was put aside, as proof."
        ),
    ),
    CLOCK_WRONG: (
        N_("This host's clock is {detail} s away from the controller's."),
        N_("Set this host's clock: timedatectl set-ntp true"),
    ),
    CLONED: (
        N_("Another host speaks with this agent's name."),
        N_("Stop the copy, or enrol it as a host of its own with a new token."),
    ),
    REVOKED: (
        N_("The controller has revoked this agent."),
        N_("If that was a mistake, enrol the host again with a new token."),
    ),
    EVIDENCE_REFUSED: (
        N_("The controller refuses evidence: {detail}. It stays here."),
        N_("Ask the province's administrator; show `lachan-agent outbox`."),
    ),
    LEVEL_DIFFERS: (
        N_("Level or regime differ between this host and the province: {detail}."),
        N_("Correct `systems:` in agent.yaml, or ask the province; the stricter counts."),
    ),
    ORDER_REFUSED: (
        N_("An order that the controller did not sign was refused: {detail}"),
        N_("Tell the province: someone may be trying to steer this host."),
    ),
    PACK_REFUSED: (
        N_("A pack of policies from the controller was refused: {detail}"),
        N_("Ask the province's administrator; the pack that was in force stays."),
    ),
}


def alarm_items(alarms: tuple[Alarm, ...]) -> Iterator[Item]:
    for alarm in alarms:
        message, remedy = _ALARM_WORDS[alarm.kind]
        name = "alarm." + alarm.kind.lower()
        yield Item(name, CheckVerdict.FAIL, message, {"detail": alarm.detail}, remedy)
