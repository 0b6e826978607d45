"""Item 12: two hundred planted words and every hash of them stay at the facility."""

import contextlib
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.programs import Program
from tests.end_to_end import guessing
from tests.end_to_end.planting import Planted, decoded, plant
from tests.end_to_end.province import FACILITY, Province, edit, open_province, read_configuration
from tests.end_to_end.telling import tell
from wire.keys import SigningKey

LOOKED = (0, 1, 2)
INSIDE_ONLY = """
import agent.daemon.jobs as jobs
every_job = jobs.jobs_of
jobs.jobs_of = lambda app: tuple(job for job in every_job(app) if not job.words)
"""  # heartbeat, inventory, evidence; the commands themselves were run by name
OPEN_DATASET_SCHEDULE = {"schedule": "15 */4 * * *", "rpo": "8h"}

ACCOUNTS = """
import agent.host as door
people = {people!r}
lines = {{
    "/etc/passwd": "{{}}:x:{{}}:1001::/home/{{}}:/bin/bash",
    "/etc/shadow": "{{}}::19000:0:99999:7:::",
}}
read = door.LocalHost.read
def read_planted(self, path, **limits):
    if path == "/etc/group":
        return "sudo:x:27:" + ",".join(people) + "\\n"
    if path not in lines:
        return read(self, path, **limits)
    return "".join(
        lines[path].format(name, 0 if number < 3 else 1001 + number, name) + "\\n"
        for number, name in enumerate(people)
    )
door.LocalHost.read = read_planted
"""  # a host whose accounts bear the planted names, without passwords, some of them root


@dataclass(frozen=True)
class Watched:
    """What an eavesdropper and a thief of the controller's disk would have, and the facility."""

    province: Province
    planted: Planted
    agent: Program
    logs: dict[str, bytes]
    hidden: dict[str, bytes]  # everything, while `names` was none everywhere

    def everything(self) -> dict[str, bytes]:
        stage = self.province.stage
        state = stage.home / "controller" / "state"
        files = [file for file in state.rglob("*") if file.is_file()]
        files += [stage.home / "controller.log", *self.province.traffic.iterdir()]
        metrics = [self.agent.home / "lachan.prom"] if self.agent.home else []
        read = {str(file): file.read_bytes() for file in [*files, *metrics]}
        return read | {"every stored value": _values(self.province.database)} | self.logs


def _values(database: Path) -> bytes:
    """Every value of every table: in the file itself a page's end may part a word."""
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as opened:
        opened.text_factory = bytes
        names = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        tables = [f'SELECT * FROM "{name.decode()}"' for (name,) in names]  # noqa: S608 - its own
        rows = [row for table in tables for row in opened.execute(table)]
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
    )


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    province = open_province(tmp_path_factory.mktemp("private"))
    stage = province.stage
    planted = plant(stage.share)
    agent = province.configure(stage.home / "its" / "agent", stage.site_a / planted.tags[0])
    _configure(agent, planted)
    agent.run("join", text=province.new_token())
    view = Watched(province, planted, agent, {}, {})
    _work(view)
    view.hidden.update(view.everything())
    yield view
    stage.close()


def _configure(agent: Program, planted: Planted) -> None:
    assert agent.home is not None
    shares = zip(planted.datasets, (planted.secret_share, planted.open_share), strict=True)
    edit(
        agent,
        integrity=[{"path": str(planted.secret_share)}, {"path": str(planted.open_share)}],
        datasets=[
            {"name": name, "paths": [str(share)], **OPEN_DATASET_SCHEDULE} for name, share in shares
        ],
        metrics={"textfile": str(agent.home / "lachan.prom")},
    )


def _work(view: Watched) -> None:
    """Everything that an agent says, at least once."""
    agent, planted = view.agent, view.planted
    agent.run("integrity", "baseline", expect=LOOKED)
    agent.run("backup", "run", expect=LOOKED)
    _tag_by_hand(view)
    for file in _some_files(planted):
        file.write_text(file.read_text() + "sửa\n")
        file.with_suffix(".bak").write_text(file.read_text())
    agent.run("integrity", "scan", expect=LOOKED)
    agent.run("backup", "run", expect=LOOKED)
    agent.run("drill", "run", "--class", "D0", "--site", "b", expect=LOOKED)
    agent.run(
        *("playbook", "run", "recovery/file-server-lost", "--site", "b"),
        *("--dataset", planted.datasets[0], "--answers", "demo"),
    )
    checked = tell(agent, "check", prelude=ACCOUNTS.format(people=planted.people))
    assert checked.code in LOOKED, checked.err
    assert planted.found_in(checked.out.encode()), "the facility itself sees its people's names"
    agent.run("site", "probe", expect=LOOKED)
    view.logs["round of the agent"] = tell(agent, "run", "--once", prelude=INSIDE_ONLY).err.encode()
    view.province.stage.controller.run("score", "--facility", FACILITY, expect=LOOKED)


def _some_files(planted: Planted) -> list[Path]:
    shares = (planted.secret_share, planted.open_share)
    return [next(iter(sorted(share.rglob("*.txt")))) for share in shares]


def _restic(view: Watched, site: str, *words: str) -> str:
    assert view.agent.home is not None
    stage = view.province.stage
    places = {"a": stage.site_a / view.planted.tags[0], "b": view.province.site.repository}
    password = view.agent.home / "secrets" / f"restic-{site}.password"
    command = ["restic", "--no-cache", "-r", str(places[site]), "--password-file", str(password)]
    return subprocess.run([*command, *words], capture_output=True, check=True, text=True).stdout


def _tag_by_hand(view: Watched) -> None:
    """Somebody used restic beside us, with tags that say too much."""
    tags = [word for tag in view.planted.tags for word in ("--tag", tag)]
    file = _some_files(view.planted)[0]
    _restic(view, "a", "backup", *tags, str(file))


def _found(planted: Planted, haystacks: dict[str, bytes]) -> dict[str, frozenset[str]]:
    found = {name: planted.found_in(haystack) for name, haystack in haystacks.items()}
    return {name: words for name, words in found.items() if words}


def _public_keys(view: Watched) -> Iterator[bytes]:
    """Whatever everybody knows and might use as a key."""
    assert view.agent.home is not None
    secrets = view.province.stage.home / "controller" / "secrets"
    files = [view.agent.home / "secrets" / "agent.key", secrets / "order.key", secrets / "log.key"]
    for file in files:
        public = SigningKey.from_bytes(file.read_bytes()).public
        yield from (public.raw, public.to_base64().encode(), public.keyid.encode())
    joined = json.loads((view.agent.home / "secrets" / "membership.json").read_text())
    yield from (joined["agent"].encode(), FACILITY.encode(), b"", bytes(32))


def _restic_ids(view: Watched) -> Iterator[str]:
    for site in ("a", "b"):
        config = json.loads(_restic(view, site, "cat", "config"))
        yield config["id"]
        for kind in ("snapshots", "blobs", "packs", "index"):
            yield from (line.split()[-1] for line in _restic(view, site, "list", kind).splitlines())
        for snapshot in json.loads(_restic(view, site, "snapshots", "--json")):
            yield from (snapshot["id"], snapshot["tree"])


def test_the_search_finds_every_word_where_it_was_planted(watched: Watched) -> None:
    planted = watched.planted
    places = sorted(planted.secret_share.rglob("*")) + sorted(planted.open_share.rglob("*"))
    texts = [str(place).encode() for place in places]
    texts += [place.read_bytes() for place in places if place.is_file()]
    texts.append((watched.agent.home / "agent.yaml").read_bytes() if watched.agent.home else b"")
    texts.append(_restic(watched, "a", "snapshots", "--json").encode())

    assert len(planted.words) == 200
    assert planted.found_in(b"\n".join(texts)) == set(planted.words)


def test_every_kind_of_statement_was_told(watched: Watched) -> None:
    """Else the search would look at too little."""
    kinds = _kinds(watched.province.database)

    assert {"findings", "baseline", "integrity", "backup", "manifest"} <= kinds
    assert {"sites", "drill", "playbook", "configuration", "inventory"} <= kinds


def _kinds(database: Path) -> set[str]:
    raw = _values(database)
    return {
        kind.decode()
        for kind in raw.split(b"\n")
        if kind.isalpha() and kind.islower() and len(kind) < 20
    }


def test_no_planted_word_is_in_database_logs_or_traffic(watched: Watched) -> None:
    assert _found(watched.planted, watched.hidden) == {}


def test_no_hash_of_a_guess_is_in_database_logs_or_traffic(watched: Watched) -> None:
    planted = watched.planted
    ids = set(_restic_ids(watched))
    guesses = [
        *guessing.guesses_of(planted.secret_share),
        *guessing.guesses_of(planted.open_share),
        *(word.encode() for word in planted.words),
        *(name.encode() for name in ids),
        *(bytes.fromhex(name) for name in ids),
    ]
    known = guessing.digests(guesses, _public_keys(watched))
    known |= {bytes.fromhex(name)[:8]: f"restic {name}" for name in ids}
    haystack = b"\n".join(watched.hidden.values())

    assert len(ids) > 50
    assert guessing.recognised(haystack + b"\n" + decoded(haystack), known) == set()


def test_an_open_hash_would_be_recognised(watched: Watched) -> None:
    file = _some_files(watched.planted)[0]
    key = next(_public_keys(watched))
    known = guessing.digests(guessing.guesses_of(watched.planted.secret_share), [key])
    digest = guessing.digests([file.read_bytes()], [])

    for raw in digest:
        for written in (raw, raw.hex().encode(), raw.hex().upper().encode()):
            assert guessing.recognised(b"..." + written + b"...", known)


def test_names_full_discloses_exactly_what_it_says(watched: Watched) -> None:
    """Last in this file: it changes what the others look at."""
    planted, agent = watched.planted, watched.agent
    before = set(watched.province.traffic.iterdir())
    _open(agent, planted)
    _, file = _some_files(planted)
    file.write_text("lại sửa\n")
    agent.run("integrity", "scan", expect=LOOKED)
    agent.run("backup", "run", "--dataset", planted.datasets[1], expect=LOOKED)
    agent.run("outbox", "send")

    changed = {file, file.with_suffix(".bak")}
    named = {word for path in changed for word in planted.words if word in str(path)}
    expected = named | {planted.datasets[1]}
    new = {
        path.name: path.read_bytes()
        for path in watched.province.traffic.iterdir()
        if path not in before and path.suffix == ".sent"
    }
    assert planted.found_in(_values(watched.province.database)) == expected
    assert planted.found_in(b"\n".join(new.values())) == expected


def _open(agent: Program, planted: Planted) -> None:
    document = read_configuration(agent)
    for watched in document["integrity"]:
        if watched["path"] == str(planted.open_share):
            watched["names"] = "full"
    for dataset in document["datasets"]:
        if dataset["name"] == planted.datasets[1]:
            dataset["names"] = "full"
    edit(agent, integrity=document["integrity"], datasets=document["datasets"])
