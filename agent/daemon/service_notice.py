"""Tells systemd how far the service is (sd_notify(3)); nobody listens elsewhere."""

import os
import socket


def notify_service(state: str) -> None:
    """Send `READY=1` or `STOPPING=1` where systemd asked for it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    target = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notice:
        notice.connect(target)
        notice.sendall(state.encode())
