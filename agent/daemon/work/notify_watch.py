"""Everything that is wrong on this host now, as a mail may tell it."""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import structs

from agent.backup.records.records import open_records
from agent.backup.records.site_facts import (
    Attacked,
    Janitor,
    Keys,
    Objects,
    Retention,
    Room,
    SiteFacts,
)
from agent.daemon.app import App
from agent.daemon.running import running_now
from agent.daemon.work.backup import unplugged
from agent.daemon.work.backup.backup_job import look, open_sites
from agent.daemon.work.notify_integrity import integrity_troubles
from agent.drills.journal import Journal, open_drills
from agent.notify.judging import Watched, dataset_troubles, merged
from agent.notify.trouble import Kind, Trouble
from agent.sites.door import SiteDoor
from recovery.rpo import happened_within
from recovery.site_troubles import (
    SiteTrouble,
    janitor_warnings,
    number_of,
    site_troubles,
)
from wire.errors import LachanError
from wire.messages import SiteState
from wire.verdicts import Cause, DrillVerdict, Protection

log = logging.getLogger("lachan.agent")
AWAY_AFTER = timedelta(hours=24)
_DRILLS_READ = 50
_DECISIVE = (DrillVerdict.PASSED, DrillVerdict.FAILED)
_DATASET, _CONTROLLER = "dataset:", "controller:"
Since = Mapping[str, datetime]


def watched_names(app: App) -> tuple[str, ...]:
    """What must be known since when: a dataset without a point is due one RPO after that."""
    datasets = (_DATASET + dataset.name for dataset in app.config.datasets)
    return (_CONTROLLER + app.identity.agent, *datasets)


def controller_away_since(app: App, since: Since, now: datetime) -> datetime | None:
    """The last heartbeat, once it is a day old; None: it watches over us, or there is none."""
    if not app.joined:
        return None
    heard = app.memory.fact("last_heartbeat_at")
    last = datetime.fromisoformat(heard) if heard else since[_CONTROLLER + app.identity.agent]
    return None if happened_within(last, AWAY_AFTER, now) else last


def troubles(app: App, since: Since, now: datetime) -> list[Trouble] | None:
    """What is wrong; None: this could not be found out, and nothing may be called good."""
    try:
        return merged(_all(app, since, now))
    except LachanError as error:
        log.warning("the watch could not look: %s", type(error).__name__)
    except Exception:
        log.exception("the watch could not look")
    return None


def _all(app: App, since: Since, now: datetime) -> Iterator[Trouble]:
    away = controller_away_since(app, since, now)
    if away is not None:
        yield Trouble(Kind.CONTROLLER_AWAY, since=away)
    yield from integrity_troubles(app)
    names = tuple(dataset.name for dataset in app.config.datasets)
    if not names:
        return
    if not app.config.sites:
        yield Trouble(Kind.NOT_TWO_SITES, cause=Cause.NO_SNAPSHOT, datasets=names)
        return
    running = running_now(app.home)
    for result in look(app):
        name = result.dataset.name
        begun = running.begun_at if running is not None and running.dataset == name else None
        planned_at = since[_DATASET + name]
        yield from dataset_troubles(
            Watched(name, result.facts, result.judgement, planned_at, begun), now
        )
    yield from _of_sites(app, now)
    yield from _of_drills(app, names)


def _of_sites(app: App, now: datetime) -> Iterator[Trouble]:
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        facts = records.site_facts()
        states = [
            (_state(facts, door), door.protection is not Protection.NONE)
            for door in open_sites(app)
        ]
        copy = unplugged.standing(app, records)
    if copy is not None:
        states.append((unplugged.state_of(copy, now), False))
    for state, protected in states:
        for found in site_troubles(state, now, protected=protected):
            trouble = Trouble(Kind(found.value), site=state.site, number=number_of(found, state))
            if found is not SiteTrouble.JANITOR_WARNS:
                yield trouble
                continue
            for sign in janitor_warnings(state):
                yield structs.replace(trouble, detail=sign)


def _state(facts: SiteFacts, door: SiteDoor) -> SiteState:
    """The newest of each part however old it is: what was bad stays so until somebody looked."""
    state = SiteState(site=door.name, kind=door.kind, held_by=door.held_by)
    if (attacked := facts.get(door.name, Attacked)) and attacked.value.place == door.place:
        state = structs.replace(
            state,
            protection=attacked.value.protection,
            attacks_succeeded=attacked.value.succeeded,
        )
    if room := facts.get(door.name, Room):
        state = structs.replace(state, full_in_days=room.value.full_in_days)
    if keys := facts.get(door.name, Keys):
        state = structs.replace(state, unknown_keys=keys.value.unknown)
    if objects := facts.get(door.name, Objects):
        state = structs.replace(state, rogue_objects=objects.value.rogue)
    if janitor := facts.get(door.name, Janitor):
        state = structs.replace(state, janitor_signs=janitor.value.signs)
    if retention := facts.get(door.name, Retention):
        state = structs.replace(state, retention_held=retention.value.held)
    return state


def _of_drills(app: App, names: tuple[str, ...]) -> Iterator[Trouble]:
    """The newest that came to a verdict, of each class, dataset and site."""
    with contextlib.closing(open_drills(app.home, app.clock)) as drills:
        journals = drills.recent(_DRILLS_READ)
    newest: dict[tuple[str, str, str], Journal] = {}
    for drill in journals:
        if drill.verdict in _DECISIVE and drill.dataset in names:
            newest.setdefault((drill.drill_class, drill.dataset, drill.site), drill)
    for drill in newest.values():
        if drill.verdict is DrillVerdict.FAILED:
            yield Trouble(
                Kind.DRILL_FAILED,
                subject=drill.dataset,
                site=drill.site,
                cause=drill.cause,
                detail=drill.drill_class,
                since=drill.ended_at,
            )
