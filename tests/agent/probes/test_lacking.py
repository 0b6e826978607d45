"""Whatever is missing has its reason, its place, and a remedy in the reader's language."""

from dataclasses import replace

import pytest

from agent.cli.site import words as site_words
from agent.sites.lacking import Lack, Lacks, lacks_of
from agent.sites.probe.between import Why
from agent.sites.probe.errors import SignedAnswerError, UnreachableError
from agent.sites.probe.kinds import SiteLook
from recovery.places import HOST, FileSystem, Place
from recovery.separation import judge_pair
from recovery.signs import SIGNS
from texts.catalogue import use
from texts.signs import SIGNS as SIGN_WORDS

SERVER = Place(HOST, boot_id="h", filesystem=FileSystem(1, 2, 3), own_agent=True)
A = SiteLook(Place("a"), "append_only_ssh")
FAULT = UnreachableError(site="b", reason="x")


def why(sign: str, b: SiteLook, a: SiteLook = A, active: Why = Why.NO_CONSENT) -> dict[str, str]:
    pair = judge_pair(a.place, b.place)
    found = lacks_of(pair, SERVER, {"a": a, "b": b}, {frozenset({"a", "b"}): active})
    return {lack.place: lack.why.value for lack in found if lack.sign == sign}


@pytest.mark.parametrize(
    ("sign", "look", "reason"),
    [
        ("boot_id", SiteLook(Place("b"), "append_only_ssh", fault=FAULT), Lacks.NOT_ASKED),
        ("boot_id", SiteLook(Place("b"), "s3"), Lacks.KIND),
        ("boot_id", SiteLook(Place("b", network_mount=True), "local"), Lacks.MOUNT),
        ("boot_id", SiteLook(Place("b"), "sftp"), Lacks.NOT_SHOWN),
        ("own_agent", SiteLook(Place("b"), "append_only_ssh"), Lacks.NO_AGENT),
        (
            "own_agent",
            SiteLook(Place("b"), "append_only_ssh", unsigned=SignedAnswerError(detail="x")),
            Lacks.NOT_VOUCHED,
        ),
        ("document", SiteLook(Place("b"), "sftp"), Lacks.NO_DOCUMENT),
        ("building", SiteLook(Place("b"), "sftp", fault=FAULT), Lacks.NOT_DECLARED),
        ("repository", SiteLook(Place("b"), "sftp"), Lacks.NOT_OPENED),
        ("free_space", SiteLook(Place("b"), "sftp", fault=FAULT), Lacks.NOT_ASKED),
        ("free_space", SiteLook(Place("b"), "sftp"), Why.NO_CONSENT),
    ],
)
def test_a_missing_sign_says_why(sign: str, look: SiteLook, reason: Lacks | Why) -> None:
    assert why(sign, look)["b"] == reason.value


def test_the_place_that_lacks_it_is_named_and_no_other() -> None:
    a = replace(A, place=replace(A.place, boot_id="1"))
    assert set(why("boot_id", SiteLook(Place("b"), "sftp"), a)) == {"b"}
    far = {"coordinates": (13.98, 108.0)}, {"coordinates": (21.03, 105.85)}
    here = SiteLook(Place("a", **far[0]), "local", here=True)  # type: ignore[arg-type]
    there = SiteLook(Place("b", **far[1]), "sftp")  # type: ignore[arg-type]
    assert set(why("rtt", there, here)) == {"b"}


def test_the_host_and_its_site_are_told_apart() -> None:
    pair = judge_pair(SERVER, Place("b"))
    found = lacks_of(pair, SERVER, {"b": SiteLook(Place("b"), "sftp")}, {})
    assert {lack.place for lack in found if lack.sign == "filesystem"} == {"b"}
    needed = [lack.needed for lack in found]
    assert needed == sorted(needed, reverse=True)


def test_what_neither_says_of_the_other_is_told_of_one() -> None:
    both = {"free_blocks": 1, "filesystem": FileSystem(0, 2, 3)}
    a = replace(A, place=replace(A.place, **both))  # type: ignore[arg-type]
    assert why("address", SiteLook(Place("b"), "sftp"), a)


def test_every_reason_and_every_sign_has_words() -> None:
    codes = {sign.code for sign in SIGNS} | {"own_agent", "document"}
    assert codes == set(SIGN_WORDS)
    use("vi")
    try:
        for reason in (*Lacks, *Why):
            lack = Lack("boot_id", "b", reason, needed=True)
            assert not site_words.why_lacks(lack).isascii()
            assert site_words.how_to_mend(lack) or reason is Why.DECIDED
        for code in codes:
            assert site_words.what_lacks(Lack(code, "b", Lacks.KIND, needed=False)) != code
    finally:
        use("en")
