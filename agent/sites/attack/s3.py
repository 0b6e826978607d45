"""Attacks on a repository in a bucket, with requests signed as the agent's own are (version 4).

A bucket that keeps versions answers yes to whoever deletes or overwrites, and keeps what was there
behind it. So the attack goes on: it has succeeded when that version can be removed, too, and is
refused when the version is refused and reads back whole.

Source: Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

from agent.clock import Clock
from agent.config.private_file import PrivateFileError
from agent.config.sites import Addressing
from agent.restic.logins import s3_credential
from agent.sites.attack.attacks import NotTriedError
from agent.sites.attack.http import Ask, done, there
from agent.sites.s3 import S3Site
from agent.sites.ways.http import Server
from agent.sites.ways.http_exchange import Answered, exchange

_ALGORITHM = "AWS4-HMAC-SHA256"
_REGION = "us-east-1"  # what a server without regions calls itself
_NO_VERSION = "null"  # of an object from before versions were kept
_VERSIONS_ON = (
    b'<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    b"<Status>Enabled</Status></VersioningConfiguration>"
)
_FOLDER_DIGITS = 2
_LOCKS = "locks"  # for restic a lock that is hidden is gone


@dataclass(slots=True)
class S3Store:
    """Objects of a bucket, in restic's own folders.

    Guards which version of an object was whole when it was first read.
    """

    ask: Ask
    folder: str  # of the repository in the bucket
    checks_names: bool = False
    _whole: dict[str, str] = field(default_factory=dict)  # path -> version

    def holds_repository(self) -> bool:
        return there(self.ask("GET", f"{self.folder}config", None).status)

    def read(self, kind: str, name: str) -> bytes | None:
        """The version that was whole, if the bucket keeps versions; else what is there now."""
        path = self._path(kind, name)
        known = self._whole.get(path)
        answer = self.ask("GET", f"{path}?versionId={known}" if known else path, None)
        if not there(answer.status):
            return None
        if answer.version not in {"", _NO_VERSION}:
            self._whole.setdefault(path, answer.version)
        return answer.body

    def shown(self, kind: str, name: str) -> bytes | None:
        answer = self.ask("GET", self._path(kind, name), None)
        return answer.body if there(answer.status) else None

    def add(self, kind: str, name: str, content: bytes) -> bool:
        return done(self.ask("PUT", self._path(kind, name), content).status)

    def remove(self, kind: str, name: str) -> bool:
        """S3 answers yes also for what is not there, unless it refuses."""
        path = self._path(kind, name)
        answer = self.ask("DELETE", path, None)
        return done(answer.status) if kind == _LOCKS else self._for_good(path, answer)

    def overwrite(self, kind: str, name: str, content: bytes) -> bool:
        path = self._path(kind, name)
        return self._for_good(path, self.ask("PUT", path, content))

    def rename(self, kind: str, name: str, to: str) -> bool:
        """S3 has no such verb: a thief copies, which is adding, and deletes."""
        content = self.read(kind, name)
        return content is not None and self.remove(kind, name) and self.add(kind, to, content)

    def stop_versions(self) -> bool:
        """Asks for what is so already: whoever may switch versions on may switch them off."""
        return done(self.ask("PUT", "?versioning", _VERSIONS_ON).status)

    @property
    def keeps_versions(self) -> bool:
        return bool(self._whole)

    def _path(self, kind: str, name: str) -> str:
        inner = f"{name[:_FOLDER_DIGITS]}/{name}" if kind == "data" else name
        return f"{self.folder}{kind}/{inner}"

    def _for_good(self, path: str, answer: Answered) -> bool:
        """Hidden behind a newer version it is not lost, unless that version can go, too."""
        if not done(answer.status):
            return False
        version = self._whole.get(path) or answer.version or next(iter(self._whole.values()), "")
        if version in {"", _NO_VERSION}:
            return True
        return done(self.ask("DELETE", f"{path}?versionId={version}", None).status)


def asking_s3(site: S3Site, clock: Clock) -> Ask:
    """Signed requests to the site's own server."""
    try:
        credential = s3_credential(site.credentials_file)
    except PrivateFileError as error:
        raise NotTriedError("NO_CREDENTIAL") from error
    server, root = _addressed(site)
    region = site.bucket.region or _REGION

    def ask(method: str, path: str, body: bytes | None) -> Answered:
        name, _, query = path.partition("?")
        where = quote(f"{root}/{name}")
        request = Request(method, _host(server), where, _canonical(query), body or b"")
        headers = signed(request, credential, region, clock.now())
        return exchange(server, method, f"{where}?{query}" if query else where, body, headers)

    return ask


def _addressed(site: S3Site) -> tuple[Server, str]:
    """The server that answers for the bucket, and where the bucket begins there."""
    bucket = site.bucket.name.partition("/")[0]
    if site.bucket.addressing is Addressing.PATH:
        return site.server, f"/{bucket}"
    parts = urlsplit(site.server.url)
    return Server(f"{parts.scheme}://{bucket}.{parts.netloc}", site.server.ca_file), ""


def _canonical(query: str) -> str:
    """One parameter at most, as it is signed."""
    name, _, value = query.partition("=")
    return f"{name}={quote(value, safe='')}" if query else ""


def _host(server: Server) -> str:
    return urlsplit(server.url).netloc


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed."""

    method: str
    host: str
    path: str  # quoted as it is sent
    query: str
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
    canonical = f"{request.method}\n{request.path}\n{request.query}\n{lines}\n{names}\n{digest}"
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    to_sign = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    says = f"Credential={name}/{scope}, SignedHeaders={names}, Signature={signature}"
    return headers | {"authorization": f"{_ALGORITHM} {says}"}
