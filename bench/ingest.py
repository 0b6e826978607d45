"""How fast one controller process takes evidence: envelopes of 1 KB over TLS, batches of 256.

A real `lachan-controller serve` on SQLite; an envelope counts when its batch was acknowledged,
that is after the commit. Envelopes are sealed before the clock starts.

    python bench/ingest.py [ENVELOPES]
"""

import http.client
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from msgspec import Struct

from wire import request
from wire.chain import digest
from wire.codec import decode_as, encode, encode_statement
from wire.envelope import open_envelope, seal
from wire.header import FIRST_PREVIOUS, Header
from wire.http import (
    BATCH_ENVELOPES,
    ENROL_PATH,
    EVIDENCE_PATH,
    Enrolment,
    EnrolmentAnswer,
    EvidenceAnswer,
)
from wire.keys import PublicKey, SigningKey
from wire.messages import Findings, Incarnation, Result
from wire.token import Token, parse_token
from wire.verdicts import CheckVerdict

LIMIT_PER_S = 500
ENVELOPE_BYTES = 1024
_START_S = 20


class Agent:
    """Speaks as one enrolled host over one kept connection."""

    def __init__(self, home: Path, port: int, token_line: str) -> None:
        self.key = SigningKey.generate(os.urandom)
        self.name, self.netloc = self.key.keyid, f"127.0.0.1:{port}"
        context = ssl.create_default_context(cafile=str(home / "secrets" / "ca.pem"))
        self.connection = http.client.HTTPSConnection("127.0.0.1", port, context=context)
        self.sequence, self.head = 0, FIRST_PREVIOUS
        self._enrol(parse_token(token_line))

    def _enrol(self, token: Token) -> None:
        body = encode(Enrolment(token.secret, self.key.public.to_base64(), "bench", "i-1"))
        order_key = PublicKey.from_base64(token.order_key)
        opened = open_envelope(self.post(ENROL_PATH, body), {order_key.keyid: order_key})
        answer = decode_as(EnrolmentAnswer, opened.payload)
        self.name, self.facility = answer.agent, answer.facility

    def post(self, path: str, body: bytes) -> bytes:
        line = request.Request.of("POST", self.netloc, path, body)
        unsigned = request.Headers(self.name, datetime.now(UTC), os.urandom(12).hex())
        headers = request.sign(line, unsigned, self.key).to_dict()
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise SystemExit(f"{path}: {answer.status} {content.decode()}")
        return content

    def seal(self, kind: str, body: Struct) -> bytes:
        self.sequence += 1
        header = Header(
            agent=self.name,
            facility=self.facility,
            host="bench",
            systems=("FS",),
            incarnation="i-1",
            sequence=self.sequence,
            previous=self.head,
            made_at=datetime.now(UTC),
            boot_id="bench",
        )
        raw = seal(kind, encode_statement(header, body), self.key)
        self.head = digest(raw)
        return raw


def findings() -> Findings:
    """A few results: about 1 KB when it is sealed."""
    now = datetime.now(UTC)
    return Findings(
        tuple(Result(f"sshd.setting_{n}", CheckVerdict.PASS, "yes", now) for n in range(2))
    )


def controller(home: Path, *words: str) -> dict:
    argv = [sys.executable, "-m", "controller.cli", "--home", str(home), "--json", *words]
    return json.loads(subprocess.run(argv, check=True, capture_output=True).stdout)


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 20 * BATCH_ENVELOPES
    with tempfile.TemporaryDirectory(prefix="lachan-bench-") as folder:
        measure(Path(folder) / "home", wanted)


def measure(home: Path, wanted: int) -> None:
    port = free_port()
    controller(home, "init", "--url", f"https://127.0.0.1:{port}", "--province", "B", "--name", "B")
    controller(home, "facility", "add", "F", "--name", "F")
    controller(
        home,
        *("system", "add", "FS", "--facility", "F", "--name", "S"),
        *("--regime", "ND331", "--level", "3"),
    )
    token = controller(home, "token", "create", "--facility", "F", "--system", "FS")["token"]
    argv = [sys.executable, "-m", "controller.cli", "--home", str(home), "serve"]
    serving = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        report(Agent(home, port, token), wanted)
    finally:
        serving.terminate()
        serving.wait()


def report(agent: Agent, wanted: int) -> None:
    lines = [agent.seal("incarnation", Incarnation("first"))]
    lines += [agent.seal("findings", findings()) for _ in range(wanted - 1)]
    batches = [lines[at : at + BATCH_ENVELOPES] for at in range(0, wanted, BATCH_ENVELOPES)]
    slowest, started = 0.0, time.perf_counter()
    for batch in batches:
        sent = time.perf_counter()
        answer = decode_as(EvidenceAnswer, agent.post(EVIDENCE_PATH, b"\n".join(batch)))
        if len(answer.acknowledged) != len(batch):
            raise SystemExit(f"refused: {answer.refused}")
        slowest = max(slowest, time.perf_counter() - sent)
    seconds = time.perf_counter() - started
    rate = wanted / seconds
    print(f"envelopes:        {wanted} of {sum(map(len, lines)) / wanted:.0f} bytes")
    print(f"time:             {seconds:.2f} s, slowest batch {slowest:.2f} s")
    print(f"rate:             {rate:.0f} envelopes/s, acknowledged after the commit")
    print(f"ratio to {LIMIT_PER_S}/s:   {rate / LIMIT_PER_S:.2f}")
    sys.exit(0 if rate >= LIMIT_PER_S else 1)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    import socket

    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the controller does not answer")


if __name__ == "__main__":
    main()
