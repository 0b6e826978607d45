"""Seals what is known of each site: when something of it has changed, and once a day."""

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from agent.backup.carrying.seeding import underway
from agent.backup.protection import protection_of
from agent.backup.records.records import Records, open_records
from agent.backup.records.site_facts import (
    Attacked,
    Janitor,
    Keys,
    Objects,
    Reading,
    Retention,
    Room,
    SiteFacts,
)
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work.backup import unplugged
from agent.sites.door import SiteDoor
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import SiteState

AT_LEAST_EVERY = timedelta(days=1)
_KIND = "site_state"
_MOST_READ = 100


def tell_site_states(app: App, doors: tuple[SiteDoor, ...]) -> None:
    """Say of each site what is known now, if that is news."""
    now, said = app.clock.now(), _said(app)
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        states = [state_of(records.site_facts(), door, now) for door in doors]
        states += _unplugged(app, records, now, said)
    for state in states:
        before = said.get(state.site)
        if before is None or _is_news(*before, state, now):
            tell(app, state)


def _unplugged(
    app: App, records: Records, now: datetime, said: Mapping[str, tuple[SiteState, datetime]]
) -> list[SiteState]:
    """The unplugged copy is one more place; what is no longer asked for is said once more."""
    found = unplugged.standing(app, records)
    if found is None and unplugged.SITE in said:
        found = unplugged.Standing(None, None, ())
    return [] if found is None else [unplugged.state_of(found, now)]


def state_of(facts: SiteFacts, door: SiteDoor, now: datetime) -> SiteState:
    """Every part that is not too old; what is not known stays absent."""
    attacked = facts.get(door.name, Attacked)
    if attacked is not None and attacked.value.place != door.place:
        attacked = None
    room = facts.fresh(door.name, Room, now)
    retention = facts.fresh(door.name, Retention, now)
    keys = facts.fresh(door.name, Keys, now)
    objects = facts.fresh(door.name, Objects, now)
    janitor = facts.fresh(door.name, Janitor, now)
    reading = facts.fresh(door.name, Reading, now)
    parts = (attacked, room, retention, keys, objects, janitor, reading)
    return SiteState(
        site=door.name,
        kind=door.kind,
        held_by=door.held_by,
        protection=protection_of(facts, door, now),
        attacked_at=attacked.looked_at if attacked else None,
        attacks_succeeded=attacked.value.succeeded if attacked else (),
        attacks_refused=attacked.value.refused if attacked else (),
        attack_reason=attacked.value.reason if attacked else "",
        stored_bytes=room.value.stored_bytes if room else None,
        free_bytes=room.value.free_bytes if room else None,
        full_in_days=room.value.full_in_days if room else None,
        retention_held=retention.value.held if retention else None,
        unknown_keys=keys.value.unknown if keys else None,
        rogue_objects=objects.value.rogue if objects else None,
        janitor_at=janitor.value.ran_at if janitor else None,
        janitor_signs=janitor.value.signs if janitor else (),
        packs=reading.value.packs if reading else None,
        packs_read_in_30_days=reading.value.read_in_30_days if reading else None,
        oldest_read_at=reading.value.oldest_read_at if reading else None,
        seeding=underway(facts, door.name, now),
        looked_at=max((part.looked_at for part in parts if part), default=None),
    )


def _is_news(before: SiteState, said_at: datetime, state: SiteState, now: datetime) -> bool:
    return now - said_at >= AT_LEAST_EVERY or _lasting(before) != _lasting(state)


def _lasting(state: SiteState) -> SiteState:
    """Without what every look finds changed: that may wait for the day's statement."""
    moments = {"looked_at": None, "attacked_at": None, "janitor_at": None}
    return replace(state, **moments, stored_bytes=None, free_bytes=None)


def _said(app: App) -> dict[str, tuple[SiteState, datetime]]:
    """The newest of each site, from our own chain."""
    newest: dict[str, tuple[SiteState, datetime]] = {}
    for row in app.outbox.latest(_KIND, _MOST_READ):
        body = decode_statement(_KIND, peek_payload(row.raw)).body
        if isinstance(body, SiteState):
            newest.setdefault(body.site, (body, row.sealed_at))
    return newest
