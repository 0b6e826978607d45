"""What a schema cannot say: names that must differ, schedules, addresses, what a site needs."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from pathlib import Path

from agent.config.cron import ScheduleError, parse_cron
from agent.config.dataset_rules import excluded_rules, source_rules
from agent.config.durations import DurationError, parse_duration
from agent.config.hours import is_part_of_day
from agent.config.keep import keep_problems
from agent.config.model import (
    HIGHEST_LEVEL,
    ORDER_KINDS,
    AgentConfig,
    Alert,
    Dataset,
    Expected,
)
from agent.config.notify_rules import notify_rules
from agent.config.pace import pace_problems
from agent.config.place_rules import place_rules
from agent.config.problems import Problem
from agent.config.site_rules import site_rules
from texts.catalogue import tr
from wire.text import N_
from wire.verdicts import Names

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", re.ASCII)
_SECRET_IN_ADDRESS = re.compile(r"(?:[a-z+]+://)?[^/\s@:]+:[^/\s@]+@", re.IGNORECASE)
_CONTROLLER = re.compile(r"https://[^/?#\s]+/?", re.IGNORECASE)
_LOOPBACK = re.compile(r"(127\.0\.0\.\d{1,3}|\[::1\]|localhost):\d{1,5}", re.ASCII)
_SYSTEM = tuple(Path(f"/{name}") for name in ("bin", "boot", "etc", "lib", "root", "sbin", "usr"))
_PORT = re.compile(r"[0-9]{1,5}/(?:tcp|udp)")


def broken_rules(config: AgentConfig) -> list[Problem]:
    """Every rule that the configuration breaks."""
    return [
        *_top_rules(config),
        *_system_rules(config),
        *_watched_rules(config),
        *pace_problems("integrity_pace", config.integrity_pace),
        *_dataset_rules(config.datasets),
        *excluded_rules(config.excluded),
        *_unique("sites", "name", [site.name for site in config.sites]),
        *site_rules(config.sites, protects=bool(config.datasets)),
        *place_rules(config),
        *_address_rules(config),
        *_expected_rules(config.expected),
        *(notify_rules(config.notify) if config.notify else ()),
    ]


def _top_rules(config: AgentConfig) -> Iterator[Problem]:
    if config.facility and not _CODE.fullmatch(config.facility):
        yield Problem("facility", _quoted(config.facility), N_("Write a code: letters, digits, -."))
    for position, kind in enumerate(config.orders):
        if kind not in ORDER_KINDS:
            yield _one_of(f"orders[{position}]", kind, ORDER_KINDS)
    yield from _schedule("drills.d0", config.drills.d0)
    yield from _schedule("drills.d1", config.drills.d1)
    if config.offline is not None:
        yield from _duration("offline.max_age", config.offline.max_age)
    if config.metrics.listen and not _LOOPBACK.fullmatch(config.metrics.listen):
        yield Problem(
            "metrics.listen",
            _quoted(config.metrics.listen),
            N_("Write a loopback address with a port: 127.0.0.1:9273."),
        )
    if config.quiet_hours and not is_part_of_day(config.quiet_hours):
        remedy = N_("Write hours of the day that differ: 22:00-06:00.")
        yield Problem("quiet_hours", _quoted(config.quiet_hours), remedy)


def _system_rules(config: AgentConfig) -> Iterator[Problem]:
    yield from _unique("systems", "code", [system.code for system in config.systems])
    for position, system in enumerate(config.systems):
        if not 1 <= system.level <= HIGHEST_LEVEL:
            yield Problem(
                f"systems[{position}].level", str(system.level), N_("Write a level from 1 to 5.")
            )


def _watched_rules(config: AgentConfig) -> Iterator[Problem]:
    paths = [str(watched.path) for watched in config.integrity]
    for path, number in Counter(paths).items():
        if number > 1:
            yield Problem("integrity", _quoted(path), N_("Watch each path once."))
    for position, watched in enumerate(config.integrity):
        if watched.folder_depth < 1:
            place = f"integrity[{position}].folder_depth"
            yield Problem(place, str(watched.folder_depth), N_("Write 1 or more."))
        yield from _duration(f"integrity[{position}].reread_within", watched.reread_within)
        if watched.alert is Alert.ATTACKS and _holds_programs(watched.path):
            remedy = N_("Nobody works in the system's own folders all day: write changes.")
            yield Problem(f"integrity[{position}].alert", "attacks", remedy)
        for key, patterns in (("ignore", watched.ignore), ("only", watched.only)):
            if "" in patterns:
                place = f"integrity[{position}].{key}[{patterns.index('')}]"
                yield Problem(place, _quoted(""), N_("Write a name or a pattern: *.tmp."))


def _holds_programs(path: Path) -> bool:
    """Whether the system or its settings lie there, or below it."""
    return any(path.is_relative_to(one) or one.is_relative_to(path) for one in _SYSTEM)


def _dataset_rules(datasets: tuple[Dataset, ...]) -> Iterator[Problem]:
    yield from _unique("datasets", "name", [dataset.name for dataset in datasets])
    for position, dataset in enumerate(datasets):
        place = f"datasets[{position}]"
        yield from source_rules(place, dataset)
        if dataset.names is Names.FOLDER:
            yield _one_of(f"{place}.names", "folder", ("none", "full"))
        yield from _schedule(f"{place}.schedule", dataset.schedule)
        yield from _duration(f"{place}.rpo", dataset.rpo)
        yield from keep_problems(f"{place}.keep", dataset.keep, dataset.rpo)


def _address_rules(config: AgentConfig) -> Iterator[Problem]:
    addresses = [(f"sites[{n}].host", site.host) for n, site in enumerate(config.sites)]
    addresses += [(f"sites[{n}].user", site.user) for n, site in enumerate(config.sites)]
    addresses += [(f"sites[{n}].path", str(site.path)) for n, site in enumerate(config.sites)]
    addresses += [(f"sites[{n}].url", site.url) for n, site in enumerate(config.sites)]
    addresses += [(f"sites[{n}].bucket", site.bucket) for n, site in enumerate(config.sites)]
    url = config.controller.url if config.controller else None
    for place, address in [("controller.url", url or ""), *addresses]:
        if _SECRET_IN_ADDRESS.search(address):
            yield Problem(
                place,
                tr(N_("an address with a secret inside it")),
                N_("Take “user:password@” out; secrets live in files of their own, mode 0600."),
            )
            return
    if url is not None and not _CONTROLLER.fullmatch(url):
        yield Problem("controller.url", _quoted(url), N_("Write https://NAME:PORT and no more."))


def _expected_rules(expected: Expected) -> Iterator[Problem]:
    for position, port in enumerate(expected.ports):
        if not _PORT.fullmatch(port):
            place = f"expected.ports[{position}]"
            yield Problem(place, _quoted(port), N_("Write a port and its protocol: 22/tcp."))
    servers = {
        "dns_servers": expected.dns_servers,
        "filtering_dns_servers": expected.filtering_dns_servers,
    }
    for name, addresses in servers.items():
        for position, address in enumerate(addresses):
            try:
                ip_address(address)
            except ValueError:
                place = f"expected.{name}[{position}]"
                yield Problem(place, _quoted(address), N_("Write an IP address."))


def _unique(place: str, key: str, names: list[str]) -> Iterator[Problem]:
    for position, name in enumerate(names):
        where = f"{place}[{position}].{key}"
        if not _CODE.fullmatch(name):
            yield Problem(where, _quoted(name), N_("Write a code: letters, digits, -."))
        if name in names[:position]:
            yield Problem(where, _quoted(name), N_("Give each its own name."))


def _schedule(place: str, text: str) -> Iterator[Problem]:
    try:
        parse_cron(text)
    except ScheduleError as error:
        yield Problem(place, _quoted(text), error.hint)


def _duration(place: str, text: str) -> Iterator[Problem]:
    try:
        parse_duration(text)
    except DurationError as error:
        yield Problem(place, _quoted(text), error.hint)


def _one_of(place: str, found: str, allowed: Iterable[str]) -> Problem:
    return Problem(
        place, _quoted(found), N_("Write one of: {allowed}."), {"allowed": ", ".join(allowed)}
    )


def _quoted(text: str) -> str:
    return f"“{text}”"
