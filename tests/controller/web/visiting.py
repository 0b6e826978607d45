"""People in front of the pages: each with a browser of their own, and a province to look at."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx2
import msgspec
from starlette.testclient import TestClient

from controller.app import initialise
from controller.config.home import home_at
from controller.config.model import ControllerConfig, Listen
from controller.fleet.add_facility import add_facility
from controller.fleet.add_system import add_system
from controller.fleet.add_user import add_user
from controller.fleet.create_token import create_token
from controller.fleet.decide_exception import approve_exception
from controller.fleet.province import Province
from controller.fleet.record_attestation import record_attestation
from controller.fleet.request_exception import request_exception
from controller.fleet.score_systems import store_scores
from controller.web.application import create_application
from tests.controller import deciding, statements, watched_files
from tests.controller.deciding import attestation, waiver
from tests.controller.speaking import NETLOC, Clock, SpokenHost
from wire.acts import SystemAdded
from wire.messages import Gap, Running, SiteEvidence, SitePair
from wire.verdicts import CheckVerdict, Regime, Separation

ORIGIN = {"Origin": f"https://{NETLOC}"}
PASSWORD = "correct horse battery staple"  # noqa: S105 - of a test
EVENT = "26.2"  # where the first facility that told everything told of file events
SECRET = re.compile(r"/welcome/([0-9a-f]{64})\Z")


@dataclass
class Visitor:
    """One browser: it sends what a browser sends, and follows nothing by itself."""

    client: TestClient
    name: str = ""
    secret: str = ""  # of the one-time link

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.client.get(path, headers=headers, follow_redirects=False)

    def post(
        self, path: str, headers: dict[str, str] | None = None, **fields: str
    ) -> httpx2.Response:
        return self.client.post(
            path,
            data=fields,
            headers=ORIGIN if headers is None else headers,
            follow_redirects=False,
        )

    def log_in(self, password: str = PASSWORD, user: str = "") -> httpx2.Response:
        return self.post("/login", user=user or self.name, password=password)

    def choose(self, password: str = PASSWORD) -> httpx2.Response:
        return self.post(f"/welcome/{self.secret}", password=password)

    def is_in(self) -> bool:
        return self.get("/").status_code == 200


@dataclass
class Town:
    """A province with two facilities that have both told of everything that pages show."""

    province: Province
    clock: Clock
    client: TestClient
    hosts: dict[str, SpokenHost] = field(default_factory=dict)

    def browser(self, address: str = "testclient") -> Visitor:
        """Somebody unknown, from an address."""
        return Visitor(
            TestClient(
                self.client.app,
                base_url=f"https://{NETLOC}",
                client=(address, 40_000),
                raise_server_exceptions=False,
            )
        )

    def invited(self, name: str, role: str = "admin", facility: str = "") -> Visitor:
        """A person with an unused one-time link."""
        visitor = self.browser()
        visitor.name = name
        found = SECRET.search(add_user(self.province, "test", name, role, facility))
        assert found
        visitor.secret = found[1]
        return visitor

    def entered(self, name: str, role: str = "admin", facility: str = "") -> Visitor:
        """A person who is logged in."""
        visitor = self.invited(name, role, facility)
        assert visitor.choose().status_code == 303
        return visitor

    def add_facility(self, code: str, name: str) -> None:
        add_facility(self.province, "test", code, name)
        system = SystemAdded(code, f"FS-{code}", f"Tệp {name}", Regime.ND331, 3, 86_400.0)
        add_system(self.province, "test", system)

    def host_at(self, facility: str) -> SpokenHost:
        token = create_token(
            self.province, "test", facility, (f"FS-{facility}",), timedelta(hours=1)
        )
        host = SpokenHost(self.client, self.clock, systems=(f"FS-{facility}",))
        self.hosts[facility] = host.enrol(token.line)
        return host

    def tell_everything(self, facility: str, dataset_name: str = "") -> None:
        """One statement of every kind that has a page, and a stored score."""
        host, now = self.host_at(facility), self.clock()
        backup = statements.backup(now, timedelta(hours=8))
        pair = SitePair("a", "b", Separation.NOT_SEPARATE, ("boot_id",), (), ("distance",))
        told = host.send(
            host.opening(),
            host.statement(statements.findings(now, sshd__root_login_denied=CheckVerdict.FAIL)),
            host.statement(msgspec.structs.replace(backup, name=dataset_name)),
            host.statement(SiteEvidence(Separation.NOT_SEPARATE, (pair,), now)),
            *(host.statement(state) for state in statements.site_states(now)),
            host.statement(statements.Commitment(now).drill(now)),
            host.statement(Gap("integrity", "overflow")),
            host.statement(watched_files.everything(now)),
        )
        assert not told.json()["refused"], told.text
        running = Running(statements.DATASET, now - timedelta(hours=1), "backup", 0.42)
        assert host.heartbeat(running=(running,)).status_code == 200
        self.decide_everything(facility)
        store_scores(self.province, facility)

    def decide_everything(self, facility: str) -> None:
        """A document, a waiver in force, and a request that waits."""
        now, system = self.clock(), f"FS-{facility}"
        place = {"facility": facility, "system": system}
        document = attestation(now, attestation_id=f"attest-{facility}", **place)
        record_attestation(self.province, deciding.ADMIN, document)
        for number, control in enumerate(("l3.risk.02", "l3.risk.03")):
            asked = waiver(now, exception_id=f"exception-{facility}{number}", **place)
            asked = msgspec.structs.replace(asked, control=control)
            request_exception(self.province, deciding.ADMIN, asked)
        approve_exception(self.province, deciding.OTHER_ADMIN, f"exception-{facility}0", "được")


def found_town(home: Path, clock: Clock, port: int = 8443) -> Province:
    url = f"https://{NETLOC.partition(':')[0]}:{port}"
    config = ControllerConfig(province="GL", name="Sở Y tế", url=url, listen=Listen(port=port))
    return initialise(home_at(home), config, clock).province


def served(province: Province) -> TestClient:
    return TestClient(create_application(province), base_url=f"https://{NETLOC}")
