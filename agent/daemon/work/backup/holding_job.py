"""Holds old points, at once and by anyone; lets them go when two people have asked for it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from agent.backup.records.records import Records, open_records
from agent.backup.records.site_facts import Retention as Held
from agent.backup.retention.errors import NobodyInParticularError, NothingHeldError
from agent.backup.retention.holds import ALL, Hold, Holds, Wish
from agent.daemon.app import App
from agent.daemon.people import Person
from agent.daemon.tell import tell
from agent.daemon.work.sites.site_state import tell_site_states
from agent.daemon.work.speaking import speak_of_trouble
from agent.sites.opening import open_site, site_named
from wire.messages import Retention

PERSON = "person"  # purpose of the people's pseudonyms
BY_ORDER, BY_PERSON, BY_AGENT = "order", "person", "agent"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is held, and who has asked so far that it is let go."""

    holds: tuple[Hold, ...]
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class Released:
    """What came of one person's wish; `people` is empty while a second one is needed."""

    scope: str
    people: tuple[str, ...]


def place(app: App, person: Person, reason: str, order_id: str = "") -> Hold:
    """From now on nothing old is removed at any site until two people have released it."""
    placed = _place(app, f"order:{order_id}" if order_id else person.id, reason)
    _say(app, "held", "" if order_id else person.id, order_id=order_id)
    _tell_sites(app)
    return placed


def place_for(app: App, suspicion_id: str, reason: str) -> Hold:
    """The same by the agent itself, since files look attacked; people release it as any other."""
    placed = _place(app, f"suspicion:{suspicion_id}", reason)
    tell(app, Retention(action="held", at=placed.placed_at, by=BY_AGENT))
    _tell_sites(app)
    return placed


def _place(app: App, by: str, reason: str) -> Hold:
    with _opened(app) as records:
        placed = records.holds().place(by, reason, app.clock.now(), app.entropy)
        for site in app.config.sites:
            records.site_facts().put(site.name, Held(held=True), placed.placed_at)
    return placed


def _tell_sites(app: App) -> None:
    doors = [open_site(site, app.home) for site in app.config.sites if site.maintenance is None]
    tell_site_states(app, tuple(doors))


def spread(app: App) -> tuple[str, ...]:
    """Tell the maintenance hosts of what is held; the sites that could not be told."""
    with _opened(app) as records:
        return speak_of_trouble(app, records)


def release(app: App, person: Person, site: str = ALL) -> Released:
    """Ask that everything held goes its way, or that room may be made once at a site.

    Raises:
        NothingHeldError: nothing is held.
        NobodyInParticularError: two wishes of root could be one person's.
        UnknownSiteError: there is no such site.
    """
    if site:
        site_named(site, app.config.sites)
    if not person.particular:
        raise NobodyInParticularError
    with _opened(app) as records:
        holds = records.holds()
        if not holds.standing():
            raise NothingHeldError
        people = holds.wish(site, person.id, app.clock.now())
    _say(app, _action(site, agreed=bool(people)), person.id, site)
    return Released(site, people)


def standing(app: App) -> Standing:
    with _opened(app) as records:
        return standing_in(app, records.holds())


def standing_in(app: App, holds: Holds) -> Standing:
    now = app.clock.now()
    scopes = (ALL, *(site.name for site in app.config.sites))
    wishes = tuple(wish for scope in scopes for wish in holds.wishes(scope, now))
    return Standing(holds.standing(), wishes)


def _action(site: str, *, agreed: bool) -> str:
    if site:
        return "room_allowed" if agreed else "room_asked"
    return "released" if agreed else "release_asked"


def _say(app: App, action: str, person: str, site: str = "", order_id: str = "") -> None:
    tell(
        app,
        Retention(
            action=action,
            at=app.clock.now(),
            site=site,
            by=BY_ORDER if order_id else BY_PERSON,
            person=app.pseudonyms.of(PERSON, person) if person else None,
            order_id=order_id,
        ),
    )


@contextlib.contextmanager
def _opened(app: App) -> Iterator[Records]:
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        yield records
