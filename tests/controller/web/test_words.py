"""Every code that a page shows has a word."""

from agent.config.model import SITE_KINDS
from controller.fleet.add_user import ROLES as KNOWN_ROLES
from controller.fleet.alerts import SEVERITY
from controller.store.projections.entry import ACT
from controller.web.pages.alert_words import ALERTS
from controller.web.pages.words import KINDS, ROLES, SITES
from wire.messages import type_of_kind
from wire.orders import order_type_of_kind
from wire.verdicts import HeldBy


def test_every_kind_of_alert_has_its_words() -> None:
    assert set(ALERTS) == set(SEVERITY)


def test_every_kind_of_entry_has_its_words() -> None:
    assert set(KINDS) == {*type_of_kind, *order_type_of_kind, ACT}


def test_every_role_has_its_words() -> None:
    assert set(ROLES) == set(KNOWN_ROLES)


def test_every_kind_of_site_and_holder_has_its_words() -> None:
    assert set(SITES) == {*SITE_KINDS, *(holder.value for holder in HeldBy)}
