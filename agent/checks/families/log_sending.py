"""How records leave this host: encrypted, to a server that was checked, and not lost on the way."""

from typing import Literal

import msgspec

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged
from agent.facts import log_sending

REMEDY = (
    "apt install rsyslog-gnutls && printf '"
    'global(DefaultNetstreamDriverCAFile="/etc/ssl/certs/log-ca.pem")\\n'
    'action(type="omfwd" target="LOG_SERVER" port="6514" protocol="tcp" streamDriver="gtls" '
    'streamDriverMode="1" streamDriverAuthMode="x509/name" streamDriverPermittedPeers="LOG_SERVER" '
    'queue.type="LinkedList" queue.filename="central" action.resumeRetryCount="-1")\\n'
    "' > /etc/rsyslog.d/90-central.conf && systemctl restart rsyslog"
)


class LogSending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    need: Literal["encrypted", "peer_checked", "kept_while_away"]


def build(params: LogSending) -> Parts[log_sending.SendingFacts]:
    return Parts(
        expected=f"omfwd, omrelp: {params.need}",
        remedy=REMEDY,
        needs=log_sending.collect,
        judge=lambda facts: judge(facts, params),
    )


def judge(facts: log_sending.SendingFacts, params: LogSending) -> Outcome:
    """Every action that sends; a host that sends nothing has not done it."""
    senders = facts.senders
    good = [sender for sender in senders if _has(sender, params)]
    observed = f"{params.need}: {len(good)} of {len(senders)}"
    return judged(bool(senders) and len(good) == len(senders), observed)


def _has(sender: log_sending.Sender, params: LogSending) -> bool:
    return {
        "encrypted": sender.encrypted,
        "peer_checked": sender.peer_checked,
        "kept_while_away": sender.kept_while_away,
    }[params.need]


def _reads(_params: LogSending) -> tuple[str, ...]:
    return ()


FAMILY = Family(name="log_sending", params=LogSending, build=build, reads=_reads, in_packs=False)
