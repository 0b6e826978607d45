"""What we say of a PAM stack is what the real library does with it."""

import ctypes
import itertools
import random
from pathlib import Path

import pytest

from agent.facts import pam, pam_paths

CODES = ("success", "auth_err", "perm_denied", "user_unknown", "ignore")
REFUSALS = {"auth_err", "perm_denied"}
KEYWORDS = ("required", "requisite", "sufficient", "optional")
ACTIONS = ("ok", "done", "bad", "die", "ignore", "reset", "1", "2", "3")
COUNTED = "counted=yes"  # pam_debug takes no notice of it
CONVERSATION_FAILS = 19  # PAM_CONV_ERR; nobody is asked anything

CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p
)


class Conversation(ctypes.Structure):
    _fields_ = [("ask", CALLBACK), ("data", ctypes.c_void_p)]


def lets_in(folder: Path) -> bool:
    """Ask Linux-PAM itself; its test module pam_debug answers as its line says."""
    library, handle = ctypes.CDLL("libpam.so.0"), ctypes.c_void_p()
    talk = Conversation(CALLBACK(lambda *_: CONVERSATION_FAILS), None)
    start = (b"service", b"nobody", ctypes.byref(talk), bytes(folder), ctypes.byref(handle))
    assert library.pam_start_confdir(*start) == 0
    answer = library.pam_authenticate(handle, 0)
    library.pam_end(handle, answer)
    return bool(answer == 0)


def control(chance: random.Random) -> str:
    if chance.random() < 0.6:
        return chance.choice(KEYWORDS)
    keys = ["default", *chance.sample(CODES, chance.randint(1, 2))]
    return f"[{' '.join(f'{key}={chance.choice(ACTIONS)}' for key in keys)}]"


def written(folder: Path, controls: list[str], answers: tuple[str, ...], counted: int) -> str:
    lines = [
        f"auth {control} pam_debug.so auth={answer} {COUNTED if place == counted else ''}\n"
        for place, (control, answer) in enumerate(zip(controls, answers, strict=True))
    ]
    (folder / "service").write_text("".join(lines))
    return "".join(lines)


@pytest.mark.parametrize("seed", range(25))
def test_a_line_is_demanded_when_the_library_lets_nobody_in_without_its_yes(
    seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)  # noqa: S311
    controls = [control(chance) for _ in range(chance.randint(1, 3))]
    counted = chance.randrange(len(controls))
    by_itself = False
    for answers in itertools.product(CODES, repeat=len(controls)):
        text = written(tmp_path, controls, answers, counted)
        by_itself |= answers[counted] in REFUSALS and lets_in(tmp_path)
    ours = pam_paths.demanded(pam.parse(text), lambda line: COUNTED in line.options)
    assert ours is not by_itself, text


def test_the_stacks_of_this_test_are_of_both_kinds() -> None:
    chance = random.Random(0)  # noqa: S311
    texts = (f"auth {control(chance)} pam_a.so\nauth required pam_x.so" for _ in range(60))
    answers = {
        pam_paths.demanded(pam.parse(text), lambda line: line.module == "pam_x.so")
        for text in texts
    }
    assert answers == {True, False}


@pytest.mark.parametrize(
    ("stack", "asked"),
    [
        ("auth optional pam_x.so\nauth required pam_a.so", True),
        ("auth sufficient pam_a.so\nauth optional pam_x.so", False),
        (
            "auth [success=1 default=ignore] pam_a.so\nauth optional pam_x.so\nauth required p",
            False,
        ),
        (
            "auth [default=1] pam_permit.so\nauth requisite pam_deny.so\nauth optional pam_x.so",
            True,
        ),
        ("auth sufficient pam_rootok.so\nauth required pam_x.so", True),
        ("auth required pam_a.so", False),
        ("", False),
    ],
)
def test_a_line_is_reached_when_no_way_leads_around_it(stack: str, asked: bool) -> None:
    assert pam_paths.reached(pam.parse(stack), lambda line: line.module == "pam_x.so") is asked
