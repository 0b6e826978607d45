"""What the system says to whoever comes to its door, before and after login."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.drop_ins import texts_in
from agent.facts.packages import RELEASE, parse_release
from agent.host import Host, read_if_present

# Source: agetty(8), ISSUE FILES: a file hides that of the next folder, drop-ins are added to it.
# motd(5), pam_motd(8): the first file that is there, then all drop-ins.
_FOLDERS = ("/etc", "/run", "/usr/lib")
MADE_AT_LOGIN = {"/etc/motd": "/run/motd.dynamic"}  # by /etc/update-motd.d; pam_motd(8)
DROP_INS = {"/etc/issue": ("issue.d", ".issue"), "/etc/motd": ("motd.d", "")}


@dataclass(frozen=True, slots=True)
class BannerFacts:
    text: str | None  # None: nothing is shown
    systems: tuple[str, ...]  # names by which this system would be recognised


@dataclass(frozen=True, slots=True)
class BannerAt:
    """Asks for what is shown from one path together with its drop-ins."""

    path: str

    def __call__(self, host: Host) -> BannerFacts:
        ending = DROP_INS.get(self.path, ("", ""))[1]
        drop_ins = texts_in(host, drop_in_folders(self.path), ending)
        texts = [*_first(host, self.path), *drop_ins]
        release = parse_release(host.read(RELEASE))
        names = tuple(name for name in (release.get("ID"), release.get("VERSION_CODENAME")) if name)
        return BannerFacts("\n".join(texts) if texts else None, names)


def places_of(path: str) -> tuple[str, ...]:
    if path not in DROP_INS:
        return (path,)
    return tuple(f"{folder}/{path.rpartition('/')[2]}" for folder in _FOLDERS)


def drop_in_folders(path: str) -> tuple[str, ...]:
    folder, _ending = DROP_INS.get(path, ("", ""))
    return tuple(f"{place}/{folder}" for place in _FOLDERS) if folder else ()


def _first(host: Host, path: str) -> list[str]:
    """What was made at a login comes besides the first of the others."""
    made = [_text(host, MADE_AT_LOGIN[path])] if path in MADE_AT_LOGIN else []
    texts = (_text(host, place) for place in places_of(path))
    first = next((text for text in texts if text is not None), None)
    return [text for text in (*made, first) if text is not None]


def _text(host: Host, path: str) -> str | None:
    """What lay below /run died with the running system."""
    try:
        return read_if_present(host, path)
    except UnreadableFactError as error:
        if error.reason == "other_root":
            return None
        raise
