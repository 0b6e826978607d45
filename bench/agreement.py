"""Where `lachan-agent check`, OpenSCAP and Lynis decide the same question: do they agree here?

    python bench/agreement.py        as root, on a machine with
                                     apt-get install openscap-scanner ssg-debian lynis

Prints every disagreement with both answers; docs/check-agreement.md must explain each of them, else
the exit code is 1. ComplianceAsCode ships no stream for Debian 12: the one for Debian 11 is asked,
its test for the platform left out in a copy.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agreement_questions import LYNIS, OSCAP

STREAM = Path("/usr/share/xml/scap/ssg/content/ssg-debian11-ds.xml")
PLATFORM = re.compile(rb'<(?:[\w.-]+:)?platform idref="[^"]*" */>')
RULE = "xccdf_org.ssgproject.content_rule_"
EXPLAINED = Path(__file__).parents[1] / "docs" / "check-agreement.md"
DECIDED = ("PASS", "FAIL")


@dataclass(frozen=True)
class Answers:
    """One question with both answers."""

    check: str
    ours: str
    other: str  # tool and rule
    theirs: str


def our_verdicts() -> dict[str, str]:
    command = [sys.executable, "-m", "agent.cli", "check", "--level", "5", "--json", "--fresh"]
    done = subprocess.run(command, check=False, capture_output=True)
    return {one["id"]: one["verdict"] for one in json.loads(done.stdout)["results"]}


def oscap_verdicts(folder: Path) -> dict[str, str]:
    relaxed = folder / "relaxed.xml"
    relaxed.write_bytes(PLATFORM.sub(b"", STREAM.read_bytes()))
    rules = [word for _, rule in OSCAP for word in ("--rule", RULE + rule)]
    command = ["oscap", "xccdf", "eval", "--profile", "(all)", *rules, str(relaxed)]
    said = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    found = re.findall(rf"^Rule\s+{RULE}(\S+)\s+^Result\s+(\S+)", said, re.MULTILINE)
    return {rule: verdict.upper() for rule, verdict in found}


def lynis_verdicts(folder: Path) -> dict[tuple[str, str], str]:
    log, report = folder / "lynis.log", folder / "lynis.dat"
    files = ["--logfile", str(log), "--report-file", str(report)]
    command = ["lynis", "audit", "system", "--quick", "--quiet", "--no-colors", *files]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    performed = set(re.findall(r"Performing test ID (\S+)", log.read_text(errors="replace")))
    found = {}
    for _, test, words in LYNIS:
        if test in performed:
            verdict = lynis_verdict(log.read_text(errors="replace"), report, test, words)
            found[test, words] = verdict
    return found


def lynis_verdict(log: str, report: Path, test: str, words: str) -> str:
    """A test that looks at many things says each of them in its log."""
    if test == "KRNL-6000":
        equal = re.search(rf"sysctl key {re.escape(words)} contains equal", log)
        other = re.search(rf"sysctl key {re.escape(words)} has a different", log)
        return "PASS" if equal else "FAIL" if other else "-"
    if test == "FILE-7524":
        bad = re.search(rf"permissions of file {re.escape(words)} are not matching", log)
        asked = re.search(rf"checking if file {re.escape(words)} has", log)
        return "FAIL" if bad else "PASS" if asked else "-"
    complaints = re.findall(
        rf"^(?:suggestion|warning)\[\]={test}\|(.*)$", report.read_text(), re.MULTILINE
    )
    return "FAIL" if any(words in complaint for complaint in complaints) else "PASS"


def answers() -> Iterator[Answers]:
    ours = our_verdicts()
    with tempfile.TemporaryDirectory(prefix="lachan-bench.") as name:
        oscap, lynis = oscap_verdicts(Path(name)), lynis_verdicts(Path(name))
    for check, rule in OSCAP:
        theirs = oscap.get(rule, "-")
        yield Answers(check, ours.get(check, "-"), f"oscap {rule}", theirs)
    for check, test, words in LYNIS:
        theirs = lynis.get((test, words), "-")
        yield Answers(check, ours.get(check, "-"), f"Lynis {test} {words}".rstrip(), theirs)


def main() -> None:
    asked = list(answers())
    both = [one for one in asked if one.ours in DECIDED and one.theirs in DECIDED]
    differing = [one for one in both if one.ours != one.theirs]
    text = EXPLAINED.read_text()
    unexplained = [one for one in differing if f"| `{one.check}` | {one.other} |" not in text]
    say = sys.stdout.write
    say(f"{len(asked)} questions, {len(both)} decided by both, {len(differing)} disagreements\n")
    for one in differing:
        mark = "?" if one in unexplained else " "
        say(f"{mark} {one.check:<40} {one.ours:<5} {one.theirs:<5} {one.other}\n")
    for one in asked:
        if one not in both:
            say(f"- {one.check:<40} {one.ours:<15} {one.theirs:<13} {one.other}\n")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
