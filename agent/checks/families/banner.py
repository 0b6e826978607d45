"""Family: what a stranger reads at the login warns him, and tells him nothing about the system."""

import re
import unicodedata
from functools import partial
from typing import Literal

import msgspec

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged
from agent.facts import banners
from agent.facts.packages import RELEASE

# agetty(8): kernel name, release, version, machine; the system's name; pretty names of os-release.
_TELLING = re.compile(r"\\[srvmSn]")
_WARNING = re.compile(
    r"authori[sz]ed|authori[sz]ation|prohibited|forbidden|monitored|prosecut|restricted"
    r"|trái phép|được phép|ủy quyền|uỷ quyền|nghiêm cấm|bị cấm|giám sát|pháp luật|thẩm quyền",
    re.IGNORECASE,
)
_TEXT = (
    "Authorised users only. Use is monitored. / Chỉ người được phép mới được dùng; "
    "mọi thao tác bị giám sát."
)


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`warns`: says that use is limited or watched. `tells_nothing`: no system, no version."""

    path: Literal["/etc/issue", "/etc/issue.net", "/etc/motd"]
    promise: Literal["warns", "tells_nothing"]


def build(params: Params) -> Parts[banners.BannerFacts]:
    what = "a warning" if params.promise == "warns" else "no \\s \\r \\v \\m \\S \\n, no system"
    return Parts(
        expected=f"{params.path}: {what}",
        remedy=f"echo '{_TEXT}' > {params.path}",
        needs=banners.BannerAt(params.path),
        judge=partial(warns if params.promise == "warns" else tells_nothing, params),
    )


def warns(params: Params, facts: banners.BannerFacts) -> Outcome:
    text = unicodedata.normalize("NFC", facts.text or "")
    found = _WARNING.search(text)
    said = "none" if facts.text is None else ("warns" if found else "no warning")
    return judged(bool(found), f"{params.path} {said}")


def tells_nothing(params: Params, facts: banners.BannerFacts) -> Outcome:
    """The system's own name in plain letters tells as much as an escape."""
    text = facts.text or ""
    found = [*_TELLING.findall(text), *(n for n in facts.systems if n.lower() in text.lower())]
    return judged(not found, f"{params.path} {' '.join(dict.fromkeys(found)) or 'nothing'}")


def reads(params: Params) -> tuple[str, ...]:
    """Also what lies below /run: no pack may look there."""
    path = params.path
    made = banners.MADE_AT_LOGIN.get(path, path)
    return (made, *banners.places_of(path), *banners.drop_in_folders(path), RELEASE)


FAMILY = Family("banner", Params, build, reads, in_packs=False)
