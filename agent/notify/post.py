"""The way out: the mail server of the configuration, or this host's own mail program."""

import os
from pathlib import Path

from agent.config.notify import Notify
from agent.errors import UnreadableFactError
from agent.host.handing import hand_to
from agent.notify import smtp
from agent.notify.errors import SendmailError

SENDMAIL_S = 60.0  # it only takes the mail into its queue


def send(notify: Notify, mail: bytes) -> int:
    """Send a mail to all receivers; how many of them were refused while others were served.

    Raises:
        NotSentError: it has not left this host.
    """
    if notify.smtp is not None:
        return smtp.send(notify.smtp, notify.from_address, notify.receivers, mail)
    _by_sendmail(notify, mail)
    return 0


def try_door(notify: Notify) -> None:
    """Go as far as one can without sending anything.

    Raises:
        NotSentError: a mail could not be sent now.
    """
    if notify.smtp is not None:
        with smtp.session(notify.smtp) as server:
            server.noop()
    elif not os.access(notify.sendmail, os.X_OK):
        reason = "missing" if not Path(notify.sendmail).exists() else "denied"
        raise SendmailError(program=str(notify.sendmail), reason=reason)


def _by_sendmail(notify: Notify, mail: bytes) -> None:
    """Addresses stand as arguments of their own; none can begin like an option (config)."""
    sender = ("-f", notify.sender) if notify.sender else ()
    argv = (str(notify.sendmail), "-i", *sender, *notify.receivers)
    try:
        hand_to(argv, mail.replace(b"\r\n", b"\n"), SENDMAIL_S)
    except UnreadableFactError as error:
        raise SendmailError(program=str(notify.sendmail), reason=error.reason) from error
