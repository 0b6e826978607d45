"""Stands between agents and a controller with the controller's own TLS key, and writes down all.

Usage: recording_proxy.py PORT UPSTREAM_PORT SECRETS FOLDER
Every connection becomes two files, N.sent (what the agent said) and N.answered.
"""

import asyncio
import contextlib
import ssl
import sys
from itertools import count
from pathlib import Path

_CHUNK_BYTES = 64 * 2**10


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter, record: Path) -> None:
    with record.open("wb", buffering=0) as written, contextlib.suppress(OSError):
        while chunk := await source.read(_CHUNK_BYTES):
            written.write(chunk)
            target.write(chunk)
            await target.drain()
    target.close()


async def _serve(port: int, upstream: int, secrets: Path, folder: Path) -> None:
    towards_agents = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    towards_agents.load_cert_chain(secrets / "server.pem", secrets / "server.key")
    towards_controller = ssl.create_default_context(cafile=str(secrets / "ca.pem"))
    numbers = count(1)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = f"{next(numbers):04}"
        answers, questions = await asyncio.open_connection(
            "127.0.0.1", upstream, ssl=towards_controller
        )
        await asyncio.gather(
            _pump(reader, questions, folder / f"{name}.sent"),
            _pump(answers, writer, folder / f"{name}.answered"),
        )

    server = await asyncio.start_server(handle, "127.0.0.1", port, ssl=towards_agents)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])))
