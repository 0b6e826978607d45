"""The locks of a repository behind restic's REST protocol: listing them, removing one.

Source: restic, doc/REST_backend.rst.
"""

import http.client
import json
import ssl
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit

from agent.config.private_file import PrivateFileError
from agent.restic.environment import Repository
from agent.restic.logins import http_login

_LONGEST_S = 60.0
_MOST_BYTES = 1 << 20
_WITH_SIZES = "application/vnd.x.restic.rest.v2"
_OK, _FIRST_OTHER = 200, 300


@dataclass(frozen=True, slots=True)
class RestLocks:
    """Raises OSError or ValueError when the site does not answer as it should."""

    repository: Repository

    def sizes(self, longest_s: float = _LONGEST_S) -> dict[str, int]:
        status, body = self._ask("GET", "", longest_s)
        if status != _OK:
            raise ValueError(status)
        return {one["name"]: int(one["size"]) for one in json.loads(body)}

    def remove(self, lock_id: str) -> bool:
        status, _ = self._ask("DELETE", lock_id, _LONGEST_S)
        return _OK <= status < _FIRST_OTHER

    def _ask(self, method: str, name: str, longest_s: float) -> tuple[int, bytes]:
        parts = urlsplit(self.repository.address.removeprefix("rest:"))
        connection = self._connection(parts.hostname or "", parts.port, longest_s)
        try:
            path = f"{parts.path.rstrip('/')}/locks/{name}"
            connection.request(method, path, headers=self._headers())
            answer = connection.getresponse()
            return answer.status, answer.read(_MOST_BYTES)
        except http.client.HTTPException as error:
            raise ValueError(method) from error
        finally:
            connection.close()

    def _connection(self, host: str, port: int | None, wait_s: float) -> http.client.HTTPConnection:
        roots = self.repository.roots
        if roots is None:
            return http.client.HTTPConnection(host, port, timeout=wait_s)
        trusted = ssl.create_default_context(cafile=str(roots))
        return http.client.HTTPSConnection(host, port, timeout=wait_s, context=trusted)

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": _WITH_SIZES}
        if self.repository.login_file is not None:
            try:
                login = ":".join(http_login(self.repository.login_file))
            except PrivateFileError as error:
                raise ValueError(error.__class__.__name__) from error
            headers["Authorization"] = "Basic " + b64encode(login.encode()).decode()
        return headers
