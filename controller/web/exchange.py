"""One exchange with an agent: a bounded body in, a timed and signed answer out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from controller.errors import BadBytesError, RefusedError, TooLargeError
from controller.web.caller import network_of
from controller.web.service import Service, service
from wire import request as signed
from wire.codec import encode
from wire.errors import DecodeError
from wire.http import ErrorAnswer
from wire.request import Headers

JSON = "application/json"
_LONGEST_NONCE = 96


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was received; nothing of it is checked yet but its size."""

    line: signed.Request
    headers: Headers
    body: bytes
    query: dict[str, str]
    address: str


Handler = Callable[[Service, Asked], bytes]


def answering(handle: Handler, limit_bytes: int) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint: reads at most `limit_bytes`, works in a thread, answers errors by code."""

    async def endpoint(request: Request) -> Response:
        try:
            asked = await _read(request, limit_bytes)
            content, status = await run_in_threadpool(handle, service(request), asked), 200
        except RefusedError as error:
            content, status = _refusal(request, error), error.status
        return Response(content, status, _time_headers(request), JSON)

    return endpoint


async def _read(request: Request, limit_bytes: int) -> Asked:
    body = await _body(request, limit_bytes)
    path = request.url.path
    if request.url.query:
        path = f"{path}?{request.url.query}"
    line = signed.Request.of(request.method, request.headers.get("host", ""), path, body)
    try:
        headers = signed.headers_from(request.headers)
    except DecodeError as error:
        raise BadBytesError(str(error.parameters["reason"])) from error
    address = request.client.host if request.client else ""
    return Asked(line, headers, body, dict(request.query_params), network_of(address))


async def _body(request: Request, limit_bytes: int) -> bytes:
    """Refuse by the announced length before reading, and by the real one while reading."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > limit_bytes:
        raise TooLargeError(f"at most {limit_bytes} bytes")
    received = bytearray()
    try:
        async for chunk in request.stream():
            received += chunk
            if len(received) > limit_bytes:
                raise TooLargeError(f"at most {limit_bytes} bytes")
    except ClientDisconnect as error:
        raise BadBytesError("the connection ended inside the body") from error
    return bytes(received)


def _refusal(request: Request, error: RefusedError) -> bytes:
    time = service(request).province.now()
    return encode(ErrorAnswer(error.code, time, error.detail))


def _time_headers(request: Request) -> dict[str, str]:
    """Our time, signed for this request's nonce: an agent with a wrong clock corrects itself."""
    province = service(request).province
    now = province.now()
    headers = {signed.TIME_HEADER: signed.time_text(now)}
    nonce = request.headers.get(signed.NONCE_HEADER, "")
    if nonce and len(nonce) <= _LONGEST_NONCE and nonce.isascii():
        signature = signed.sign_time(now, nonce, province.keys.order)
        headers[signed.TIME_SIGNATURE_HEADER] = signature
    return headers
