"""Adds to agent.yaml what `join` learned, and changes nothing that a person wrote."""

from typing import Any

import yaml

from agent.config.document import read_document
from agent.config.load import examine
from agent.config.problems import Problem
from texts.catalogue import tr
from wire.text import N_


def with_controller(raw: bytes, url: str, facility: str) -> tuple[bytes, tuple[Problem, ...]]:
    """The file with facility and controller in it.

    Args:
        raw: the file as it is; empty when there is none.
        url: the controller's address.
        facility: the facility's code, as the token names it.

    Returns:
        The new bytes, and what a person must change first; then the bytes are the old ones.
    """
    value, problems = read_document(raw)
    if problems:
        return raw, problems
    known: dict[str, Any] = value if isinstance(value, dict) else {}
    differing = known.get("facility")
    if differing not in (None, "", facility):
        remedy = N_("The token is for facility {facility}: write that, or ask for another token.")
        found = f"“{differing}”"
        return raw, (Problem("facility", found, remedy, {"facility": facility}),)
    added: dict[str, Any] = {}
    if not differing:
        added["facility"] = facility
    if not known.get("controller"):
        added["controller"] = {"url": url}
    return _checked(raw, _appended(raw, added))


def _appended(raw: bytes, added: dict[str, Any]) -> bytes:
    if not added:
        return raw
    text = yaml.safe_dump(added, default_flow_style=None, sort_keys=False, allow_unicode=True)
    begin = b"" if not raw or raw.endswith(b"\n") else b"\n"
    remark = tr(N_("written by `lachan-agent join`"))
    return raw + begin + f"# {remark}\n{text}".encode()


def _checked(raw: bytes, new: bytes) -> tuple[bytes, tuple[Problem, ...]]:
    config, problems = examine(new)
    return (raw, problems) if config is None or problems else (new, ())
