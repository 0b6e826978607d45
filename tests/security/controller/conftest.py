"""The province and the speaking hosts of the controller's tests."""

from tests.controller.conftest import (
    client,
    clock,
    host,
    new_host,
    new_token,
    province,
    stranger,
)

__all__ = ["client", "clock", "host", "new_host", "new_token", "province", "stranger"]
