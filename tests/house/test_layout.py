"""The house's own rules: names, sizes, what the agent may load."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "wire",
    "compliance",
    "recovery",
    "texts",
    "agent",
    "controller",
    "verify",
    "policies",
    "playbooks",
)
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
FORBIDDEN_ENDINGS = ("manager", "helper", "helpers", "utils", "common", "base")

# What an idle agent may hold in memory besides the standard library: the base install, and of it
# only what does not belong to a probe or to a terminal.
AGENT_MAY_LOAD = {
    "_cffi_backend",
    "_openssl",
    "agent",
    "apscheduler",
    "click",
    "compliance",
    "cryptography",
    "cython_runtime",
    "msgspec",
    "prometheus_client",
    "psutil",
    "policies",  # data alone
    "recovery",
    "texts",
    "typing_extensions",  # msgspec looks for it
    "tzlocal",
    "urllib3",
    "wire",
    "yaml",
    "_yaml",
}


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_nobody_else_owns_our_import_name(package: str) -> None:
    owners = set(packages_distributions().get(package, ["lachan"]))
    assert owners == {"lachan"}


def test_no_module_is_longer_than_a_screenful_of_screens() -> None:
    long = {
        str(module.relative_to(ROOT)): lines
        for module in modules()
        if (lines := len(module.read_text().splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_no_function_is_longer_than_forty_lines() -> None:
    long = [
        f"{module.relative_to(ROOT)}:{node.lineno} {node.name}"
        for module in modules()
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_every_module_says_its_responsibility_first() -> None:
    silent = [
        str(module.relative_to(ROOT))
        for module in modules()
        if ast.get_docstring(ast.parse(module.read_text())) is None
    ]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [m.name for m in modules() if m.stem.split("_")[-1] in FORBIDDEN_ENDINGS] == []


_OF_THE_PLATFORM = ("__editable__", "_virtualenv", "_distutils", "_cython_", "_sysconfigdata")


def loaded_by(program: str) -> set[str]:
    code = f"{program}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    known = set(sys.stdlib_module_names) | {"__main__", "__mp_main__", "site", "sitecustomize"}
    return {
        name
        for name in done.stdout.split()
        if name not in known and not name.startswith(_OF_THE_PLATFORM)
    }


def test_the_idle_agent_loads_only_what_is_allowed() -> None:
    assert loaded_by("import agent.daemon.service") <= AGENT_MAY_LOAD


def test_the_verifier_loads_no_controller_and_no_agent() -> None:
    loaded = loaded_by("import verify.cli, verify.verdict")
    assert not loaded & {"agent", "controller", "sqlalchemy", "starlette", "apscheduler"}
