"""Finds policies/ and playbooks/: those of the installed package, as the province changes them.

A province's pack of policies lies as it was signed in the state folder, under `library/packs/`,
named by its digest; signature and digest are checked each time that it is read. Only the agent's
user can write there.
"""

import os
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from agent.config.home import Home
from agent.errors import AgentError
from compliance.pack_merge import merged_all
from compliance.policy_pack import Pack
from wire.chain import digest
from wire.codec import decode_order
from wire.envelope import open_envelope
from wire.errors import UNDECIDED, WireError
from wire.keys import PublicKey
from wire.orders import PolicyPack
from wire.text import N_
from wire.verdicts import Regime

STANDARD_OF_REGIME = {Regime.ND331: "tcvn-14423-2026", Regime.ND85: "tcvn-11930-2017"}


class NotInLibraryError(AgentError):
    """No policy or playbook of that name is installed."""

    message = N_("There is no {kind} {name} here.")
    hint = N_("Look at the names that are installed, or update the agent.")


class DamagedPackError(AgentError):
    """The kept pack of policies is gone, or is not the one that was accepted: it is not used."""

    exit_code = UNDECIDED
    message = N_("The kept pack of policies cannot be used: {reason}.")
    hint = N_("The agent asks its controller for it again; look who writes below {folder}.")


def policy(packs: Iterable[Pack], regime: Regime, level: int) -> bytes:
    """The catalogue of one level, as YAML, with the changes of the packs that are in force."""
    path = f"{STANDARD_OF_REGIME[regime]}/level-{level}.yaml"
    found = resources.files("policies").joinpath(path)
    if not found.is_file():
        raise NotInLibraryError(kind="policy", name=path)
    return merged_all(found.read_bytes(), packs)


def keep_pack(home: Home, raw: bytes) -> str:
    """Keep a signed pack, whole or not at all; its digest is its name from now on."""
    name = digest(raw)
    file = _pack_file(home, name)
    for folder in (file.parent.parent, file.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor
        stream.write(raw)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(file)
    return name


def kept_pack(home: Home, name: str, order_key: PublicKey) -> PolicyPack:
    """A kept pack by its digest, checked again.

    Raises:
        DamagedPackError: it is not there, or not as it was.
    """
    file = _pack_file(home, name)
    try:
        raw = file.read_bytes()
        opened = open_envelope(raw, {order_key.keyid: order_key})
        signed = decode_order(opened.kind, opened.payload)
    except OSError as error:
        raise DamagedPackError(reason=str(error.strerror), folder=str(file.parent)) from error
    except WireError as error:
        raise DamagedPackError(reason=str(error), folder=str(file.parent)) from error
    if digest(raw) != name or not isinstance(signed, PolicyPack):
        reason = N_("it is another one than was accepted")
        raise DamagedPackError(reason=reason, folder=str(file.parent))
    return signed


def forget_packs(home: Home, but: tuple[str, ...]) -> None:
    """Remove every kept pack except these."""
    wanted = {_pack_file(home, name) for name in but if name}
    for file in (home.state_dir / "library" / "packs").glob("*"):
        if file not in wanted:
            file.unlink(missing_ok=True)


def _pack_file(home: Home, name: str) -> Path:
    return home.state_dir / "library" / "packs" / f"{name}.dsse"


def playbook(home: Home, name: str) -> bytes:
    """One playbook by its folder and name (`recovery/file-server-lost`), as YAML."""
    for known, content in playbooks(home):
        if known == name:
            return content
    raise NotInLibraryError(kind="playbook", name=name)


def playbooks(home: Home) -> Iterator[tuple[str, bytes]]:
    """Every playbook with its folder and name; a signed copy hides the installed one."""
    seen: set[str] = set()
    for shelf in (home.state_dir / "library" / "playbooks", resources.files("playbooks")):
        for name, file in _yaml_files(shelf):
            if name not in seen:
                seen.add(name)
                yield name, file.read_bytes()


def check_files() -> Iterator[bytes]:
    """The installed files of check instances, as YAML."""
    for _name, file in _yaml_in(resources.files("policies").joinpath("checks")):
        yield file.read_bytes()


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
