"""When two people must approve: one asks, another one asks for the same, and it is done."""

from agent.config.model import Watched
from agent.daemon.app import App
from agent.daemon.people import Person
from agent.daemon.tell import tell
from agent.daemon.work.integrity.integrity_statements import acceptance_statement
from agent.files.names import path_bytes
from agent.integrity.errors import NobodyInParticularError
from agent.integrity.store import BaselineStore
from agent.integrity.wishes import EVERYTHING, Part, Wish, others_for

SECOND_PERSON = "second_person"  # why there is no baseline yet


def wish_of(
    app: App, watched: Watched, person: Person, review: str = "", part: Part = EVERYTHING
) -> Wish:
    """What this person wants.

    Raises:
        NobodyInParticularError: two wishes of root could be one person's.
    """
    if not person.particular:
        raise NobodyInParticularError
    at = int(app.clock.now().timestamp())
    return Wish(path_bytes(watched.path), review, part.in_order(), person.id, at)


def agreed(app: App, store: BaselineStore, watched: Watched, wish: Wish) -> tuple[str, ...]:
    """The people who want it, once there are two; before that the wish is sealed and kept."""
    standing = _standing(app, store)
    others = others_for(standing, wish)
    if others:
        return tuple(sorted({wish.person, *others}))
    tell(app, acceptance_statement(app, watched, wish))
    kept = tuple(
        one for one in standing if (one.subject, one.person) != (wish.subject, wish.person)
    )
    store.keep_wishes((*kept, wish))
    return ()


def let_die(app: App, store: BaselineStore, watched: Watched, review: str) -> None:
    """What was reviewed is not what is there now, or too long ago: nobody wishes that any more."""
    path = path_bytes(watched.path)
    alive = tuple(
        one for one in _standing(app, store) if one.watched != path or one.review in ("", review)
    )
    if alive != store.wishes():
        store.keep_wishes(alive)


def waiting_for(app: App, store: BaselineStore, watched: Watched) -> tuple[Wish, ...]:
    """Who has asked so far, and waits for a second person."""
    path = path_bytes(watched.path)
    return tuple(one for one in _standing(app, store) if one.watched == path)


def _standing(app: App, store: BaselineStore) -> tuple[Wish, ...]:
    now = app.clock.now()
    return tuple(wish for wish in store.wishes() if wish.stands(now))
