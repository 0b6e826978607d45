"""Judges the stream of changes in the watching process; a suspicion is stored and told at once."""

from collections import deque
from collections.abc import Sequence

from agent.config.model import Watched
from agent.daemon.people import name_of
from agent.daemon.tell import tell
from agent.daemon.work.integrity.live_teller import Outlet
from agent.daemon.work.integrity.suspicion_statement import Answer as ToldAnswer
from agent.daemon.work.integrity.suspicion_statement import suspicion_statement
from agent.files.names import path_bytes
from agent.integrity.ransom.guard import Guard
from agent.integrity.ransom.judge import Judge
from agent.integrity.ransom.kept import Answer, Kept
from agent.integrity.ransom.sign import Sign
from agent.integrity.ransom.store import SuspicionStore, new_ids
from agent.integrity.ransom.suspicion import Suspicion
from agent.integrity.seen import Seen

_SETTLE_S = 10.0


class SuspicionWatch:
    """Guards the judges. What to do about a suspicion is the daemon's: it may take long."""

    def __init__(self, outlet: Outlet, store: SuspicionStore, journal_number: int) -> None:
        """Begin.

        Args:
            outlet: who is told.
            store: what is kept.
            journal_number: the newest transition that is stored, where nobody ever judged.

        Raises:
            LachanError: nothing can be kept now.
        """
        self._outlet = outlet
        self._store = store
        app = outlet.app
        self._watched = {path_bytes(each.path): each for each in app.config.integrity}
        self._new_id = new_ids(app.entropy)
        self._guard = Guard(self._judge_of, app.clock, app.entropy)
        self._owed: deque[Suspicion] = deque()
        self._waiting: list[Seen] = []  # not judged yet
        self._settle_at_s = 0.0
        self._kept: dict[bytes, tuple[Sign, ...]] = {}
        judged = store.judged()
        if judged is None:
            judged = journal_number
            store.keep_signs({}, judged)
        self._taken = self._kept_number = judged

    @property
    def unread(self) -> int:
        """Changed files that should have been read for the judges, and were not."""
        return self._guard.unread

    @property
    def judged_number(self) -> int:
        """The newest transition that a restart need not judge again."""
        return self._kept_number

    def take(self, seen: Sequence[Seen], number: int) -> None:
        """Judge changes that are stored; each is given once.

        Args:
            seen: the changes.
            number: the newest of the ledger's transitions that they are made of.

        Raises:
            LachanError: a suspicion could not be told; `tick` tries again.
        """
        self._waiting.extend(seen)
        self._taken = max(number, self._taken)
        self._judge()

    def clock_set(self, by_ns: int) -> None:
        """What was seen before the clock was set is as old as it was.

        Else signs from the future would count for ever, and new ones be as good as forgotten.
        """
        judges = self._guard.judges()
        self._guard.begin_anew(
            {
                watched: Judge(
                    watched,
                    self._new_id,
                    judge.canaries,
                    judge.standing,
                    _moved(judge.signs, by_ns / 1e9),
                )
                for watched, judge in judges
            }
        )

    def tick(self) -> None:
        """Tell what is owed; now and then what has grown by less than is worth saying at once."""
        if self._waiting:
            self._judge()
        now_s = self._outlet.app.clock.monotonic()
        settles = now_s >= self._settle_at_s
        if settles:
            self._settle_at_s = now_s + _SETTLE_S
            self._owed.extend(self._guard.settle())
        if self._owed:
            self._tell()
        if settles:
            self._keep_signs()

    def _judge(self) -> None:
        self._take_news()
        waiting, self._waiting = self._waiting, []
        found = self._guard.take(waiting)
        for one in found:  # though the disk be full: whoever sits here must hear of it
            self._outlet.alarm(one)
        self._owed.extend(found)
        self._tell()

    def _take_news(self) -> None:
        """What people have said and done about canaries and suspicions meanwhile."""
        canaries = self._store.canaries()
        for watched, judge in self._guard.judges():
            judge.canaries = frozenset(one.path for one in canaries if one.watched == watched)
            if judge.standing is not None:
                self._ask_of(judge, judge.standing)

    def _ask_of(self, judge: Judge, standing: Suspicion) -> None:
        """Only a person's word ends a suspicion; one that is gone from the list is put there."""
        kept = self._store.of(standing.id)
        if kept is None:
            if standing not in self._owed:
                self._owed.append(standing)
        elif not kept.open:
            judge.dismissed()

    def _keep_signs(self) -> None:
        """With what they follow from: the rest is judged again after a crash.

        Not while a suspicion is owed, which would be lost with us.
        """
        if self._owed:
            return
        new = {
            watched: judge.signs
            for watched, judge in self._guard.judges()
            if judge.signs != self._kept.get(watched, ())
        }
        if new or self._taken != self._kept_number:
            self._store.keep_signs(new, self._taken)
            self._kept |= new
            self._kept_number = self._taken

    def _judge_of(self, watched: bytes) -> Judge:
        canaries = frozenset(one.path for one in self._store.canaries(watched))
        standing = [one.suspicion for one in self._store.open() if one.suspicion.watched == watched]
        signs = self._kept[watched] = self._store.signs(watched)
        return Judge(watched, self._new_id, canaries, next(iter(standing), None), signs)

    def _tell(self) -> None:
        """Store first: what is stored is acted upon, whatever becomes of this process."""
        while self._owed:
            kept = self._store.put(self._owed[0])
            watched = self._watched[kept.suspicion.watched]
            statement = suspicion_statement(
                self._outlet.telling, watched, kept.suspicion, said(kept, kept.answer)
            )
            tell(self._outlet.app, statement)
            self._owed.popleft()
            self._outlet.nudge()


def _moved(signs: Sequence[Sign], by_s: float) -> tuple[Sign, ...]:
    return tuple(
        sign._replace(at=sign.at + by_s, since=None if sign.since is None else sign.since + by_s)
        for sign in signs
    )


def said(kept: Kept, answer: Answer) -> ToldAnswer:
    """What the controller hears of what was done."""
    return ToldAnswer(
        held=answer.held,
        last_clean_at=answer.last_clean_at,
        playbook=answer.playbook,
        run_id=answer.run_id,
        dismissed_by=name_of(kept.dismissed_by) if kept.dismissed_by else "",
    )


def watched_of(watched: Sequence[Watched], path: bytes) -> Watched | None:
    """The watched path of the configuration; None where it stands there no more."""
    return next((each for each in watched if path_bytes(each.path) == path), None)
