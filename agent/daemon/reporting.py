"""What the daemon says to its controller, and what it does with the answer."""

import os
from importlib import metadata

from agent.daemon.app import App
from agent.daemon.running import running_now
from agent.daemon.tell import tell, tell_gaps
from agent.daemon.watching_told import watching_told
from agent.daemon.work.policy_pack import pack_uses, settle
from agent.state import gaps
from agent.state.lock import hold
from agent.uplink.heartbeat import HostWords, beat
from agent.uplink.memory import LEVEL_DIFFERS
from agent.uplink.policy_packs import remembered
from agent.uplink.secrets import DATASET, Pseudonyms
from agent.uplink.sending import Sent, send_all
from wire.codec import encode
from wire.messages import Configuration, Planned, Running

_SEND_LOCK_S = 60.0
_TOLD = "configuration_told"


def send_heartbeat(app: App) -> None:
    """One heartbeat; what it brings back is kept in the agent's memory."""
    before = remembered(app.memory)
    link = app.link()
    try:
        beat(link, _words(app))
    finally:
        link.close()
    judge_levels(app)
    settle(app)
    if remembered(app.memory) != before:
        tell_configuration(app)


def _words(app: App) -> HostWords:
    watched = watching_told(app)
    return HostWords(
        boot_id=app.boot_id,
        agent_version=agent_version(),
        busy=_busy(),
        running=running_told(app),
        watching=watched.way,
        events_last=None if watched.events is None else watched.events.number,
        events_head="" if watched.events is None else watched.events.link,
    )


def send_evidence(app: App) -> Sent:
    """Say what was lost, then send everything that waits; one process at a time."""
    tell_gaps(app)
    link = app.link()
    try:
        with hold(app.home, "send", wait_s=_SEND_LOCK_S, clock=app.clock):
            sent = send_all(link)
            app.outbox.prune()
            if sent.mended:  # for `status`, and for a statement in the next round
                gaps.remember(app.home, gaps.StateGap("outbox", "damaged", "", app.clock.now()))
    finally:
        link.close()
    return sent


def tell_configuration(app: App) -> None:
    """State the configuration when it has changed since it was last stated."""
    config = app.config
    body = Configuration(
        digest=Pseudonyms(app.keys.k_f).of("configuration", repr(config)),
        regimes={system.code: system.regime for system in config.systems},
        levels={system.code: system.level for system in config.systems},
        datasets=len(config.datasets),
        watched=len(config.integrity),
        sites=tuple(site.name for site in config.sites),
        orders_allowed=config.orders,
        controller_set=config.controller is not None,
        accept_packs=config.accept_packs.value,
        policy_packs=pack_uses(app),
        planned=_planned(app),
    )
    said = f"{app.identity.agent} {Pseudonyms(app.keys.k_f).of('configuration', encode(body))}"
    if app.memory.fact(_TOLD) != said:
        tell(app, body)
        app.memory.keep(_TOLD, said)


def _planned(app: App) -> tuple[Planned, ...]:
    """By which the controller knows what must come, and what was given up."""
    return tuple(
        Planned(app.pseudonyms.of(DATASET, each.name), each.rpo_duration.total_seconds())
        for each in app.config.datasets
    )


def running_told(app: App) -> tuple[Running, ...]:
    now = running_now(app.home)
    if now is None:
        return ()
    pseudonym = app.pseudonyms.of(DATASET, now.dataset)
    return (Running(pseudonym, now.begun_at, now.phase, now.share),)


def judge_levels(app: App) -> None:
    """A level that the owner and the province see differently is an alarm until they agree."""
    differing = [system.code for system in app.judged_systems if system.differs]
    if differing and app.identity.membership is not None:
        app.memory.raise_alarm(LEVEL_DIFFERS, ", ".join(differing))
    else:
        app.memory.clear_alarm(LEVEL_DIFFERS)


def agent_version() -> str:
    return metadata.version("lachan")


def _busy() -> float:
    """Load of the last minute per processor, at most 1."""
    return min(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
