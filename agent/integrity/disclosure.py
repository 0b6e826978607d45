"""What the controller may read of a path: nothing, some folders, or all, as configured. Pure."""

from agent.config.model import Watched
from agent.files.names import path_bytes, shown
from wire.verdicts import Names

_LONGEST = 4096  # wire.privacy.Disclosed


def disclosed_root(watched: Watched) -> str:
    return "" if watched.names is Names.NONE else _fitted(path_bytes(watched.path) or b"/")


def disclosed_path(watched: Watched, path: bytes) -> str:
    """The path itself, its first folders below the watched path, or nothing."""
    if watched.names is Names.FULL:
        return _fitted(path)
    if watched.names is Names.NONE:
        return ""
    root = path_bytes(watched.path)
    folders = path[len(root) + 1 :].split(b"/")[:-1]
    return _fitted(b"/".join((root, *folders[: watched.folder_depth])) or b"/")


def _fitted(path: bytes) -> str:
    text = shown(path)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
