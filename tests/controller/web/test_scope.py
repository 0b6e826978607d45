"""Who sees what: nothing without a login, and a facility's people only their own facility."""

import re

import pytest
from starlette.routing import Route

from controller.store.queries_alerts import open_alerts
from controller.store.queries_log import newest_lines
from controller.web.application import PAGES
from tests.controller.web.visiting import EVENT, PASSWORD, Town, Visitor

OPEN = {"/login", "/welcome/{secret}", "/language/{language}"}
PLACES = {
    "{facility}": "XA",
    "{system}": "FS-XA",
    "{index}": "1",
    "{event}": EVENT,
    "{alert}": "alert-1",
    "{control}": "l3.risk.02",
    "{attestation}": "attest-XA",
    "{exception}": "exception-XA1",
    "{act}": "approve",
    "{secret}": "0" * 64,
    "{language}": "en",
}

OF_A_FACILITY = ("{index}", "{facility}", "{attestation}", "{exception}")


def filled(path: str, **other: str) -> str:
    for place, value in {
        **PLACES,
        **{f"{{{name}}}": value for name, value in other.items()},
    }.items():
        path = path.replace(place, value)
    assert "{" not in path, f"say in PLACES what {path} is filled with"
    return path


def pages(method: str) -> list[str]:
    routes = [route for route in PAGES if isinstance(route, Route)]
    assert len(routes) == len(PAGES)
    return sorted(route.path for route in routes if method in (route.methods or ()))


@pytest.fixture(scope="module")
def at_ya(full_town: Town) -> Visitor:
    return full_town.entered("yen", "facility", "YB")


@pytest.fixture(scope="module")
def inspector(full_town: Town) -> Visitor:
    return full_town.entered("ian", "inspector")


def places_of(town: Town, facility: str) -> list[int]:
    """Where a facility's entries, or the province's own, stand in the log."""
    with town.province.database.reading() as connection:
        lines = newest_lines(connection, None, None, 1000)
    return [line.log_index for line in lines if line.facility == facility]


@pytest.mark.parametrize("path", sorted({*pages("GET"), *pages("POST")} - OPEN))
def test_every_page_but_the_door_needs_a_login(full_town: Town, path: str) -> None:
    stranger, address = full_town.browser(), filled(path)
    for answer in (stranger.get(address), stranger.post(address)):
        if answer.status_code == 405:
            continue
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert not answer.content


@pytest.mark.parametrize("path", sorted(OPEN))
def test_the_door_tells_a_stranger_nothing(full_town: Town, path: str) -> None:
    answer = full_town.browser().get(filled(path))
    assert answer.status_code in {200, 303, 404}
    for word in ("XA", "YB", "Sở Y tế", "ian", "yen"):
        assert word not in answer.text


@pytest.mark.parametrize("path", pages("GET"))
def test_every_page_is_there_for_an_administrator(full_town: Town, path: str) -> None:
    if path in OPEN:
        return
    admin = full_town.entered(f"adam-{pages('GET').index(path)}")
    assert admin.get(filled(path)).status_code == 200


@pytest.mark.parametrize("path", pages("GET"))
def test_no_page_shows_another_facility_to_a_facilitys_person(
    full_town: Town, at_ya: Visitor, path: str
) -> None:
    """XA's name, code, systems, hosts, agents and datasets; asked for by XA's own addresses."""
    if path in OPEN:
        return
    foreign = (full_town.hosts["XA"].agent, "Bệnh viện XA", "FS-XA", ">XA<", '"XA"')
    for index in [*places_of(full_town, "XA"), *places_of(full_town, "")]:
        answer = at_ya.get(filled(path, index=str(index)))
        shown = re.sub(r'\?back=[^"]*', "", answer.text)  # the address that was asked for
        assert not [word for word in foreign if word in shown]
        if any(place in path for place in OF_A_FACILITY):
            assert answer.status_code == 404
        if "{index}" not in path:
            return


def test_nobody_widens_the_scope_by_what_is_asked_for(full_town: Town, at_ya: Visitor) -> None:
    agent = full_town.hosts["XA"].agent
    for address in ("/log?facility=XA", "/log?facility=", "/?facility=XA", "/alerts?facility=XA"):
        assert agent not in at_ya.get(address).text


def test_a_facilitys_person_sees_all_of_the_own_facility(full_town: Town, at_ya: Visitor) -> None:
    own = places_of(full_town, "YB")
    for index in own:
        assert at_ya.get(f"/log/{index}").status_code == 200
        assert at_ya.get(f"/log/{index}/raw").status_code == 200
    listed = re.findall(r'href="/log/(\d+)"', at_ya.get("/log").text)
    assert [int(index) for index in listed] == own
    for path in ("", "/backups", "/drills", "/files", "/system/FS-YB", "/attest"):
        assert at_ya.get(f"/facility/YB{path}").status_code == 200
    assert full_town.hosts["YB"].agent in at_ya.get("/alerts").text


def alert_of(town: Town, facility: str) -> str:
    with town.province.database.reading() as connection:
        return open_alerts(connection, facility)[0].alert_id


def acknowledged(town: Town, facility: str) -> bool:
    with town.province.database.reading() as connection:
        return open_alerts(connection, facility)[0].acknowledged_at is not None


def test_an_inspector_sees_everything_and_changes_nothing(
    full_town: Town, inspector: Visitor
) -> None:
    assert "acknowledge" not in inspector.get("/alerts").text
    address = f"/alerts/{alert_of(full_town, 'XA')}/acknowledge"
    assert inspector.post(address).status_code == 403
    assert not acknowledged(full_town, "XA")


def test_nobody_acknowledges_another_facilitys_alert(full_town: Town, at_ya: Visitor) -> None:
    address = f"/alerts/{alert_of(full_town, 'XA')}/acknowledge"
    assert at_ya.post(address).status_code == 403
    assert not acknowledged(full_town, "XA")


def test_an_own_alert_is_acknowledged_by_name(full_town: Town, at_ya: Visitor) -> None:
    address = f"/alerts/{alert_of(full_town, 'YB')}/acknowledge"
    assert "acknowledge" in at_ya.get("/alerts").text
    assert at_ya.post(address).status_code == 303
    with full_town.province.database.reading() as connection:
        assert open_alerts(connection, "YB")[0].acknowledged_by == "yen"


@pytest.mark.parametrize("path", pages("POST"))
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://127.0.0.1:8443"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
    ids=["origin", "metadata", "sibling", "silent"],
)
def test_a_form_of_another_site_changes_nothing(
    full_town: Town, path: str, headers: dict[str, str]
) -> None:
    admin = full_town.invited(f"eve-{full_town.province.new_id('x')}")
    admin.choose()
    address = filled(path, alert=alert_of(full_town, "XA"))
    answer = admin.post(address, headers=headers, user="eve", password=PASSWORD)
    assert (answer.status_code, answer.text) == (403, "CROSS_ORIGIN")
    assert admin.is_in()
    assert not acknowledged(full_town, "XA")
