"""The list of alerts of a whole province: what to do first, by facility and by kind."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from controller.fleet.watch import watch
from controller.store.queries_alerts import open_alerts
from controller.web.pages import alerts
from tests.controller.speaking import NOW, SpokenHost
from tests.controller.watched_files import EventChain, suspicion
from tests.controller.web.visiting import Town, Visitor
from wire.messages import Body, Gap

FILES, ATTACK, GAP = "FILES_CHANGED", "RANSOMWARE_SUSPECTED", "WATCHING_GAP"


@pytest.fixture
def hosts(town: Town) -> dict[str, SpokenHost]:
    """Two facilities with changed files and a gap; at the first one an attack before them."""
    for code in ("XA", "YB"):
        town.add_facility(code, f"Bệnh viện {code}")
        host, chain = town.host_at(code), EventChain()
        bodies: list[Body] = [suspicion(NOW)] if code == "XA" else []
        bodies += [chain.say(chain.event(NOW)), Gap("integrity", "overflow")]
        assert not host.send(host.opening(), *map(host.statement, bodies)).json()["refused"]
    return town.hosts


@pytest.fixture
def visitor(town: Town, hosts: dict[str, SpokenHost]) -> Visitor:
    assert hosts
    return town.entered("an", "analyst")


def page(visitor: Visitor, path: str = "/alerts") -> str:
    answer = visitor.get(path, **{"accept-language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.text


def listed(text: str) -> list[tuple[str, str]]:
    """(kind, facility) of each line."""
    rows = re.findall(r"<tr>.*?</tr>", text, re.DOTALL)
    found = [
        re.search(r"<code>([A-Z_]+)</code>.*?/facility/(\w+)\"", row, re.DOTALL) for row in rows
    ]
    return [(match[1], match[2]) for match in found if match]


def test_the_worst_stands_first_whenever_it_came(visitor: Visitor) -> None:
    lines = listed(page(visitor))
    assert lines[0] == (ATTACK, "XA")
    assert sorted(lines) == sorted(
        [(ATTACK, "XA"), *((kind, code) for kind in (FILES, GAP) for code in ("XA", "YB"))]
    )


def test_one_facility_or_one_kind_is_enough_for_an_eye(visitor: Visitor) -> None:
    assert {code for _, code in listed(page(visitor, "/alerts?facility=YB"))} == {"YB"}
    assert listed(page(visitor, f"/alerts?facility=YB&kind={GAP}")) == [(GAP, "YB")]
    assert listed(page(visitor, f"/alerts?facility=YB&kind={ATTACK}")) == []
    assert len(listed(page(visitor, "/alerts?facility=&kind=%3Cb%3E"))) == 5
    assert "Watched files changed, and nothing explains it (2)" in page(visitor)


def test_to_have_seen_one_leaves_the_choice_as_it_was(town: Town, visitor: Visitor) -> None:
    with town.province.database.reading() as connection:
        alert = open_alerts(connection, "YB")[0].alert_id
    chosen = "?facility=YB&kind=WATCHING_GAP"
    action = f"/alerts/{alert}/acknowledge{chosen}"
    text = page(visitor, f"/alerts{chosen}").replace("&amp;", "&")
    assert f'/acknowledge{chosen}"' in text
    assert visitor.post(action).headers["location"] == f"/alerts{chosen}"
    assert visitor.post(action.replace("YB", "//evil")).headers["location"].startswith("/alerts?")


def test_a_facilitys_person_has_nothing_to_choose(town: Town, visitor: Visitor) -> None:
    assert visitor.name
    own = town.entered("yen", "facility", "YB")
    text = page(own, "/alerts?facility=XA")
    assert {code for _, code in listed(text)} == {"YB"}
    assert "Bệnh viện XA" not in text


def test_what_does_not_stand_there_is_said(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "_MOST", 2)
    text = page(visitor)
    assert len(listed(text)) == 2
    assert "3 more do not stand here" in text


def test_the_province_leads_to_what_an_alert_is_about(town: Town, visitor: Visitor) -> None:
    text = page(visitor, "/").replace("&amp;", "&")
    agent = town.hosts["YB"].agent
    assert f'href="/facility/YB/files?agent={agent}' in text
    links = re.findall(r'<div><a href="([^"]+)"><span class="chip', text)
    assert len(links) == 5
    for link in links:
        assert visitor.get(link).status_code == 200, link


def test_what_is_over_stands_below(
    town: Town, visitor: Visitor, hosts: dict[str, SpokenHost]
) -> None:
    host = hosts["XA"]
    dismissed = replace(suspicion(NOW), state="dismissed")
    assert not host.send(host.statement(dismissed)).json()["refused"]
    watch(town.province, NOW - timedelta(days=1))
    text = page(visitor, "/alerts?facility=XA")
    waiting, _, over = text.partition("<h2>Over</h2>")
    assert (ATTACK, "XA") not in listed(waiting)
    assert (ATTACK, "XA") in listed(over)
