"""What the book remembers, with a kernel and a /proc of the test's own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from agent.integrity.who.answer import candidates, told_of
from agent.integrity.who.connector import EXEC, EXIT, FORK, UID, Happening
from agent.integrity.who.gone import GONE_KEPT_NS, MOST_GONE, Moment
from agent.integrity.who.lineage import MOST_PARENTS
from agent.integrity.who.memory import MOST_LIVING, Memory
from agent.integrity.who.proc import Found, Image, Person
from agent.integrity.who.process import Process
from agent.integrity.who.record import Who

ALICE, BOB = 1001, 1002
MS = 1_000_000
SHELL, PYTHON, SUDO = (
    Image(f"/usr/bin/{n}".encode(), n.encode() + b"\0") for n in ("bash", "python3", "sudo")
)


@dataclass
class World:
    """A kernel that says what happens, and a /proc that tells what is so now."""

    now: int = 1_000 * MS
    images: dict[int, Image] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    threads_of: dict[int, int] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.memory = Memory(self, lambda: self.now)

    def image(self, pid: int) -> Image | None:
        self.asked.append(("image", pid))
        return self.images.get(pid)

    def person(self, pid: int) -> Person | None:
        self.asked.append(("person", pid))
        return self.people.get(pid)

    def threads(self, pid: int) -> int:
        return self.threads_of.get(pid, 0)

    def login(self, pid: int) -> tuple[int | None, int | None] | None:
        self.asked.append(("login", pid))
        person = self.people.get(pid)
        return None if person is None else (person.login, person.session)

    def there_is(self, pid: int, parent: int, image: Image, person: Person) -> Found:
        self.images[pid], self.people[pid] = image, person
        return Found(pid, parent, self.now - 500 * MS, person, image, self.now)

    def happens(self, what: int, pid: int, first: int = 0, second: int = 0) -> int:
        """A millisecond after what happened before; the book hears of it at once."""
        at_ns = self.now = self.now + MS
        self.hears(what, pid, first, second, at_ns)
        return at_ns

    def hears(self, what: int, pid: int, first: int, second: int, at_ns: int) -> None:
        self.now += MS // 10
        self.memory.notes([Happening(what, at_ns, pid, first, second)])
        self.memory.settles()

    def forks(self, parent: int, pid: int) -> None:
        if parent in self.images:
            self.images[pid] = self.images[parent]
        if parent in self.people:
            self.people[pid] = self.people[parent]
        self.happens(FORK, pid, parent)

    def execs(self, pid: int, image: Image) -> None:
        self.images[pid] = image
        self.happens(EXEC, pid)

    def becomes(self, pid: int, real: int, effective: int) -> None:
        before = self.people[pid]
        self.people[pid] = before._replace(real=real, effective=effective)
        self.happens(UID, pid, real, effective)

    def exits(self, pid: int) -> None:
        self.images.pop(pid, None)
        self.people.pop(pid, None)
        self.happens(EXIT, pid)

    def who(self, pid: int, *, there: bool | None = None, doubt_ms: float = 0.5) -> Who | None:
        """Who was behind the number now; what was heard of is up to `doubt_ms` old."""
        moment = Moment(self.now - int(doubt_ms * MS), self.now, there)
        process = self.memory.which(pid, moment)
        told = None if process is None else told_of(process, moment)
        return None if told is None else told.who


def person(uid: int, login: int | None = None) -> Person:
    return Person(uid, uid, login, None if login is None else login - 1000)


@pytest.fixture
def world() -> World:
    """A root shell (10) and a shell of alice's (20), who logged in; 1 is everybody's parent."""
    world = World()
    init = Image(b"/usr/lib/systemd/systemd", b"/sbin/init\0")
    world.memory.begins(
        [
            world.there_is(1, 0, init, person(0)),
            world.there_is(10, 1, SHELL, person(0)),
            world.there_is(20, 1, SHELL, person(ALICE, ALICE)),
        ]
    )
    world.now += 100 * MS
    world.asked.clear()
    return world


def test_a_process_that_was_there_before_us_is_known(world: World) -> None:
    who = world.who(20)
    assert who is not None
    assert (who.uid, who.login_uid, who.exe, who.session) == (ALICE, ALICE, "/usr/bin/bash", 1)
    assert who.parents == ("/usr/lib/systemd/systemd",)


def test_a_child_that_runs_nothing_else_is_what_its_parent_is_and_nobody_is_asked(
    world: World,
) -> None:
    world.forks(20, 30)
    world.exits(30)
    who = world.who(30, there=False, doubt_ms=5)
    assert who is not None
    assert (who.uid, who.exe) == (ALICE, "/usr/bin/bash")
    assert world.asked == []


def test_a_program_is_asked_for_when_it_begins(world: World) -> None:
    world.forks(20, 30)
    world.execs(30, PYTHON)
    world.exits(30)
    who = world.who(30, there=False, doubt_ms=5)
    assert who is not None
    assert (who.exe, who.command) == ("/usr/bin/python3", "python3")
    assert who.parents == ("/usr/bin/bash", "/usr/lib/systemd/systemd")


def test_a_chain_of_programs_is_told_by_the_moment(world: World) -> None:
    world.forks(20, 30)
    for image in (SUDO, SHELL, PYTHON):
        world.execs(30, image)
        assert world.who(30).exe == image.exe.decode()  # type: ignore[union-attr]
    past = world.now - int(1.15 * MS)
    process = world.memory.which(30, Moment(past, past, there=True))
    assert process is not None
    told = told_of(process, Moment(past, past, there=True))
    assert told is not None
    assert told.who.exe == "/usr/bin/bash"


def test_a_parent_that_runs_something_else_by_now_is_told_so(world: World) -> None:
    world.forks(20, 30)
    world.execs(20, PYTHON)
    world.forks(20, 31)
    parents = [who.parents[0] for pid in (30, 31) if (who := world.who(pid)) is not None]
    assert parents == ["/usr/bin/bash", "/usr/bin/python3"]


def test_a_login_that_was_set_stays_where_nobody_answers_any_more(world: World) -> None:
    """It is set once: root that takes another name for alice is still alice's login."""
    world.forks(20, 30)
    world.becomes(30, ALICE, 0)
    world.execs(30, SUDO)
    world.becomes(30, 0, 0)
    del world.people[30]  # it is gone by the time that anybody asks
    world.happens(UID, 30, BOB, BOB)
    world.now += 100 * MS
    who = world.who(30, doubt_ms=50)
    assert who is not None
    assert (who.uid, who.login_uid) == (BOB, ALICE)


def test_between_whom_it_was_is_known_where_it_was_one_of_two(world: World) -> None:
    world.forks(20, 30)
    world.people[30] = person(ALICE, ALICE)
    world.becomes(30, BOB, BOB)
    process = world.memory.newest(30)
    assert process is not None
    moment = Moment(world.now - 50 * MS, world.now, there=True)
    assert [who.uid for who in candidates(process, moment)] == [ALICE, BOB]
    process.becomes_person(None, world.now)  # nobody knows who that was
    assert candidates(process, Moment(world.now - 50 * MS, world.now, there=True)) == ()


def test_the_kernels_own_threads_work_for_nobody_knows_whom(world: World) -> None:
    """Of its NFS server, of a mounted image: root's by number alone."""
    world.forks(10, 30)
    world.execs(30, Image(b"[nfsd]", b""))
    assert world.who(30) is None


def test_who_forks_twice_is_still_told_with_all_that_led_there(world: World) -> None:
    world.forks(20, 30)
    world.execs(30, PYTHON)
    world.forks(30, 31)
    world.exits(30)
    world.forks(31, 32)
    world.exits(31)
    who = world.who(32)
    assert who is not None
    assert who.uid == ALICE
    assert who.parents == (*["/usr/bin/python3"] * 2, "/usr/bin/bash", "/usr/lib/systemd/systemd")


def test_as_many_parents_as_fit(world: World) -> None:
    for pid in range(30, 60):
        world.forks(20 if pid == 30 else pid - 1, pid)
    who = world.who(59)
    assert who is not None
    assert len(who.parents) == MOST_PARENTS


def test_root_that_becomes_somebody_worked_for_that_one(world: World) -> None:
    world.forks(10, 30)
    world.people[30] = Person(0, 0, BOB, 7)  # cron and sshd set the login, then take the name
    world.becomes(30, BOB, BOB)
    world.execs(30, SHELL)
    who = world.who(30, doubt_ms=50)
    assert who is not None
    assert (who.uid, who.login_uid, who.session) == (BOB, BOB, 7)


def test_a_setuid_program_is_its_callers(world: World) -> None:
    world.forks(20, 30)
    world.becomes(30, ALICE, 0)
    world.execs(30, SUDO)
    who = world.who(30, doubt_ms=50)
    assert who is not None
    assert (who.uid, who.login_uid, who.exe) == (ALICE, ALICE, "/usr/bin/sudo")


def test_sudo_makes_root_of_who_logged_in(world: World) -> None:
    world.forks(20, 30)
    world.becomes(30, ALICE, 0)
    world.execs(30, SUDO)
    world.becomes(30, 0, 0)
    world.now += 100 * MS
    who = world.who(30, doubt_ms=50)
    assert who is not None
    assert (who.uid, who.login_uid) == (0, ALICE)


def test_between_two_people_nobody_is_named(world: World) -> None:
    world.forks(20, 30)
    world.people[30] = person(ALICE, ALICE)
    world.becomes(30, BOB, BOB)
    assert world.who(30, doubt_ms=50) is None
    world.now += 100 * MS
    assert world.who(30, doubt_ms=50).uid == BOB  # type: ignore[union-attr]


def test_who_becomes_somebody_by_sudo_in_one_process_does_not_leave_his_deed_to_that_one(
    world: World,
) -> None:
    """The book is late: all of it has happened when it asks."""
    world.forks(10, 29)
    world.becomes(29, ALICE, ALICE)  # a service of hers: nobody logged in
    world.forks(29, 30)
    world.now += 100 * MS
    world.people[30] = person(BOB, BOB)
    did_ns = world.now
    world.now += 5 * MS
    world.hears(UID, 30, ALICE, 0, did_ns + MS)
    world.hears(EXEC, 30, 0, 0, did_ns + MS + 1)
    world.hears(UID, 30, BOB, BOB, did_ns + 2 * MS)
    assert world.who(30, doubt_ms=10) is None


def test_a_server_that_serves_two_people_in_turn_is_told_only_where_it_is_certain(
    world: World,
) -> None:
    world.forks(10, 30)
    for uid in (ALICE, 0, ALICE, 0):
        world.becomes(30, 0, uid)
    assert world.who(30, doubt_ms=50).uid == ALICE  # type: ignore[union-attr]
    world.becomes(30, 0, BOB)
    assert world.who(30, doubt_ms=50) is None
    world.becomes(30, 0, 0)
    world.now += 40 * MS
    assert world.who(30, doubt_ms=41).uid == BOB  # type: ignore[union-attr]


def test_more_people_than_are_remembered_make_none_of_them_certain(world: World) -> None:
    world.forks(10, 30)
    for uid in range(BOB, BOB + 20):
        world.becomes(30, 0, uid)
    assert world.who(30, doubt_ms=50) is None


def test_a_number_that_was_given_away_again_names_nobody_in_doubt(world: World) -> None:
    world.forks(20, 30)
    world.exits(30)
    world.forks(10, 30)
    assert world.who(30, doubt_ms=50) is None
    assert world.who(30, there=True, doubt_ms=50).uid == 0  # type: ignore[union-attr]
    assert world.who(30, there=False, doubt_ms=50).uid == ALICE  # type: ignore[union-attr]


def test_a_hint_that_was_read_late_is_of_the_only_one_with_its_number(world: World) -> None:
    world.forks(20, 30)
    world.exits(30)
    world.now += 500 * MS  # and the reader of hints, held up, thinks that it is a moment old
    assert world.who(30, there=False, doubt_ms=50).uid == ALICE  # type: ignore[union-attr]
    world.now += 2000 * MS
    assert world.who(30, there=False, doubt_ms=50) is None


def test_a_late_hint_about_a_number_with_two_is_of_nobody(world: World) -> None:
    for parent in (20, 10):
        world.forks(parent, 30)
        world.exits(30)
    world.now += 500 * MS
    assert world.who(30, there=False, doubt_ms=50) is None


def test_who_was_gone_is_not_taken_for_who_lives(world: World) -> None:
    world.forks(20, 30)
    assert world.who(30, there=False, doubt_ms=50) is None


def test_who_is_not_known_is_not_guessed(world: World) -> None:
    assert world.who(999, there=True) is None
    world.happens(EXEC, 999)
    world.happens(UID, 998, ALICE, ALICE)
    world.happens(EXIT, 997)
    assert [world.who(pid, there=True) for pid in (999, 998, 997)] == [None] * 3


def test_a_child_that_somebody_gave_to_his_parent_is_not_taken_for_the_parents(
    world: World,
) -> None:
    """Bob's process below a shell of alice's, made by `su`, makes a sibling (CLONE_PARENT)."""
    world.forks(20, 30)
    world.becomes(30, BOB, BOB)
    world.happens(FORK, 31, 20)  # and is gone before anybody can ask
    world.happens(EXIT, 31)
    assert world.who(31, there=False, doubt_ms=50) is None


def test_such_a_child_is_who_it_says_when_it_can_be_asked(world: World) -> None:
    world.forks(20, 30)
    world.becomes(30, BOB, BOB)
    world.execs(30, PYTHON)
    world.people[31], world.images[31] = world.people[30], PYTHON
    world.happens(FORK, 31, 20)
    who = world.who(31)
    assert who is not None
    assert (who.uid, who.exe) == (BOB, "/usr/bin/python3")


def test_the_grandparent_of_a_stranger_is_doubted_too(world: World) -> None:
    """The processes between may end, and it becomes the stranger's parent."""
    world.forks(20, 30)
    world.forks(30, 31)
    world.becomes(31, BOB, BOB)
    world.happens(EXIT, 30)
    world.happens(FORK, 32, 20)
    assert world.who(32, doubt_ms=50) is None


def test_nor_where_those_between_had_ended_before_he_took_his_name(world: World) -> None:
    """A daemon below a process that adopts orphans, as in a container."""
    world.forks(20, 30)
    world.forks(30, 31)
    world.exits(30)
    world.becomes(31, BOB, BOB)
    world.happens(FORK, 32, 20)  # by the daemon, to the one that adopted it
    assert world.who(32, doubt_ms=50) is None


def test_nor_below_an_orphan_of_his(world: World) -> None:
    world.forks(20, 30)
    world.becomes(30, BOB, BOB)
    world.forks(30, 31)
    world.exits(30)
    world.happens(FORK, 32, 20)
    assert world.who(32, doubt_ms=50) is None


def test_nor_where_the_parent_took_another_name_than_its_children(world: World) -> None:
    world.forks(10, 30)
    world.forks(30, 31)
    world.becomes(30, BOB, BOB)
    world.happens(FORK, 32, 30)  # by the child, that is root's
    assert world.who(32) is None


def test_where_every_stranger_has_ended_nobody_need_be_asked(world: World) -> None:
    """Cron, job by job: too short to be asked, and yet certain."""
    for user in (ALICE, BOB):
        world.forks(10, 30)
        world.people[30] = person(user, user)
        world.happens(UID, 30, user, user)
        world.exits(30)
        world.now += 100 * MS
    world.asked.clear()
    world.happens(FORK, 31, 10)
    world.exits(31)
    who = world.who(31, there=False, doubt_ms=5)
    assert who is not None
    assert who.uid == 0
    assert ("person", 31) not in world.asked


def test_a_stranger_that_was_made_there_is_one_more(world: World) -> None:
    """His maker may end; he is asked for, and who comes after him is doubted, too."""
    world.forks(20, 30)
    world.becomes(30, BOB, BOB)
    world.people[31] = person(BOB)
    world.happens(FORK, 31, 20)
    world.exits(30)
    world.happens(FORK, 32, 20)
    assert world.who(31, doubt_ms=0.5).uid == BOB  # type: ignore[union-attr]
    assert world.who(32, doubt_ms=50) is None
    world.exits(31)
    world.happens(EXIT, 32)
    world.forks(20, 33)
    assert world.who(33).uid == ALICE  # type: ignore[union-attr]


def test_who_was_not_asked_yet_may_be_a_stranger_himself(world: World) -> None:
    """All of it is heard at once; his maker has ended by then."""
    world.forks(20, 30)
    world.becomes(30, BOB, BOB)
    at_ns = world.now
    steps = ((FORK, 31, 20), (EXIT, 30, 0), (FORK, 32, 20))
    world.memory.notes(
        Happening(what, at_ns + number * MS, pid, first)
        for number, (what, pid, first) in enumerate(steps, 1)
    )
    world.now += 5 * MS
    world.memory.settles()
    assert world.who(32, doubt_ms=50) is None


def test_who_was_asked_and_is_no_stranger_makes_nobody_doubted(world: World) -> None:
    world.forks(20, 30)
    world.becomes(30, BOB, BOB)
    world.forks(20, 31)  # asked for: it is alice's
    world.exits(30)
    world.asked.clear()
    world.forks(20, 32)
    assert ("person", 32) not in world.asked
    assert world.who(32).uid == ALICE  # type: ignore[union-attr]


def test_who_became_nobody_knows_whom_is_a_stranger(world: World) -> None:
    """He was asked after he took another name, and nobody answers now."""
    world.forks(20, 29)
    world.becomes(29, BOB, BOB)
    world.forks(20, 30)
    at_ns = world.now - MS // 20
    world.exits(29)
    world.memory.notes([Happening(UID, at_ns, 30, ALICE, BOB), Happening(FORK, world.now, 31, 20)])
    world.now += MS
    world.memory.settles()
    assert world.who(31, doubt_ms=50) is None


def test_strangers_are_known_after_a_loss_too(world: World) -> None:
    world.forks(20, 30)
    world.becomes(30, BOB, BOB)
    look_again(world, others=(30,))
    world.now += 100 * MS
    world.happens(FORK, 31, 20)
    assert world.who(31, doubt_ms=50) is None


def test_a_stranger_whose_first_thread_ended_is_still_there(world: World) -> None:
    world.forks(20, 30)
    world.becomes(30, BOB, BOB)
    world.threads_of[30] = 2
    world.happens(EXIT, 30)
    world.happens(FORK, 31, 20)
    assert world.who(31, doubt_ms=50) is None


def test_a_program_that_ran_before_we_were_answered_is_not_told(world: World) -> None:
    """It was asked for after the next one began, so that the answer can be of either."""
    world.forks(20, 30)
    world.images[30] = PYTHON
    first = world.happens(EXEC, 30)
    world.hears(EXEC, 30, 0, 0, first + MS // 100)
    process = world.memory.newest(30)
    assert process is not None
    assert process.image_at(first) is None
    assert process.image_at(world.now) == PYTHON


def test_an_answer_that_came_after_the_end_is_somebody_elses(world: World) -> None:
    world.forks(20, 30)
    world.images[30] = PYTHON
    at_ns = world.now + MS
    world.now += 5 * MS  # the book is late
    world.hears(EXEC, 30, 0, 0, at_ns)
    world.hears(EXIT, 30, 0, 0, at_ns + MS)
    who = world.who(30, there=False, doubt_ms=50)
    assert who is not None
    assert (who.uid, who.exe, who.command) == (ALICE, "", "")


def test_nor_is_the_person_asked_for_after_the_end(world: World) -> None:
    """A child of a parent with strange children, asked when its number was bob's already."""
    world.forks(20, 30)
    world.becomes(30, BOB, BOB)
    at_ns = world.now + MS
    world.now += 5 * MS  # the book is late
    world.people[31], world.images[31] = person(BOB), PYTHON
    world.hears(FORK, 31, 20, 0, at_ns)
    world.hears(EXIT, 31, 0, 0, at_ns + MS)
    assert world.who(31, there=False, doubt_ms=50) is None


def test_a_login_that_root_did_not_set_is_never_asked_for(world: World) -> None:
    """Whoever has none may give himself any (the kernel lets him once)."""
    world.forks(10, 30)
    world.becomes(30, BOB, BOB)
    world.people[30] = person(BOB, ALICE)
    world.execs(30, PYTHON)
    world.forks(30, 31)
    world.execs(31, PYTHON)
    assert world.who(30).login_uid is None  # type: ignore[union-attr]
    assert world.who(31).login_uid is None  # type: ignore[union-attr]


def test_nor_where_somebody_without_roots_rights_changes_between_his_names(world: World) -> None:
    """A program that is setuid to Bob, started by a service that forged its login."""
    world.forks(10, 30)
    world.becomes(30, ALICE, ALICE)
    world.now += 100 * MS
    world.forks(30, 31)
    world.people[31] = Person(ALICE, ALICE, 4242, 1)
    world.becomes(31, ALICE, BOB)
    world.becomes(31, BOB, ALICE)
    world.now += 100 * MS
    assert world.who(31, doubt_ms=50).login_uid is None  # type: ignore[union-attr]


def test_a_first_thread_that_ended_is_not_the_end(world: World) -> None:
    world.forks(20, 30)
    world.happens(EXIT, 30)
    world.execs(30, PYTHON)
    assert world.who(30, there=True).exe == "/usr/bin/python3"  # type: ignore[union-attr]


def test_the_dead_are_forgotten_by_number_and_by_time(world: World) -> None:
    for pid in range(1000, 1000 + MOST_GONE + 100):
        world.forks(20, pid)
        world.exits(pid)
    assert len(world.memory) == 3 + MOST_GONE
    world.now += GONE_KEPT_NS
    world.forks(20, 30)
    world.exits(30)
    assert len(world.memory) == 3 + 1


def test_who_is_forgotten_leaves_nothing_behind(world: World) -> None:
    """Each makes the next and ends, without end."""
    for pid in range(1000, 1000 + MOST_GONE + 500):
        world.forks(pid - 1 if pid > 1000 else 20, pid)
        if pid > 1000:
            world.exits(pid - 1)
    newest: Process | None = world.memory.newest(pid)
    kept = 0
    while newest is not None:
        newest, kept = newest.above, kept + 1
    assert kept <= 5


def test_more_living_than_are_remembered_are_noticed(world: World) -> None:
    happenings = [Happening(FORK, world.now, pid, 20) for pid in range(1000, 1000 + MOST_LIVING)]
    world.memory.notes(happenings)
    assert world.memory.crowded
    assert len(world.memory) == MOST_LIVING


def look_again(
    world: World,
    change: Callable[[Found], Found] = lambda found: found,
    others: Iterable[int] = (),
) -> None:
    """As after a loss: everything that lives is looked at, one of them as `change` has it."""
    found = [
        Found(
            pid, {1: 0}.get(pid, 20 if pid in others else 1), 500 * MS if pid <= 20 else world.now,
            world.people[pid], world.images[pid], world.now,
        )
        for pid in (1, 10, 20, *others)
    ]  # fmt: skip
    world.memory.begins([change(each) if each.pid == 20 else each for each in found])


def test_who_is_the_same_after_a_loss_is_known_without_a_gap(world: World) -> None:
    look_again(world)
    assert world.who(20, doubt_ms=50).uid == ALICE  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found._replace(person=person(BOB)),
        lambda found: found._replace(image=PYTHON),
        lambda found: found._replace(born_ns=900 * MS),
    ],
    ids=["another person", "another program", "another process"],
)
def test_who_changed_meanwhile_is_known_only_from_the_look_on(
    world: World, change: Callable[[Found], Found]
) -> None:
    look_again(world, change)
    assert world.who(20, doubt_ms=50) is None
    world.now += 100 * MS
    assert world.who(20, doubt_ms=50) is not None


def test_after_a_loss_nothing_of_the_dead_is_believed(world: World) -> None:
    world.forks(20, 30)
    world.exits(30)
    look_again(world)
    assert world.who(30, there=False, doubt_ms=50) is None


def test_what_was_said_before_the_look_is_in_it_already(world: World) -> None:
    before = world.now
    world.now += 10 * MS
    look_again(world)
    world.hears(FORK, 20, 10, 0, before)
    world.hears(UID, 20, BOB, BOB, before)
    world.hears(EXEC, 20, 0, 0, before)
    who = world.who(20, doubt_ms=50)
    assert who is not None
    assert (who.uid, who.exe) == (ALICE, "/usr/bin/bash")


def test_names_are_shown_safely_and_not_without_end(world: World) -> None:
    world.forks(20, 30)
    world.execs(30, Image(b"/srv/a\nb\x1b[2J\xff" + b"x" * 600, b"a\nb\x00\xff\x00"))
    who = world.who(30)
    assert who is not None
    assert who.exe.startswith("/srv/a\\nb\\x1b[2J\\xff")
    assert len(who.exe) == 512
    assert who.command == "a\\nb \\xff"
