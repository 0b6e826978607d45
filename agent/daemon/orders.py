"""Carries out the controller's orders: each is one of our own commands, and nothing else."""

from agent.daemon.app import App
from agent.daemon.children import Children, agent_command
from agent.uplink.memory import KeptOrder
from agent.uplink.orders import read_order, refusal
from agent.uplink.secrets import DATASET
from wire.errors import GOOD, WRONG, WireError
from wire.keys import PublicKey
from wire.orders import Order


def carry_out(app: App, children: Children) -> int:
    """Carry out what was accepted and not begun; return how many orders that were.

    An order that was running when the daemon died is not begun again: it is `interrupted`,
    and the controller sees that no evidence came.
    """
    for kept in app.memory.orders("running"):
        if children.count() == 0:
            app.memory.set_order(kept.order_id, "failed", "INTERRUPTED")
    accepted = app.memory.orders("accepted")
    for kept in accepted:
        _carry_out(app, children, kept)
    return len(accepted)


def words_of(order: Order, dataset: str) -> tuple[str, ...]:
    """The command that an order means; empty when this version has none for it.

    Args:
        order: as the controller signed it.
        dataset: the name behind its pseudonym; empty means all, or the first.
    """
    named = ("--dataset", dataset) if dataset else ()
    commands = {
        "check": ("check", "--json"),
        "scan": ("integrity", "scan", "--json"),
        "backup": ("backup", "run", *named, "--trigger", "order", "--json"),
        "verify": ("backup", "verify", *named, "--json"),
        "drill": ("drill", "run", *named, *_drill_words(order), "--json"),
        "hold": ("backup", "hold", "--order", order.order_id, "--json"),
    }
    return commands.get(order.kind, ())


def dataset_behind(app: App, pseudonym: str) -> str | None:
    """The name of the dataset that only this facility can resolve; None: there is none."""
    if not pseudonym:
        return ""
    for dataset in app.config.datasets:
        if app.pseudonyms.of(DATASET, dataset.name) == pseudonym or dataset.name == pseudonym:
            return dataset.name
    return None


def _drill_words(order: Order) -> tuple[str, ...]:
    words: list[str] = ["--order", order.order_id]
    for option, value in (
        ("--class", order.drill_class),
        ("--site", order.site),
        ("--nonce", order.nonce),
    ):
        if value:
            words += [option, value]
    return tuple(words)


def _carry_out(app: App, children: Children, kept: KeptOrder) -> None:
    order, reason = _readable(app, kept)
    dataset = dataset_behind(app, order.dataset) if order is not None else None
    if order is None or dataset is None:
        app.memory.set_order(kept.order_id, "refused", reason or "UNKNOWNDATASET")
        return
    words = words_of(order, dataset)
    if not words:
        app.memory.set_order(kept.order_id, "refused", "NOT_SUPPORTED")
        return
    app.memory.set_order(kept.order_id, "running")
    code = children.run(agent_command(app.home, words))
    state = "done" if code in (GOOD, WRONG) else "failed"
    app.memory.set_order(kept.order_id, state, f"EXIT_{code}")


def _readable(app: App, kept: KeptOrder) -> tuple[Order | None, str]:
    """The order, checked again: it may have expired while it waited."""
    membership = app.identity.membership
    if membership is None:
        return None, "NOT_JOINED"
    try:
        order = read_order(kept.raw, PublicKey.from_base64(membership.order_key))
    except WireError:
        return None, "NOT_SIGNED"
    link = app.link()
    try:
        receiver = link.receiver()
    finally:
        link.close()
    reason = refusal(order, receiver, 0) if order is not None else "NOT_SIGNED"
    return (None, reason) if reason else (order, "")
