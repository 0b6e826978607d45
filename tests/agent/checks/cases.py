"""Cases are transcripts whose file name, or section, is the answer."""

from pathlib import Path

from agent.checks import runner
from agent.checks.catalogue import CHECK_BY_ID
from agent.checks.model import Finding
from agent.facts.slow import PassingSlowFacts, SlowFact, collect
from tests.agent.checks.fake_host import FakeHost, FixedClock
from wire.verdicts import CheckVerdict

FOLDER = Path(__file__).parents[2] / "cases"
FAMILY_FOLDER, INSTANCE_FOLDER = FOLDER / "families", FOLDER / "instances"
_NAMES_CHECK = "# check: "


def verdict_named_by(case: Path) -> CheckVerdict:
    return CheckVerdict(case.stem.rpartition(".")[2].upper())


def check_named_in(transcript: str) -> str:
    """The first line of a family's case: `# check: ID`."""
    first = transcript.partition("\n")[0]
    assert first.startswith(_NAMES_CHECK), f"the first line names no check: {first!r}"
    return first.removeprefix(_NAMES_CHECK).strip()


def sections(text: str) -> dict[CheckVerdict, str]:
    """The transcripts of an instance, by the answer that each section's heading names."""
    parts = ("\n" + text).split("\n== ")[1:]
    headed = (part.partition("\n") for part in parts)
    return {CheckVerdict(name.strip().upper()): body for name, _, body in headed}


def find(check_id: str, transcript: str) -> Finding:
    check = CHECK_BY_ID[check_id]
    host, slow = FakeHost(transcript), PassingSlowFacts()
    if isinstance(check.needs, SlowFact):
        collect(check.needs, host, FixedClock(), slow)
    (finding,) = runner.run([check], host, FixedClock(), slow)
    return finding


def is_explained(finding: Finding) -> bool:
    """An answer without pass or fail has its reason; every answer shows what it rests on."""
    settled = finding.verdict in {CheckVerdict.PASS, CheckVerdict.FAIL}
    return settled == (finding.reason == "") and bool(finding.observed or finding.unreadable)
