"""Browsers and mail programs on this host: supported, up to date, with which extensions."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import msgspec

from agent.errors import UnreadableFactError
from agent.facts import accounts
from agent.facts.absent import SubjectAbsentError
from agent.facts.slow import SlowFact
from agent.host import Host, list_if_present, read_if_present

PROGRAMS = (
    "chromium", "chromium-browser", "google-chrome-stable", "microsoft-edge-stable",
    "brave-browser", "opera-stable", "firefox", "firefox-esr", "thunderbird", "evolution",
    "claws-mail", "epiphany-browser", "falkon", "konqueror", "midori",
)  # fmt: skip
LIST = ("dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\\n", *PROGRAMS)
POLICY = ("apt-cache", "policy")
POLICY_LIMIT_S = 60.0
CHROMIUM_POLICIES = (
    "/etc/chromium/policies/managed", "/etc/opt/chrome/policies/managed",
    "/etc/opt/edge/policies/managed", "/etc/brave/policies/managed",
)  # fmt: skip
FIREFOX_POLICIES = (
    "/etc/firefox/policies/policies.json", "/etc/firefox-esr/policies/policies.json",
    "/usr/lib/firefox-esr/distribution/policies.json",
)  # fmt: skip
PROFILES = (".config/chromium", ".config/google-chrome", ".config/microsoft-edge")
_EXTENSION_ID = re.compile(r"[a-p]{32}")
_SOURCE = re.compile(r"^\s+-?\d+ (?:https?|file|cdrom|mirror)", re.MULTILINE)


Kind = TypeVar("Kind")


class _Policies(msgspec.Struct, frozen=True, rename="pascal"):
    """What limits extensions, of both families of browsers."""

    extension_install_blocklist: tuple[str, ...] = ()
    extension_install_allowlist: tuple[str, ...] = ()
    extension_install_forcelist: tuple[str, ...] = ()
    extension_settings: dict[str, dict[str, object]] = {}


class _FirefoxFile(msgspec.Struct, frozen=True):
    policies: _Policies = _Policies()


@dataclass(frozen=True, slots=True)
class VersionFacts:
    orphaned: tuple[str, ...]  # no package source brings them any more
    outdated: tuple[str, ...]
    known: int


@dataclass(frozen=True, slots=True)
class ExtensionFacts:
    limited: bool  # what nobody approved cannot be installed
    unapproved: tuple[str, ...]  # that lie in somebody's profile all the same


def collect_versions(host: Host) -> VersionFacts:
    names = installed(host)
    return parse_policy(host.run((*POLICY, *names), POLICY_LIMIT_S))


def collect_extensions(host: Host) -> ExtensionFacts:
    installed(host)
    policies = [*_chromium(host), *_firefox(host)]
    approved = {name.partition(";")[0] for one in policies for name in _approved(one)}
    found = [name for name in _found(host) if name.rpartition(" ")[2] not in approved]
    return ExtensionFacts(any(map(_blocks, policies)), tuple(found))


def installed(host: Host) -> tuple[str, ...]:
    """Those that are installed.

    Raises:
        SubjectAbsentError: none is, so there is nothing to judge.
    """
    lines = (line.split() for line in host.run(LIST, timeout_s=15, accept=(0, 1)).splitlines())
    names = tuple(words[1] for words in lines if len(words) > 1 and words[0] == "ii")
    if not names:
        raise SubjectAbsentError("not_installed", f"no {', '.join(PROGRAMS[:8])}, …")
    return names


def parse_policy(output: str) -> VersionFacts:
    """Source: apt-cache(8), policy: a block for each package."""
    orphaned, outdated, known = [], [], 0
    for block in re.split(r"^(?=\S+:$)", output, flags=re.MULTILINE):
        name = block.partition(":")[0]
        here = re.search(r"^  Installed: (\S+)$", block, re.MULTILINE)
        best = re.search(r"^  Candidate: (\S+)$", block, re.MULTILINE)
        if here is None or best is None:
            continue
        known += 1
        orphaned += [] if _SOURCE.search(block) else [name]
        outdated += [name] if here[1] != best[1] else []
    if not known:
        raise UnreadableFactError(" ".join(POLICY), "unparsable")
    return VersionFacts(tuple(orphaned), tuple(outdated), known)


def _chromium(host: Host) -> list[_Policies]:
    paths = [f"{one}/{name}" for one in CHROMIUM_POLICIES for name in list_if_present(host, one)]
    return [_decoded(host.read(path), path, _Policies) for path in paths if path.endswith(".json")]


def _firefox(host: Host) -> list[_Policies]:
    texts = {path: read_if_present(host, path) for path in FIREFOX_POLICIES}
    return [_decoded(text, path, _FirefoxFile).policies for path, text in texts.items() if text]


def _approved(policies: _Policies) -> list[str]:
    named = [n for n, rule in policies.extension_settings.items() if _allows(rule)]
    return [*policies.extension_install_allowlist, *policies.extension_install_forcelist, *named]


def _allows(rule: dict[str, object]) -> bool:
    return rule.get("installation_mode") in {"allowed", "force_installed", "normal_installed"}


def _blocks(policies: _Policies) -> bool:
    everything = policies.extension_settings.get("*", {})
    return "*" in policies.extension_install_blocklist or (
        everything.get("installation_mode") in {"blocked", "removed"}
    )


def _found(host: Host) -> list[str]:
    """`ACCOUNT EXTENSION` of the profiles of people; the browsers' own layout of folders."""
    found = []
    for one in accounts.collect_names(host).accounts:
        if one.is_person and one.home.startswith("/"):
            for profile in PROFILES:
                for name in list_if_present(host, f"{one.home}/{profile}"):
                    inside = list_if_present(host, f"{one.home}/{profile}/{name}/Extensions")
                    found += [f"{one.name} {id_}" for id_ in inside if _EXTENSION_ID.fullmatch(id_)]
    return found


def _decoded(text: str, path: str, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UnreadableFactError(path, "unparsable") from error


FACT = SlowFact(
    name="browsers",
    kind=VersionFacts,
    collect=collect_versions,
    pace=timedelta(hours=12),
    believed_for=timedelta(days=2),
)
