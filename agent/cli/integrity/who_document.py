"""Who made a change, for programs on this host."""

from typing import Any

from agent.cli.integrity.events_words import shown_text
from agent.daemon.people import account_name
from agent.integrity.who.record import Who


def who_entry(who: Who) -> dict[str, Any]:
    login = None if who.login_uid is None else account_name(who.login_uid)
    optional = {
        "login": login,
        "program": shown_text(who.exe),
        "command": shown_text(who.command),
        "parents": [shown_text(parent) for parent in who.parents],
        "session": who.session,
        "client": shown_text(who.client_user),
        "address": shown_text(who.client_address),
    }
    told = {name: value for name, value in optional.items() if value not in (None, "", [])}
    return {"account": account_name(who.uid), "uid": who.uid, "process": who.pid, **told}
