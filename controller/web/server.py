"""uvicorn with TLS on a socket that we bound ourselves: a taken port is one clear sentence."""

import errno
import socket
import ssl
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from controller.config.keys import SERVER_CERTIFICATE, SERVER_KEY
from controller.config.model import Listen
from controller.errors import ConfigurationError, PortTakenError
from controller.web.patience import PatientProtocol

_BACKLOG = 512
_KEEP_ALIVE_S = 75
_CONCURRENT = 500
_GRACE_S = 10


def bind(listen: Listen) -> socket.socket:
    """The listening socket.

    Raises:
        PortTakenError: another program has the port.
        ConfigurationError: the address is not ours, or the port needs more rights.
    """
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    bound = socket.socket(family)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((listen.host, listen.port))
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(host=listen.host, port=listen.port) from error
        place = f"{listen.host}:{listen.port}"
        raise ConfigurationError(problem=f"listen {place}: {error.strerror}") from error
    return bound


def server(application: ASGIApp, secrets: Path) -> uvicorn.Server:
    """A server that trusts no forwarded headers and says nothing of itself."""
    config = uvicorn.Config(
        application,
        http=PatientProtocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        ssl_certfile=secrets / SERVER_CERTIFICATE,
        ssl_keyfile=secrets / SERVER_KEY,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        limit_concurrency=_CONCURRENT,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return uvicorn.Server(config)
