"""Whether what is stored here is as this agent stored it; everything is read."""

from agent.daemon.app import App
from agent.daemon.status.items import Item
from agent.daemon.work.integrity.heads_job import Trouble, states
from texts.catalogue import tr
from wire.heads import Chain
from wire.text import N_
from wire.verdicts import CheckVerdict

_NAMES = {
    Chain.BASELINES: N_("approvals of baselines"),
    Chain.EVENTS: N_("changes of watched files"),
    Chain.STATEMENTS: N_("sealed statements"),
    Chain.SUSPICIONS: N_("suspicions of ransomware"),
}


def chains_item(app: App) -> Item:
    """One line for all chains: the first kind of trouble decides."""
    found = states(app)
    unread = [state.chain for state in found if state.trouble is Trouble.UNREADABLE]
    broken = [state.chain for state in found if state.trouble and state.chain not in unread]
    remedy = N_("Run: lachan-agent integrity head")
    for chains, verdict, message in (
        (broken, CheckVerdict.FAIL, N_("Not as this agent stored it: {chains}.")),
        (unread, CheckVerdict.UNKNOWN, N_("Cannot be read now: {chains}.")),
    ):
        if chains:
            names = ", ".join(tr(_NAMES[chain]) for chain in chains)
            return Item("chains", verdict, message, {"chains": names}, remedy)
    words = N_("Stored baselines, events, suspicions and statements are as this agent left them.")
    return Item("chains", CheckVerdict.PASS, words)
