"""Who it was, from what is remembered of a process. Pure."""

from typing import NamedTuple

from agent.integrity.who.command import shown_command
from agent.integrity.who.gone import Moment
from agent.integrity.who.lineage import program
from agent.integrity.who.proc import Image, Person
from agent.integrity.who.process import Process
from agent.integrity.who.record import Who

DOUBT_NS = 50_000_000  # how long a hint may have waited before it was read


class Told(NamedTuple):
    """An answer, and when its process was born, by the clock of `Moment`."""

    who: Who
    born_ns: int


def told_of(process: Process, moment: Moment) -> Told | None:
    """None where it can have worked for more than one person, or for nobody knows whom.

    The kernel's own threads are root's by number, and work for others: clients of its NFS server,
    whoever wrote into a mounted image.
    """
    since_ns = (
        min(moment.since_ns, process.died_ns - DOUBT_NS) if process.died_ns else moment.since_ns
    )
    person = only_one(process.people_within(since_ns, moment.at_ns))
    if person is None:
        return None
    image = process.image_at(moment.at_ns)
    if image is not None and image.is_kernels:
        return None
    usual = person == process.person and image is process.image
    who = process.told if usual else None
    if who is None:
        who = said(process.pid, person, image, process.parents)
    if usual:
        process.told = who
    return Told(who, process.born_ns)


def candidates(process: Process, moment: Moment) -> tuple[Who, ...]:
    """Everybody who can have done it; none, where it can have been somebody unknown."""
    people = process.people_within(moment.since_ns, moment.at_ns)
    image = process.image_at(moment.at_ns)
    if image is None or None in people:
        return ()
    known = (person for person in people if person is not None)
    return tuple(
        said(process.pid, person, image, process.parents) for person in sorted(known, key=str)
    )


def only_one(people: set[Person | None]) -> Person | None:
    """The one in whose name something was done; None: more than one, or somebody unknown.

    Root's process that served somebody worked for that one.
    """
    if None in people:
        return None
    known = {person for person in people if person is not None}
    served = {person for person in known if person.user} or known
    if len({(person.user, person.login) for person in served}) != 1:
        return None
    return min(served, key=lambda person: (person.session is None, person))


def said(pid: int, person: Person, image: Image | None, parents: tuple[str, ...]) -> Who:
    return Who(
        uid=person.user,
        login_uid=person.login,
        pid=pid,
        exe=program(image),
        command="" if image is None else shown_command(image.arguments),
        parents=parents,
        session=person.session,
    )
