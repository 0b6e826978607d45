"""What a browser may do: same-origin writes only, strict headers, nothing from other hosts."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def same_origin(method: str, headers: Headers) -> bool:
    """Whether a request may change something, by Fetch metadata, else by its Origin.

    A cookie travels with a forged form too; these headers a page cannot forge. Neither
    present means an old or a strange client: refused.

    Source: W3C Fetch Metadata Request Headers; Go's net/http CrossOriginProtection.
    """
    if method in _SAFE:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin, host = headers.get("origin"), headers.get("host")
    return bool(origin and host) and origin == f"https://{host}"


class SafeHeaders:
    """ASGI middleware around everything that is served: refusals and files need them too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_guarded)


class Guard:
    """ASGI middleware around the pages; agents' signed requests have guards of their own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not same_origin(scope["method"], Headers(scope=scope)):
            refusal = PlainTextResponse("CROSS_ORIGIN", status_code=403)
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)
