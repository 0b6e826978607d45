"""Debian 13's rest-server on a loopback port, with a certificate and one login."""

import base64
import hashlib
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from demo.ssh_site import free_port
from tests.real.certificates import Certificate, certificate
from tests.real.restic_versions import NEWER

USER, PASSWORD = "fs-01", "p@ss:wörd/%41"


@dataclass
class RestServer:
    """Guards the process; the port stays the same when it is started again."""

    folder: Path
    options: tuple[str, ...] = ("--append-only",)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.certificate: Certificate = certificate(self.folder / "tls", f"CA {self.port}")
        digest = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest())  # noqa: S324 - htpasswd's own
        (self.data / ".htpasswd").write_text(f"{USER}:{{SHA}}{digest.decode()}\n")
        self.credentials_file.write_text(f"{USER}:{PASSWORD}\n")
        self.credentials_file.chmod(0o600)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def credentials_file(self) -> Path:
        return self.folder / "credentials"

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return when it says that it listens."""
        program = NEWER / "restic-rest-server"
        if not program.exists():
            raise FileNotFoundError("Debian 13's rest-server is missing: run script/newer-restic")
        made = self.certificate
        tls = ("--tls", f"--tls-cert={made.certificate_file}", f"--tls-key={made.key_file}")
        where = (f"--path={self.data}", f"--listen=127.0.0.1:{self.port}")
        self.process = subprocess.Popen(
            (str(program), *where, *tls, *self.options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert self.process.stdout is not None
        said = b""
        while b"start server on" not in said:
            said = self.process.stdout.readline()
            assert said, "rest-server ended at once"

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None
