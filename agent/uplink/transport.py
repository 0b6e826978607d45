"""One HTTP exchange within bounds of size and time, and the sentence for each way to fail."""

import ssl
from datetime import datetime
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as TimeoutError_
from urllib3.util import Retry, Timeout

from agent.clock import Clock
from agent.uplink.errors import (
    AnswerError,
    CertificateTimeError,
    UnreachableError,
    WrongServerError,
)
from texts.catalogue import tr
from texts.moments import show_moment
from wire.text import N_

CONNECT_S, READ_S, ANSWER_S = 10.0, 30.0, 120.0
MOST_ANSWER_BYTES = 8 * 2**20
_CHUNK_BYTES = 64 * 2**10
_CERTIFICATE_TIME_CODES = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED
RETRIES = Retry(
    total=2, connect=2, read=0, redirect=0, status=0, other=0, backoff_factor=0.3,
    backoff_jitter=0.2,
)  # fmt: skip  # connecting only: a request that was sent must not be sent again as it is


def exchange(
    pool: urllib3.PoolManager,
    method: str,
    url: str,
    headers: dict[str, str],
    body: bytes,
    clock: Clock,
) -> tuple[int, bytes, dict[str, str]]:
    """One request and its answer, within bounds of size and time; redirects are refused."""
    try:
        response = pool.request(
            method,
            url,
            body=body or None,
            headers={**headers, "Accept-Encoding": "identity"},
            redirect=False,
            timeout=Timeout(connect=CONNECT_S, read=READ_S),
            preload_content=False,
            decode_content=False,
        )
        try:
            raw = _read_bounded(response, clock)
        finally:
            response.close()
            response.release_conn()
    except HTTPError as error:
        raise _unreachable(url, error, clock.now()) from error
    return response.status, raw, {name.lower(): text for name, text in response.headers.items()}


def _read_bounded(response: urllib3.BaseHTTPResponse, clock: Clock) -> bytes:
    deadline = clock.monotonic() + ANSWER_S
    parts: list[bytes] = []
    size = 0
    while part := response.read(_CHUNK_BYTES):
        size += len(part)
        if size > MOST_ANSWER_BYTES:
            raise AnswerError(reason=tr(N_("more than {size} bytes"), size=MOST_ANSWER_BYTES))
        if clock.monotonic() > deadline:
            raise AnswerError(
                reason=tr(N_("not complete after {seconds} s"), seconds=int(ANSWER_S))
            )
        parts.append(part)
    return b"".join(parts)


def _unreachable(url: str, error: HTTPError, now: datetime) -> Exception:
    """The sentence for a failed connection; the cause stays chained for the log."""
    cause: BaseException = getattr(error, "reason", None) or error
    place = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    if isinstance(cause, SSLError):
        return _tls_failure(place, cause, now)
    return UnreachableError(url=place, reason=_reason_of(cause))


def _reason_of(cause: BaseException) -> str:
    if isinstance(cause, NameResolutionError):
        return tr(N_("its name is not known"))
    if isinstance(cause, TimeoutError_) and not isinstance(cause, NewConnectionError):
        return tr(N_("no answer in time"))
    if isinstance(cause, ProtocolError):
        return tr(N_("the connection ended before the answer"))
    inner = cause.__cause__ or cause
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror
    return type(cause).__name__


def _tls_failure(place: str, error: SSLError, now: datetime) -> Exception:
    inner = error.args[0] if error.args else error
    if isinstance(inner, ssl.SSLCertVerificationError):
        if inner.verify_code in _CERTIFICATE_TIME_CODES:
            return CertificateTimeError(now=show_moment(now))
        return WrongServerError(url=place, reason=inner.verify_message)
    return WrongServerError(url=place, reason=str(getattr(inner, "reason", "TLS")))
