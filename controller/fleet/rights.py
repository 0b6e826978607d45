"""Which role may vouch, ask and decide; each only inside the facility that the person has.

An inspector reads. Somebody with a facility of their own acts for that facility alone, whatever
the role. Who decides is never who asked: that stands in `decide_exception` and in the fold.
"""

from collections.abc import Set as AbstractSet

from controller.errors import NotAllowedError
from controller.store.logins import Person

MAY_ATTEST = frozenset({"admin", "facility"})
MAY_REQUEST = frozenset({"admin", "analyst", "facility"})
MAY_DECIDE = frozenset({"admin"})
MAY_END = MAY_REQUEST  # to end an exception early makes nothing look better


def may(person: Person, roles: AbstractSet[str], facility: str) -> bool:
    return person.role in roles and person.facility in ("", facility)


def demand(person: Person, roles: AbstractSet[str], facility: str) -> None:
    """Return when this person may.

    Raises:
        NotAllowedError: the role is another one, or the facility is.
    """
    if not may(person, roles, facility):
        raise NotAllowedError(person=person.code, facility=facility, roles=", ".join(sorted(roles)))
