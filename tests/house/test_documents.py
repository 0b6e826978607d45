"""What the documents say by hand must stay what the code says."""

import re
from pathlib import Path

from wire import errors
from wire.verdicts import Cause

ROOT = Path(__file__).parents[2]
OPERATE = (ROOT / "docs" / "operate.md").read_text()


def test_every_cause_is_explained_in_the_order_of_seriousness() -> None:
    section = OPERATE.split("## Causes")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE) == [
        cause.value for cause in Cause
    ]


def test_every_exit_code_is_explained() -> None:
    section = OPERATE.split("## Exit codes")[1].split("\n## ")[0]
    codes = {int(code) for code in re.findall(r"^\| `(\d+)` \|", section, re.MULTILINE)}
    assert codes == {
        errors.GOOD,
        errors.WRONG,
        errors.UNDECIDED,
        errors.USAGE,
        errors.CONFIGURATION,
        errors.INTERRUPTED,
    }


def test_no_link_in_the_documents_is_dead() -> None:
    dead = [
        f"{page.name}: {target}"
        for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert dead == []


def test_every_test_that_the_document_on_security_names_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    named = re.findall(r"`([a-z_/]+\.py)::([a-z0-9_*]+)`", page)
    assert len(named) > 100
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / "tests" / file).exists()
        or (name != "*" and f"def {name}(" not in (ROOT / "tests" / file).read_text())
    ]
    assert missing == []
