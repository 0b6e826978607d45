"""One process as the book remembers it: what it ran and in whose name, and from when to when."""

from collections.abc import Iterator

from agent.integrity.who.proc import Image, Person
from agent.integrity.who.record import Who

_MOST_FORMER = 4


class Process:
    """Guards what is known of one process; None is what is not certain."""

    __slots__ = (
        "_images",
        "_people",
        "above",
        "below",
        "born_ns",
        "died_ns",
        "had_children",
        "had_programs",
        "had_strangers",
        "image",
        "image_asked_from_ns",
        "image_asked_ns",
        "image_since_ns",
        "image_unsure",
        "may_log_in",
        "parent",
        "parents",
        "person",
        "person_asked_from_ns",
        "person_asked_ns",
        "person_since_ns",
        "person_unsure",
        "pid",
        "seen_ns",
        "strange_to",
        "strangers",
        "told",
    )

    def __init__(self, pid: int, parent: int, born_ns: int, parents: tuple[str, ...]) -> None:
        self.pid = pid
        self.parent = parent
        self.born_ns = born_ns
        self.died_ns = 0  # 0: it lives
        self.seen_ns = born_ns  # what the kernel said of it before is already known
        self.parents = parents  # shown programs, the nearest first
        self.image: Image | None = None
        self.image_since_ns = born_ns
        self.image_asked_from_ns = 0  # when we asked for it …
        self.image_asked_ns = 0  # … and were told; what happened before then may be in it
        self.person: Person | None = None
        self.person_since_ns = born_ns
        self.person_asked_from_ns = 0
        self.person_asked_ns = 0
        self.image_unsure = self.person_unsure = False  # not known, and yet to be asked for
        self.may_log_in = False  # it was root's since its login was asked for
        self.above: Process | None = None  # its parent, or who may come to be that
        self.had_children = False
        self.had_programs = False  # what is below it became another program
        self.had_strangers = False  # it became another person than what is below it
        self.strangers = 0  # that live below it, and are another person
        self.strange_to: tuple[Process, ...] = ()  # above it, to whom it is one of these
        self.below: tuple[str, ...] | None = None  # `parents` of its children, once asked for
        self.told: Who | None = None  # what was answered of the image and person of now
        self._images: tuple[tuple[Image | None, int], ...] = ()  # former ones, from when
        self._people: dict[Person | None, tuple[int, int]] = {}  # former ones, from when to when

    def becomes_image(self, at_ns: int) -> bool:
        """It runs something else from now on; whether that is yet to be asked for."""
        former = None if self.image_asked_ns >= at_ns else self.image
        self._images = (*self._images, (former, self.image_since_ns))[-_MOST_FORMER:]
        self.image_since_ns, self.told, self.below = at_ns, None, None
        if self.image_asked_from_ns < at_ns:
            self.image = None
        return self.image is None

    def becomes_person(self, person: Person | None, at_ns: int) -> None:
        """It works in another name from now on."""
        former = None if self.person_asked_ns >= at_ns else self.person
        if person is not None and person == former:
            return
        self.had_strangers = self.had_strangers or self.had_children
        began, _ = self._people.get(former, (self.person_since_ns, 0))
        self._people[former] = (min(began, self.person_since_ns), at_ns)
        if len(self._people) > _MOST_FORMER:
            self._forget_a_person()
        self.person, self.person_since_ns, self.person_asked_ns = person, at_ns, 0
        self.told = None

    def ends(self, at_ns: int) -> None:
        """Whoever was asked after the end was somebody else."""
        self.died_ns = at_ns
        if self.image_asked_from_ns >= at_ns:
            self.image, self.told = None, None
        if self.person_asked_from_ns >= at_ns:
            self.person, self.told = None, None

    def is_strange(self, above: tuple["Process", ...]) -> None:
        """From now on to these and to nobody else."""
        for process in self.strange_to:
            process.strangers -= 1
        for process in above:
            process.strangers += 1
        self.strange_to = above

    def stays_strange(self) -> None:
        """Nobody will say when it ends."""
        for process in self.strange_to:
            process.had_strangers = True

    def parent_now(self) -> "Process | None":
        """The nearest above it that lives; whoever has ended is passed over, and forgotten."""
        above = self.above
        while above is not None and above.died_ns:
            above = above.above
        self.above = above
        return above

    def lineage(self, most: int) -> Iterator["Process"]:
        """Those above it that live, the nearest first."""
        above = self.parent_now()
        while above is not None and most:
            yield above
            above, most = above.parent_now(), most - 1

    def image_at(self, at_ns: int) -> Image | None:
        if at_ns >= self.image_since_ns:
            return self.image
        for image, since_ns in reversed(self._images):
            if at_ns >= since_ns:
                return image
        return None

    def people_within(self, since_ns: int, at_ns: int) -> set[Person | None]:
        """Everybody in whose name it can have worked between the two."""
        people = {
            person
            for person, (began, ended) in self._people.items()
            if ended > since_ns and began <= at_ns
        }
        if self.person_since_ns <= at_ns:
            people.add(self.person)
        return people

    def was(self, real: int, effective: int) -> Person | None:
        """As whom it worked under these numbers before."""
        for person in self._people:
            if person is not None and (person.real, person.effective) == (real, effective):
                return person
        return None

    def _forget_a_person(self) -> None:
        """The one whose end is longest ago becomes uncertainty."""
        oldest = min((p for p in self._people if p is not None), key=lambda p: self._people[p][1])
        began, ended = self._people.pop(oldest)
        before = self._people.get(None, (began, ended))
        self._people[None] = (min(before[0], began), max(before[1], ended))
