"""Whatever a host answers, a look ends with a finding for each check and no other exception."""

from collections.abc import Collection, Sequence
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.checks import runner
from agent.checks.catalogue import ALL
from agent.errors import UnreadableFactError
from agent.facts.slow import PassingSlowFacts
from agent.host import FileStatus
from tests.agent.checks.fake_host import NOW, FixedClock

WORDS = st.sampled_from(
    ["0", "1", "-1", "0x", "=", ":", "/", "..", "#", "*", "[", "{", "}", "\n", " ", "\t", "\\\n",
     "install", "Package: a", "Status: a b c", "root:x:0:0", "- ", "@reboot", "PATH=", "٣", "²",
     "9" * 30, "yes", "no", "%", "\u202e"]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=30).map(" ".join) | st.lists(WORDS, max_size=30).map("".join)
NAMES = st.lists(st.sampled_from(["a.conf", "b.conf", "root", "all", "default", "x", "10-a.issue"]))
KINDS = st.sampled_from(["file", "folder", "link", "other"])


class ChaoticHost:
    """Answers every question, with what it was given in turn."""

    def __init__(self, texts: list[str], names: list[str], kinds: list[str], mode: int) -> None:
        self._texts, self._names, self._kinds, self._mode = texts, names, kinds, mode
        self._asked = 0

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        del argv, timeout_s, accept
        return self._next(self._texts)

    def read(self, path: str, *, limit_bytes: int = 4096) -> str:
        del path, limit_bytes
        return self._next(self._texts)

    def listing(self, path: str) -> tuple[str, ...]:
        del path
        return tuple(sorted(set(self._names)))

    def lstat(self, path: str) -> FileStatus:
        del path
        return FileStatus(self._next(self._kinds), self._mode, 0, 0, 1, NOW)

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]:
        del query
        raise UnreadableFactError(database, "missing")

    def now(self) -> datetime:
        return NOW

    def _next(self, answers: list[str]) -> str:
        self._asked += 1
        return answers[self._asked % len(answers)]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(TEXTS, min_size=1, max_size=7),
    NAMES,
    st.lists(KINDS, min_size=1),
    st.integers(0, 4095),
)
def test_no_answer_of_a_host_breaks_a_look(
    texts: list[str], names: list[str], kinds: list[str], mode: int
) -> None:
    host = ChaoticHost(texts, names, kinds, mode)
    findings = runner.run(ALL, host, FixedClock(), PassingSlowFacts())
    assert [finding.check for finding in findings] == [check.id for check in ALL]
    assert all(finding.observed or finding.unreadable for finding in findings)
