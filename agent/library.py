"""Finds policies/ and playbooks/: the copy signed by the controller, else the installed package's.

A signed copy is verified when it is accepted and lies in the state folder, under `library/`, in
the same shape as the package's own; only the agent's user can write there.
"""

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from agent.config.home import Home
from agent.errors import AgentError
from wire.text import N_
from wire.verdicts import Regime

STANDARD_OF_REGIME = {Regime.ND331: "tcvn-14423-2026", Regime.ND85: "tcvn-11930-2017"}


class NotInLibraryError(AgentError):
    """No policy or playbook of that name is installed."""

    message = N_("There is no {kind} {name} here.")
    hint = N_("Look at the names that are installed, or update the agent.")


def policy(home: Home | None, regime: Regime, level: int) -> bytes:
    """The catalogue of one level, as YAML; without a home, the installed one."""
    standard = STANDARD_OF_REGIME[regime]
    path = f"{standard}/level-{level}.yaml"
    for shelf in _shelves(home, "policies"):
        found = shelf.joinpath(path)
        if found.is_file():
            return found.read_bytes()
    raise NotInLibraryError(kind="policy", name=path)


def playbook(home: Home, name: str) -> bytes:
    """One playbook by its folder and name (`recovery/file-server-lost`), as YAML."""
    for known, content in playbooks(home):
        if known == name:
            return content
    raise NotInLibraryError(kind="playbook", name=name)


def playbooks(home: Home) -> Iterator[tuple[str, bytes]]:
    """Every playbook with its folder and name; a signed copy hides the installed one."""
    seen: set[str] = set()
    for shelf in _shelves(home, "playbooks"):
        for name, file in _yaml_files(shelf):
            if name not in seen:
                seen.add(name)
                yield name, file.read_bytes()


def check_files() -> Iterator[bytes]:
    """The installed files of check instances, as YAML."""
    for _name, file in _yaml_in(resources.files("policies").joinpath("checks")):
        yield file.read_bytes()


def _shelves(home: Home | None, package: str) -> tuple[Traversable, ...]:
    installed = resources.files(package)
    return (installed,) if home is None else (home.state_dir / "library" / package, installed)


def _yaml_files(shelf: Traversable) -> Iterator[tuple[str, Traversable]]:
    if not shelf.is_dir():
        return
    for folder in sorted(shelf.iterdir(), key=lambda entry: entry.name):
        if folder.is_dir():
            for name, file in _yaml_in(folder):
                yield f"{folder.name}/{name}", file


def _yaml_in(folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            yield file.name.removesuffix(".yaml"), file
