"""Runs our programs as processes and keeps everything they say: code, output, complaints."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from demo.programs import ENTRIES, Program

ERROR = {"en": "Error: ", "vi": "Lỗi: "}
REMEDY = {"en": "What to do: ", "vi": "Cách xử lý: "}
LANGUAGES = ("en", "vi")
_LONGEST_S = 120


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    def line(self, beginning: str) -> str:
        """The line of standard error that begins so."""
        lines = [line for line in self.err.splitlines() if line.startswith(beginning)]
        assert lines, f"no line begins with {beginning!r}:\n{self.err}\n{self.out}"
        return lines[0].removeprefix(beginning)


def tell(
    program: Program,
    *words: str,
    text: str = "",
    prelude: str = "",
    before: Sequence[str] = (),
) -> Told:
    """Run a program to its end.

    Args:
        program: which one, on which home.
        words: its arguments.
        text: its standard input.
        prelude: Python that runs before the program, to change what the machine would tell it.
        before: words of a program that runs it, as `prlimit`.
    """
    entry = f"{prelude}\nfrom {ENTRIES[program.name]} import main; main()"
    home = [] if program.home is None else ["--home", os.fspath(program.home)]
    done = subprocess.run(
        [*before, sys.executable, "-I", "-c", entry, *home, *words],
        input=text.encode(),
        capture_output=True,
        timeout=_LONGEST_S,
        check=False,
    )
    return Told(done.returncode, done.stdout.decode(), done.stderr.decode())


def assert_clear(told: Told, code: int, language: str, *parts: str) -> None:
    """One sentence with these parts, then what to do, in this language, and the right code."""
    assert "Traceback" not in told.err, told.err
    sentence, remedy = told.line(ERROR[language]), told.line(REMEDY[language])
    assert told.code == code, told
    assert len(remedy) > len("Run it."), told.err
    for part in parts:
        assert part in sentence, told.err
    if language == "vi":
        assert not sentence.isascii(), sentence
        assert not remedy.isascii(), remedy
