"""What is remembered of all processes: the kernel's happenings go in, one process comes out.

A child is what its parent was, until the kernel says otherwise. Not so where somebody else can have
made it: with CLONE_PARENT a process gives its own parent a child, so that what a child of a parent
with strange children is must be asked, and is unknown when nobody answers.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

from agent.integrity.who.connector import EXEC, EXIT, FORK, UID, Happening
from agent.integrity.who.gone import Gone, Moment
from agent.integrity.who.lineage import ancestors, parents_below, program
from agent.integrity.who.proc import Found, Image, Person
from agent.integrity.who.process import Process

MOST_LIVING = 32_768
_SAME_BIRTH_NS = 200_000_000  # /proc counts in ticks, and a birth is told a moment after it
_MOST_ABOVE = 64
_FIRST = 1


class Asked(Protocol):
    """Who is asked about a living process; None: no answer."""

    def image(self, pid: int, /) -> Image | None: ...

    def person(self, pid: int, /) -> Person | None: ...

    def login(self, pid: int, /) -> tuple[int | None, int | None] | None: ...

    def threads(self, pid: int, /) -> int:
        """More than one: it goes on without its first."""


class Memory:
    """Guards the living and, for a while, the dead."""

    def __init__(self, asked: Asked, clock: Callable[[], int]) -> None:
        self._asked = asked
        self._clock = clock
        self._living: dict[int, Process] = {}
        self._gone = Gone()
        self._unsure: dict[int, Process] = {}  # whom to ask when nothing more waits
        self.crowded = False  # more live than are remembered: what came after is not in here
        self._steps = {FORK: self._fork, EXEC: self._exec, UID: self._uid, EXIT: self._exit}

    def __len__(self) -> int:
        return len(self._living) + len(self._gone)

    def notes(self, happenings: Iterable[Happening]) -> None:
        for happening in happenings:
            self._steps[happening.what](happening)

    def newest(self, pid: int) -> Process | None:
        return self._living.get(pid)

    def which(self, pid: int, moment: Moment) -> Process | None:
        """The one process that bore this number then; None when it can have been another."""
        if moment.there:
            born = [p for p in self._all_with(pid) if p.born_ns <= moment.at_ns]
            return max(born, key=lambda p: p.born_ns, default=None)
        lived = [p for p in self._all_with(pid) if _lived_within(p, moment)]
        if moment.there is False:
            lived = [p for p in lived if p.died_ns] or self._gone.late(pid, moment)
        return lived[0] if len(lived) == 1 else None

    def begins(self, everything: Iterable[Found]) -> None:
        """Take what lives now; what was known and is still the same stays known without a gap."""
        found = {process.pid: process for process in everything}
        before, self._living = self._living, {}
        self._gone = Gone()
        self._unsure.clear()
        self.crowded = False
        for each in found.values():
            known = before.get(each.pid)
            if known is None or not same(known, each):
                known = Process(each.pid, each.parent, each.born_ns, ancestors(each, found))
            self._living[each.pid] = _as_found(known, each)
        for process in self._living.values():
            process.above = self._living.get(found[process.pid].parent)
            process.strangers, process.strange_to = 0, ()
        for process in self._living.values():
            _marks_ancestors(process)

    def _fork(self, happening: Happening) -> None:
        pid, at_ns = happening.pid, happening.at_ns
        known = self._living.get(pid)
        if known is not None and known.seen_ns >= at_ns:
            return
        if len(self._living) >= MOST_LIVING:
            self.crowded = True
            return
        parent = self._living.get(happening.first)
        child = Process(pid, happening.first, at_ns, parents_below(parent))
        self._living[pid] = child
        child.above = parent
        if parent is None or _has_strangers(parent) or parent.person_unsure:
            child.person_unsure = True
        else:
            child.person = parent.person
            child.may_log_in = parent.may_log_in
        if parent is None or parent.had_programs or parent.image_unsure:
            child.image_unsure = True
        else:
            child.image = parent.image
        if child.person_unsure or child.image_unsure:
            self._unsure[pid] = child
        if child.person_unsure or parent is None:
            _marks_ancestors(child)
        else:
            child.is_strange(parent.strange_to)
        if parent is not None:
            parent.had_children = True

    def _exec(self, happening: Happening) -> None:
        process = self._known(happening)
        if process is None:
            return
        if process.becomes_image(happening.at_ns):
            self._ask_image(process)
        if process.person is not None and process.person.login is None and process.may_log_in:
            self._log_in(process, process.person, happening.at_ns)
        _marks_ancestors(process)

    def _uid(self, happening: Happening) -> None:
        process = self._known(happening)
        if process is None:
            return
        before = process.person
        if before is None or process.person_asked_ns >= happening.at_ns:
            self._uid_of_unsure(process, happening)
            return
        now = before._replace(real=happening.first, effective=happening.second)
        if _is_root(before) or _is_root(now):
            process.may_log_in = True
        again = process.was(now.real, now.effective)
        if again is not None or before.real == now.real or not process.may_log_in:
            process.becomes_person(again or now, happening.at_ns)
        else:
            self._log_in(process, now, happening.at_ns)
        _marks_ancestors(process)

    def _uid_of_unsure(self, process: Process, happening: Happening) -> None:
        """Whoever takes a name whole was root before, or was that one already."""
        user, effective = happening.first, happening.second
        login = self._asked.login(process.pid) if user == effective else None
        if login is None:
            process.becomes_person(None, happening.at_ns)
            process.person_unsure = True
            self._unsure[process.pid] = process
            _marks_ancestors(process)
            return
        process.person = Person(user, effective, *login)
        process.person_asked_ns, process.person_unsure = 0, False
        process.may_log_in = _is_root(process.person)
        process.told = None
        _marks_ancestors(process)

    def _exit(self, happening: Happening) -> None:
        process = self._living.pop(happening.pid, None)
        self._unsure.pop(happening.pid, None)
        if process is None:
            return
        process.ends(happening.at_ns)
        if process.strange_to and self._asked.threads(process.pid) > 1:
            process.stays_strange()  # its first thread ended, and another goes on
        process.is_strange(())
        process.parent_now()
        self._gone.takes(process)

    def settles(self) -> None:
        """Ask for what nobody can be sure of; better late than before what waits to be noted."""
        unsure, self._unsure = self._unsure, {}
        for process in unsure.values():
            if process.image_unsure:
                self._ask_image(process)
            if process.person_unsure:
                self._ask_person(process)

    def _known(self, happening: Happening) -> Process | None:
        process = self._living.get(happening.pid) or self._risen(happening.pid)
        return None if process is None or process.seen_ns >= happening.at_ns else process

    def _risen(self, pid: int) -> Process | None:
        """Its first thread ended, which looks like its end, and another goes on."""
        process = self._gone.gives_back(pid)
        if process is not None:
            self._living[pid] = process
        return process

    def _ask_image(self, process: Process) -> None:
        process.image_asked_from_ns = self._clock()
        process.image = self._asked.image(process.pid)
        process.image_asked_ns = self._clock()
        process.image_unsure = False

    def _ask_person(self, process: Process) -> None:
        """It has been the same since it began, or since the kernel spoke of it last."""
        process.person_asked_from_ns = self._clock()
        process.person = self._asked.person(process.pid)
        process.person_asked_ns = self._clock()
        process.person_unsure = False
        process.may_log_in = process.person is None or _is_root(process.person)
        process.told = None
        _marks_ancestors(process)

    def _log_in(self, process: Process, person: Person, at_ns: int) -> None:
        """Who logged in is asked only where root may have said so: anybody else could lie."""
        login = self._asked.login(process.pid)
        if login is None and person.login is not None:
            login = person.login, person.session  # it is set once
        now = None if login is None else person._replace(login=login[0], session=login[1])
        if now is not None and now == process.person:
            process.may_log_in = _is_root(person)
            return
        process.becomes_person(now, at_ns)
        process.may_log_in = _is_root(person)

    def _all_with(self, pid: int) -> list[Process]:
        living = self._living.get(pid)
        gone = self._gone.of(pid)
        return gone if living is None else [*gone, living]


def same(known: Process, found: Found) -> bool:
    """Whether it is the process that we know, running the same program in the same name."""
    return (
        abs(known.born_ns - found.born_ns) <= _SAME_BIRTH_NS
        and known.person == found.person
        and program(known.image) == program(found.image)
    )


def _as_found(process: Process, found: Found) -> Process:
    """In whose name somebody new worked before we looked, nobody knows."""
    if process.person != found.person:
        process.becomes_person(found.person, found.looked_ns)
    if process.image != found.image:
        process.becomes_image(found.looked_ns)
        process.image = found.image
    process.seen_ns = found.looked_ns
    process.person_asked_ns = process.image_asked_ns = 0
    process.may_log_in = _is_root(found.person)
    if found.pid == _FIRST:
        process.had_programs = process.had_strangers = True  # everybody's last parent
    return process


def _has_strangers(process: Process) -> bool:
    """Whether somebody else may give it a child: who lives below it now and is another person."""
    return process.had_strangers or process.strangers > 0


def _marks_ancestors(process: Process) -> None:
    """Any of them may come to be its parent, when those between have ended."""
    strange = []
    for above in process.lineage(_MOST_ABOVE):
        above.had_programs = above.had_programs or above.image != process.image
        if above.person is None or above.person != process.person:
            strange.append(above)
    process.is_strange(tuple(strange))


def _lived_within(process: Process, moment: Moment) -> bool:
    return process.born_ns <= moment.at_ns and not 0 < process.died_ns < moment.since_ns


def _is_root(person: Person) -> bool:
    return 0 in (person.real, person.effective)
