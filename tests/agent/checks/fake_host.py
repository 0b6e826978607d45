"""A host that answers from a terminal transcript; a question it does not hold is unreadable."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from agent.errors import UnreadableFactError
from agent.host import FileStatus, reason_of_failure

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KINDS = {"regular": "file", "directory": "folder", "symbolic": "link"}


class FakeHost:
    """Splits at `$ `: `$ PROGRAM …` with its output, `$ cat PATH`, `$ ls PATH`, `$ stat PATH`.

    `$ sqlite3 FILE QUERY` asks one of the agent's own databases.
    The output of `stat` is `MODE UID GID SIZE MTIME KIND`, as `stat -c '%a %u %g %s %Y %F'`
    prints it. A line `# exit N` ends the output of a program that failed; the complaints of the
    shell (`not found`, `No such file or directory`, `Permission denied`) mean what they say.
    """

    def __init__(self, transcript: str) -> None:
        self.asked: list[str] = []
        self._answers: dict[str, str] = {}
        for entry in ("\n" + transcript).split("\n$ ")[1:]:
            command, _, output = entry.partition("\n")
            self._answers[command.strip()] = output

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        assert timeout_s > 0
        output = self._answer(" ".join(argv))
        said, failed, code = output.partition("# exit ")
        if failed and int(code) not in accept:
            raise UnreadableFactError(" ".join(argv), reason_of_failure(said), said)
        return said

    def read(self, path: str, *, limit_bytes: int = 4096) -> str:
        assert limit_bytes > 0
        return self._answer(f"cat {path}")

    def listing(self, path: str) -> tuple[str, ...]:
        return tuple(sorted(self._answer(f"ls {path}").split()))

    def lstat(self, path: str) -> FileStatus:
        mode, uid, gid, size, modified, kind = self._answer(f"stat {path}").split()[:6]
        moment = datetime.fromtimestamp(int(modified), UTC)
        return FileStatus(
            KINDS.get(kind, "other"), int(mode, 8), int(uid), int(gid), int(size), moment
        )

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]:
        lines = self._answer(f"sqlite3 {database} {query}").splitlines()
        return tuple(tuple(line.split("|")) for line in lines if line)

    def now(self) -> datetime:
        return NOW

    def _answer(self, question: str) -> str:
        self.asked.append(question)
        output = self._answers.get(question)
        if output is None:
            raise UnreadableFactError(question, "failed", "not in the transcript")
        if ": not found" in output or "No such file or directory" in output:
            raise UnreadableFactError(question, "missing")
        if "Permission denied" in output:
            raise UnreadableFactError(question, "denied")
        return output


class FixedClock:
    """Stands still at NOW."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"a check slept for {seconds} s")
