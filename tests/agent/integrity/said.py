"""What an agent has sealed, read back from its own chain."""

from typing import TypeVar

from msgspec import Struct

from agent.daemon.app import App
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import type_of_kind

B = TypeVar("B", bound=Struct)


def said(app: App, body: type[B]) -> list[B]:
    """All statements of one kind, newest first."""
    kind = next(kind for kind, known in type_of_kind.items() if known is body)
    bodies = [
        decode_statement(kind, peek_payload(row.raw)).body for row in app.outbox.latest(kind, 1000)
    ]
    return [one for one in bodies if isinstance(one, body)]
