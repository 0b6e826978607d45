"""Signed requests to the controller over TLS that trusts one authority only."""

import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import urllib3
from msgspec import Struct
from urllib3.exceptions import (
    InsecureRequestWarning,
)

from agent.clock import Clock
from agent.uplink.errors import (
    REFUSALS,
    AnswerError,
    RefusedError,
    UnreachableError,
)
from agent.uplink.transport import MOST_ANSWER_BYTES, RETRIES, exchange
from wire import request as signed
from wire.codec import decode_as
from wire.errors import WireError
from wire.http import CA_PATH, ErrorAnswer, Problem
from wire.keys import PublicKey, SigningKey

_MOST_AUTHORITY_BYTES = 64 * 2**10
_NONCE_BYTES = 16
_OK = 200
S = TypeVar("S", bound=Struct)


class ClockOffset(Protocol):
    """Where the measured difference to the controller's clock is kept."""

    def clock_offset_s(self) -> float: ...

    def set_clock_offset(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and whom it believes."""

    agent: str
    key: SigningKey
    order_key: PublicKey


class Client:
    """One controller, asked by one agent."""

    def __init__(
        self,
        url: str,
        authority_pem: bytes,
        caller: Caller,
        offset: ClockOffset,
        clock_and_entropy: tuple[Clock, Callable[[int], bytes]],
    ) -> None:
        self.url = url.rstrip("/")
        self._host = urlsplit(url).netloc
        self._caller = caller
        self._offset = offset
        self._clock, self._entropy = clock_and_entropy
        self._pool = _pool(authority_pem)

    def post(self, path_with_query: str, body: bytes, answer: type[S]) -> S:
        """Ask, and read the answer.

        Raises:
            UnreachableError: there is none.
            WrongServerError: the server is not the one that the token named.
            RefusedError: the controller says no; its class names the usual reasons.
            AnswerError: the answer cannot be understood.
        """
        raw = self.post_raw(path_with_query, body)
        try:
            return decode_as(answer, raw, limit_bytes=MOST_ANSWER_BYTES)
        except WireError as error:
            raise AnswerError(reason=str(error)) from error

    def post_raw(self, path_with_query: str, body: bytes) -> bytes:
        status, raw, corrected = self._ask(path_with_query, body)
        if corrected and _problem(status, raw).error == Problem.CLOCK:
            status, raw, _ = self._ask(path_with_query, body)
        if status != _OK:
            raise _refusal(_problem(status, raw))
        return raw

    def close(self) -> None:
        self._pool.clear()

    def _ask(self, path_with_query: str, body: bytes) -> tuple[int, bytes, bool]:
        """Status, answer, and whether a signed time has corrected our offset."""
        nonce = self._entropy(_NONCE_BYTES).hex()
        offset = timedelta(seconds=self._offset.clock_offset_s())
        headers = signed.Headers(self._caller.agent, self._clock.now() + offset, nonce)
        asked = signed.Request.of("POST", self._host, path_with_query, body)
        headers = signed.sign(asked, headers, self._caller.key)
        sent_at = self._clock.now()
        status, raw, received = exchange(
            self._pool,
            "POST",
            self.url + path_with_query,
            {**headers.to_dict(), "Host": self._host, "Content-Type": "application/json"},
            body,
            self._clock,
        )
        middle = sent_at + (self._clock.now() - sent_at) / 2
        return status, raw, self._correct(received, nonce, middle)

    def _correct(self, received: dict[str, str], nonce: str, middle: datetime) -> bool:
        """Believe the controller's time only when its order key signed it for our nonce."""
        text = received.get(signed.TIME_HEADER.lower(), "")
        signature = received.get(signed.TIME_SIGNATURE_HEADER.lower(), "")
        try:
            time = signed.parse_time(text)
            signed.verify_time(time, nonce, signature, self._caller.order_key)
        except WireError:
            return False
        offset = (time - middle).total_seconds()
        if abs(offset - self._offset.clock_offset_s()) >= 1.0:
            self._offset.set_clock_offset(round(offset, 3))
        return True


def fetch_authority(url: str, clock: Clock) -> bytes:
    """The controller's authority certificate, from a server that nothing vouches for yet.

    The caller compares it with the token's pin before it trusts anything.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    pool = urllib3.PoolManager(
        ssl_context=context, cert_reqs="CERT_NONE", assert_hostname=False, retries=RETRIES
    )
    target = url.rstrip("/") + CA_PATH
    with warnings.catch_warnings():  # that nothing vouches for it yet is what we came for
        warnings.simplefilter("ignore", InsecureRequestWarning)
        status, raw, _ = exchange(pool, "GET", target, {"Host": urlsplit(url).netloc}, b"", clock)
    pool.clear()
    if status != _OK or len(raw) > _MOST_AUTHORITY_BYTES:
        raise AnswerError(reason=f"HTTP {status} for {CA_PATH}")
    return raw


def _pool(authority_pem: bytes) -> urllib3.PoolManager:
    context = ssl.create_default_context(cadata=authority_pem.decode("ascii"))
    return urllib3.PoolManager(ssl_context=context, retries=RETRIES, maxsize=2)


def _problem(status: int, raw: bytes) -> ErrorAnswer:
    """What an answer other than 200 says; whatever is not ours is named by its status."""
    try:
        return decode_as(ErrorAnswer, raw)
    except WireError:
        return ErrorAnswer(error=f"HTTP-{status}", time=datetime.min.replace(tzinfo=UTC))


def _refusal(problem: ErrorAnswer) -> RefusedError | UnreachableError:
    return REFUSALS.get(problem.error, RefusedError)(problem.error)
