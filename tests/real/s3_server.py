"""An S3 server on a loopback port (moto): its users have keys and policies, and it checks them.

It keeps everything in memory and is no measure of speed; its behaviour is S3's.
"""

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from moto import settings
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from demo.ssh_site import free_port
from tests.real.certificates import Certificate, certificate

REGION = "us-east-1"
_EVERYTHING_IS_CHECKED = 0.0
_NOTHING_IS_CHECKED = float("inf")


@dataclass
class S3Server:
    """Guards the server's thread; what it holds lives as long as this process."""

    folder: Path
    port: int = field(default_factory=free_port)
    server: BaseWSGIServer | None = None

    def __post_init__(self) -> None:
        self.certificate: Certificate = certificate(self.folder / "tls", f"CA {self.port}")

    @property
    def bucket(self) -> str:
        """Its own: all servers of this process have one memory."""
        return f"lachan-{self.port}"

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        made = self.certificate
        tls = (str(made.certificate_file), str(made.key_file))
        app = DomainDispatcherApplication(create_backend_app)
        settings.INITIAL_NO_AUTH_ACTION_COUNT = _EVERYTHING_IS_CHECKED
        self.server = make_server("127.0.0.1", self.port, app, threaded=True, ssl_context=tls)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def owner(self, service: str = "s3") -> Any:  # noqa: ANN401 - boto3 ships no types
        """The owner's own client, for which nothing is forbidden."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="owner",
            aws_secret_access_key="owner",  # noqa: S106 - moto's owner has no secret
            verify=str(self.certificate.ca_file),
        )

    def user(self, name: str, allowed: dict[str, list[str]]) -> Path:
        """A user who may do these actions (pattern of objects -> actions); its credentials file."""
        user = f"{name}-{self.port}"
        with self.open():
            iam = self.owner("iam")
            iam.create_user(UserName=user)
            key = iam.create_access_key(UserName=user)["AccessKey"]
            statements = [
                {"Effect": "Allow", "Action": actions, "Resource": f"arn:aws:s3:::{pattern}"}
                for pattern, actions in allowed.items()
            ]
            policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName=user, PolicyName="policy", PolicyDocument=policy)
        file = self.folder / f"{name}.credentials"
        lines = (
            "[default]",
            f"aws_access_key_id = {key['AccessKeyId']}",
            f"aws_secret_access_key = {key['SecretAccessKey']}",
        )
        file.write_text("\n".join(lines) + "\n")
        file.chmod(0o600)
        return file

    def open(self) -> "_Unchecked":
        return _Unchecked()


class _Unchecked:
    """While it lasts the server asks nobody for a right: for its owner's work."""

    def __enter__(self) -> None:
        self.before = settings.INITIAL_NO_AUTH_ACTION_COUNT
        settings.INITIAL_NO_AUTH_ACTION_COUNT = _NOTHING_IS_CHECKED

    def __exit__(self, *_error: object) -> None:
        settings.INITIAL_NO_AUTH_ACTION_COUNT = self.before
