"""The frame of every JSON document: schema, host, moment, verdict (product.md §7)."""

from datetime import UTC, datetime
from typing import Any

from agent.uplink.identity import host_code


def document(
    schema: str,
    at: datetime,
    verdict: str | None = None,
    **fields: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """A document to emit; `schema` is like `lachan.check/1`."""
    frame: dict[str, Any] = {"schema": schema, "host": host_code(), "at": moment_text(at)}
    if verdict is not None:
        frame["verdict"] = verdict
    return {**frame, **fields}


def moment_text(at: datetime) -> str:
    """UTC, RFC 3339."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
