"""Attacks on a repository behind restic's REST protocol, whatever carries the requests.

Source: restic, doc/REST_backend.rst.
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from agent.config.private_file import PrivateFileError
from agent.restic.logins import http_login
from agent.sites.attack.attacks import NotTriedError
from agent.sites.rest import RestSite
from agent.sites.ways.http_exchange import Answered, exchange

_REFUSED = frozenset({400, 403, 405, 409, 412, 422, 501})
_NOT_THERE = 404
_OK, _FIRST_OTHER = 200, 300

Ask = Callable[[str, str, bytes | None], Answered]  # method, path, body


@dataclass(frozen=True, slots=True)
class RestStore:
    """Objects by REST: the server knows by itself in which folder of `data` a name lies."""

    ask: Ask
    checks_names: bool  # rest-server takes only objects that are named as their content's SHA-256

    def holds_repository(self) -> bool:
        return there(self.ask("GET", "config", None).status)

    def read(self, kind: str, name: str) -> bytes | None:
        answer = self.ask("GET", f"{kind}/{name}", None)
        return answer.body if there(answer.status) else None

    def shown(self, kind: str, name: str) -> bytes | None:
        return self.read(kind, name)

    def add(self, kind: str, name: str, content: bytes) -> bool:
        return done(self.ask("POST", f"{kind}/{name}", content).status)

    def remove(self, kind: str, name: str) -> bool:
        """A server that says "not there" has looked, so it would have removed."""
        status = self.ask("DELETE", f"{kind}/{name}", None).status
        return status == _NOT_THERE or done(status)

    def overwrite(self, kind: str, name: str, content: bytes) -> bool:
        return done(self.ask("POST", f"{kind}/{name}", content).status)

    def rename(self, kind: str, name: str, to: str) -> bool:
        """REST has no such verb; a server that also speaks WebDAV would."""
        status = self.ask("MOVE", f"{kind}/{name}", None).status
        if status == _NOT_THERE:
            return self.read(kind, to) is not None
        return done(status)


def done(status: int) -> bool:
    """Whether the server did it.

    Raises:
        NotTriedError: it neither did nor refused it.
    """
    if _OK <= status < _FIRST_OTHER:
        return True
    demand(status in _REFUSED, status)
    return False


def there(status: int) -> bool:
    """Whether the server showed it.

    Raises:
        NotTriedError: it neither showed it nor said that it is not there.
    """
    demand(status in {_OK, _NOT_THERE}, status)
    return status == _OK


def demand(understood: bool, status: int) -> None:  # noqa: FBT001 - the question itself
    if not understood:
        raise NotTriedError(f"HTTP_{status}")


def asking_rest(site: RestSite) -> Ask:
    """Requests to the site's own server, each over a connection of its own."""
    try:
        login = ":".join(http_login(site.credentials_file))
    except PrivateFileError as error:
        raise NotTriedError("NO_CREDENTIAL") from error
    headers = {
        "Authorization": "Basic " + b64encode(login.encode()).decode(),
        "Accept": "application/vnd.x.restic.rest.v2",
    }
    folder = urlsplit(site.server.url).path.rstrip("/")

    def ask(method: str, path: str, body: bytes | None) -> Answered:
        moved = {"Destination": f"{folder}/data/"} if method == "MOVE" else {}
        return exchange(site.server, method, f"{folder}/{path}", body, headers | moved)

    return ask
