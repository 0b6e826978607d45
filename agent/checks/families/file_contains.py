"""Family: a file holds a line, or does not. It answers yes or no and how often, never the text."""

from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from agent.checks.families.file_mode import Path, nothing_at
from agent.checks.family import Family, Parts
from agent.checks.model import Outcome
from agent.facts.public_file import LinesOf
from wire.verdicts import CheckVerdict

Line = Annotated[str, Meta(min_length=3, max_length=200, pattern=r"^\S(.*\S)?\Z")]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole lines are compared, so that nothing can be learned letter by letter.

    Blanks between words count as one; what follows `comment` does not count.
    """

    path: Path
    line: Line
    at_least: Annotated[int, Meta(ge=0, le=1000)] = 1
    at_most: Annotated[int, Meta(ge=0, le=1000)] | None = None
    comment: Literal["#", ";", "//", ""] = "#"
    case: Literal["same", "any"] = "same"
    absent: Literal["not_used", "bad"] = "not_used"

    def __post_init__(self) -> None:
        if ".." in self.path.split("/"):
            problem = "a path without .. is wanted"
            raise ValueError(problem)
        if self.at_most is not None and self.at_most < self.at_least:
            problem = "at_most is less than at_least"
            raise ValueError(problem)


def build(params: Params) -> Parts[tuple[str, ...] | None]:
    most = "" if params.at_most is None else f", ≤ {params.at_most}"
    return Parts(
        expected=f"{params.path}: “{params.line}” ≥ {params.at_least}{most}",
        remedy=f"nano {params.path}",
        needs=LinesOf(params.path),
        judge=partial(judge, params),
    )


def judge(params: Params, lines: tuple[str, ...] | None) -> Outcome:
    if lines is None:
        return nothing_at(params.path, params.absent)
    wanted = _plain(params, params.line)
    count = sum(_plain(params, line) == wanted for line in lines)
    good = count >= params.at_least and (params.at_most is None or count <= params.at_most)
    verdict = CheckVerdict.PASS if good else CheckVerdict.FAIL
    return Outcome(verdict, str(count), count=count)


def _plain(params: Params, line: str) -> str:
    text = line.partition(params.comment)[0] if params.comment else line
    words = " ".join(text.split())
    return words if params.case == "same" else words.casefold()


def reads(params: Params) -> tuple[str, ...]:
    return (params.path,)


FAMILY = Family("file_contains", Params, build, reads, in_packs=True)
