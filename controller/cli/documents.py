"""What every JSON document of this program carries (product.md §7)."""

import platform
from typing import Any

from controller.app import utc_now


def document(name: str, /, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever msgspec encodes
    """`schema`, `host` and `at` before the command's own fields."""
    return {
        "schema": f"lachan.controller.{name}/1",
        "host": platform.node(),
        "at": utc_now(),
        **fields,
    }
