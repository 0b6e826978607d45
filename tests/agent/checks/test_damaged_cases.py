"""A transcript with one damaged answer gives an answer all the same: no check falls over."""

import re
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.checks.singles import CHECKS
from tests.agent.checks.cases import FOLDER, find
from wire.verdicts import CheckVerdict

SINGLES = {check.id for check in CHECKS}
CASES = sorted(p for p in FOLDER.glob("*/*.txt") if p.parent.name in SINGLES and p.stat().st_size)
# Answers of programs and files; what stat(1) stands for comes from the kernel, in fixed numbers.
ANSWER = re.compile(
    r"(?:\A|\n)\$ (?!stat |sqlite3 )[^\n]*\n(?!\$ )((?:(?!\n\n?\$ |# exit ).)*)", re.DOTALL
)
PIECES = st.sampled_from(
    [
        "", "\0", "²", "\uff19", "-1", "99999999999999999999", "{", "}", "[", "(", "'", '"', "\\",
        "=", ":", "%", "|", "\t", "\n", " include x", "0x", "\ufffd", "::", "/", "''", "//", "#",
        "2026-99-99", "NaN", "inf", "1e999", "null", "[]", "true", "*", "\r", "\x85",
    ]
)  # fmt: skip
NOISE = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join))


@settings(deadline=timedelta(seconds=5), max_examples=1500)
@given(data=st.data(), noise=NOISE)
def test_no_damaged_answer_makes_a_check_fall_over(data: st.DataObject, noise: str) -> None:
    case = data.draw(st.sampled_from(CASES))
    text = case.read_text()
    answers = [found.span(1) for found in ANSWER.finditer(text)]
    start, end = data.draw(st.sampled_from(answers)) if answers else (len(text), len(text))
    at = data.draw(st.integers(start, end))
    kept = data.draw(st.sampled_from([text[at:end], "", text[start:end]]))
    finding = find(case.parent.name, text[:at] + noise.replace("\n$ ", "") + kept + text[end:])
    assert finding.verdict in CheckVerdict
