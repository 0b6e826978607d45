"""Attacks on a repository in a bucket, with requests signed as the agent's own are (version 4).

A bucket that keeps versions answers yes to whoever deletes or overwrites, and keeps what was there.
That is no refusal, so it counts as succeeded here: restic would not find the object any more.

Source: Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from agent.clock import Clock
from agent.config.private_file import PrivateFileError
from agent.config.sites import Addressing
from agent.restic.logins import s3_credential
from agent.sites.attack import NotTriedError
from agent.sites.attack_http import Ask, demand, done
from agent.sites.http_exchange import Answered, exchange
from agent.sites.http_way import Server
from agent.sites.s3 import S3Site

_ALGORITHM = "AWS4-HMAC-SHA256"
_REGION = "us-east-1"  # what a server without regions calls itself
_NOT_THERE, _OK = 404, 200
_FOLDER_DIGITS = 2


@dataclass(frozen=True, slots=True)
class S3Store:
    """Objects of a bucket, in restic's own folders."""

    ask: Ask
    checks_names: bool = False

    def read(self, kind: str, name: str) -> bytes | None:
        status, body = self.ask("GET", _path(kind, name), None)
        if status == _NOT_THERE:
            return None
        demand(status == _OK, status)
        return body

    def add(self, kind: str, name: str, content: bytes) -> bool:
        return done(self.ask("PUT", _path(kind, name), content)[0])

    def remove(self, kind: str, name: str) -> bool:
        """S3 answers yes also for what is not there, unless it refuses."""
        return done(self.ask("DELETE", _path(kind, name), None)[0])

    def overwrite(self, kind: str, name: str, content: bytes) -> bool:
        return self.add(kind, name, content)

    def rename(self, kind: str, name: str, to: str) -> bool:
        """S3 has no such verb: it is a copy that may be added, and a deletion."""
        content = self.read(kind, name)
        return content is not None and self.remove(kind, name) and self.add(kind, to, content)


def _path(kind: str, name: str) -> str:
    return f"{kind}/{name[:_FOLDER_DIGITS]}/{name}" if kind == "data" else f"{kind}/{name}"


def asking_s3(site: S3Site, clock: Clock) -> Ask:
    """Signed requests to the site's own server."""
    try:
        credential = s3_credential(site.credentials_file)
    except PrivateFileError as error:
        raise NotTriedError("NO_CREDENTIAL") from error
    server, folder = _addressed(site)
    region = site.bucket.region or _REGION

    def ask(method: str, path: str, body: bytes | None) -> Answered:
        where = quote(f"{folder}/{path}")
        headers = signed(
            Request(method, _host(server), where, body or b""), credential, region, clock.now()
        )
        return exchange(server, method, where, body, headers)

    return ask


def _addressed(site: S3Site) -> tuple[Server, str]:
    """The server that answers for the bucket, and the folder there."""
    bucket, _, inner = site.bucket.name.partition("/")
    folder = f"/{inner}" if inner else ""
    if site.bucket.addressing is Addressing.PATH:
        return site.server, f"/{bucket}{folder}"
    parts = urlsplit(site.server.url)
    url = f"{parts.scheme}://{bucket}.{parts.netloc}"
    return Server(url, site.server.ca_file), folder


def _host(server: Server) -> str:
    return urlsplit(server.url).netloc


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed."""

    method: str
    host: str
    path: str  # quoted as it is sent
    body: bytes


def signed(
    request: Request, credential: tuple[str, str], region: str, at: datetime
) -> Mapping[str, str]:
    """The headers that prove who asks. Pure."""
    name, secret = credential
    moment, digest = at.strftime("%Y%m%dT%H%M%SZ"), hashlib.sha256(request.body).hexdigest()
    headers = {"host": request.host, "x-amz-content-sha256": digest, "x-amz-date": moment}
    names = ";".join(headers)
    lines = "".join(f"{key}:{value}\n" for key, value in headers.items())
    canonical = f"{request.method}\n{request.path}\n\n{lines}\n{names}\n{digest}"
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    to_sign = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    says = f"Credential={name}/{scope}, SignedHeaders={names}, Signature={signature}"
    return headers | {"authorization": f"{_ALGORITHM} {says}"}
