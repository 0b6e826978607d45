"""Order a drill, a check, a scan, a backup: signed, logged, fetched by the next heartbeat."""

from dataclasses import dataclass
from datetime import timedelta

from controller.errors import UnknownThingError, WrongValueError
from controller.fleet.act import sealed_act, sealed_order
from controller.fleet.province import Province
from controller.store.engine import Connection
from controller.store.log import append
from controller.store.queries_agents import Agent, agents_of
from controller.store.queries_current import current_statements
from controller.store.queries_orders import newest_order_version
from wire.acts import OrderIssued
from wire.chain import digest
from wire.messages import Configuration
from wire.orders import Order
from wire.text import N_

KINDS = ("check", "scan", "backup", "verify", "drill", "hold")
DRILL_CLASSES = ("D0", "D1")
LIFE = timedelta(hours=24)
_NONCE_BYTES = 32
_SPOT = "D0"


@dataclass(frozen=True, slots=True)
class Task:
    """What is ordered. Empty `agent`: the facility's only one; empty `dataset`: its first."""

    facility: str
    kind: str
    agent: str = ""
    drill_class: str = ""
    site: str = ""
    dataset: str = ""


def issue_order(province: Province, by: str, task: Task) -> Order:
    """Sign and log an order; it waits for the agent's next heartbeat.

    Raises:
        UnknownThingError: there is no such agent, or it has no such site.
        WrongValueError: the kind or class is none of ours, or the agent must be named.
    """
    _demand_known(task)
    with province.database.writing() as connection:
        agent = _agent(connection, task)
        _demand_site(connection, agent, task.site)
        now = province.now()
        nonce = province.entropy(_NONCE_BYTES).hex() if task.drill_class == _SPOT else ""
        order = Order(
            agent=agent.code,
            order_id=province.new_id("order"),
            version=newest_order_version(connection, agent.code) + 1,
            kind=task.kind,
            issued_at=now,
            expires_at=now + LIFE,
            drill_class=task.drill_class,
            site=task.site,
            dataset=task.dataset,
            nonce=nonce,
        )
        sealed = sealed_order(province, "order", order, agent.facility)
        said = sealed_act(province, by, _issued(order, agent, sealed.envelope), now)
        append(connection, [sealed, said], now)
    return order


def _issued(order: Order, agent: Agent, envelope: bytes) -> OrderIssued:
    return OrderIssued(
        order_id=order.order_id,
        agent=agent.code,
        facility=agent.facility,
        kind=order.kind,
        version=order.version,
        envelope=digest(envelope),
        drill_class=order.drill_class,
        site=order.site,
        dataset=order.dataset,
        nonce=order.nonce,
    )


def _demand_known(task: Task) -> None:
    if task.kind not in KINDS:
        raise WrongValueError(what="kind", value=task.kind, expected=" ".join(KINDS))
    if task.kind == "drill" and task.drill_class not in DRILL_CLASSES:
        expected = " ".join(DRILL_CLASSES)
        raise WrongValueError(what="class", value=task.drill_class or "-", expected=expected)
    if task.kind == "drill" and not task.site:
        raise WrongValueError(what="site", value="-", expected=N_("the site to restore from"))


def _agent(connection: Connection, task: Task) -> Agent:
    trusted = [each for each in agents_of(connection, task.facility) if each.revoked_at is None]
    if not task.agent and len(trusted) > 1:
        codes = " ".join(agent.code for agent in trusted)
        raise WrongValueError(what="agent", value="-", expected=codes)
    for agent in trusted:
        if task.agent in ("", agent.code):
            return agent
    raise UnknownThingError(what="agent", code=task.agent or task.facility)


def _demand_site(connection: Connection, agent: Agent, site: str) -> None:
    """The agent's configuration says which sites it has, once it has told it."""
    for statement in current_statements(connection, "configuration", agent=agent.code):
        body = statement.body
        if site and isinstance(body, Configuration) and site not in body.sites:
            raise UnknownThingError(what="site", code=site)
