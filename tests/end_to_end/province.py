"""A small province on this machine: one controller behind a recording proxy, two sites."""

import contextlib
import json
import sqlite3
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from demo import facility
from demo.programs import Program
from demo.ssh_site import SshSite, free_port
from demo.stage import Stage, wait_until_answers
from tests.end_to_end.telling import Told, tell

FACILITY, SYSTEM, DATASET = facility.FACILITY, facility.SYSTEM, facility.DATASET
_PROXY = Path(__file__).with_name("recording_proxy.py")


@dataclass(frozen=True, slots=True)
class Province:
    """Where everything lies; `stage.agent` is its first agent."""

    stage: Stage
    site: SshSite
    port: int  # of the proxy: what the agents know
    traffic: Path

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.stage.home / "controller" / "state" / "controller.sqlite"

    @property
    def authority(self) -> Path:
        return self.stage.home / "controller" / "secrets" / "ca.pem"

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.authority))

    def new_token(self) -> str:
        return str(
            self.stage.controller.json(
                *("token", "create", "--facility", FACILITY, "--system", SYSTEM)
            )["token"]
        )

    def configure(self, home: Path, site_a: Path, **changes: object) -> Program:
        """A home of its own for one more agent, not joined yet."""
        home.mkdir(mode=0o700, parents=True)
        site_a.mkdir(parents=True, exist_ok=True)
        facility.write_agent_configuration(self.stage, self.site, self.url)
        written = self.stage.home / "agent" / "agent.yaml"
        agent = Program("lachan-agent", home)
        (home / "agent.yaml").write_text(written.read_text())
        edit(agent, **changes)
        edit_site(agent, "a", path=str(site_a))
        return agent

    def agent_of(self, agent: Program) -> str:
        """The name that the controller gave to the agent of this home."""
        assert agent.home is not None
        membership = json.loads((agent.home / "secrets" / "membership.json").read_text())
        return str(membership["agent"])

    def log_size(self) -> int:
        return self._count("SELECT count(*) FROM log_entry", ())

    def has_logged(self, envelope: bytes) -> bool:
        return self._count("SELECT count(*) FROM log_entry WHERE envelope = ?", (envelope,)) > 0

    def _count(self, query: str, values: tuple[object, ...]) -> int:
        address = f"{self.database.as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as opened:
            return int(opened.execute(query, values).fetchone()[0])


def open_province(home: Path) -> Province:
    """Start controller, proxy and site B; add a facility with its level 3 system."""
    (home / "folder").mkdir()
    (home / "share").mkdir()
    (home / "agent").mkdir(mode=0o700)
    stage = Stage(home, home / "folder", "en")
    port, inner = free_port(), free_port()
    stage.controller.json(
        *("init", "--url", f"https://127.0.0.1:{port}", "--listen", f"127.0.0.1:{inner}"),
        *("--province", "TEST", "--name", "Sở Y tế"),
    )
    serving = stage.controller.start("serve", log=home / "controller.log")
    stage.processes.append(serving)
    wait_until_answers(stage, serving, inner)
    _record(stage, port, inner)
    stage.controller.json("facility", "add", FACILITY, "--name", "Bệnh viện")
    stage.controller.json(
        *("system", "add", SYSTEM, "--facility", FACILITY),
        *("--name", "Máy chủ tệp", "--regime", "ND331", "--level", "3"),
    )
    stage.site_a.mkdir()
    return Province(stage, stage.open_site_b(), port, home / "traffic")


def _record(stage: Stage, port: int, inner: int) -> None:
    traffic = stage.home / "traffic"
    traffic.mkdir()
    words = (str(port), str(inner), str(stage.home / "controller" / "secrets"), str(traffic))
    with (stage.home / "proxy.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(_PROXY), *words], stdout=log, stderr=log, start_new_session=True
        )
    stage.processes.append(process)
    wait_until_answers(stage, process, port)


def read_configuration(agent: Program) -> dict[str, Any]:
    assert agent.home is not None
    document: dict[str, Any] = yaml.safe_load((agent.home / "agent.yaml").read_text())
    return document


def edit(agent: Program, **changes: object) -> None:
    """Write these keys into agent.yaml; None removes one."""
    assert agent.home is not None
    document = read_configuration(agent) | changes
    kept = {key: value for key, value in document.items() if value is not None}
    (agent.home / "agent.yaml").write_text(yaml.safe_dump(kept, allow_unicode=True))


def edit_site(agent: Program, name: str, **changes: object) -> None:
    sites = read_configuration(agent)["sites"]
    edit(agent, sites=[site | changes if site["name"] == name else site for site in sites])


def ask(agent: Program, *words: str) -> tuple[Told, dict[str, Any]]:
    """Run with --json; the document beside how it ended."""
    told = tell(agent, "--json", *words)
    return told, json.loads(told.out)
