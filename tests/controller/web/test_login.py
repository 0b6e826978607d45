"""Getting in: passwords, waits, one-time links, the life of a session, the cookie."""

import threading
from datetime import timedelta

import pytest

from controller.fleet.add_user import LINK_LIFE, renew_link
from controller.web.auth.sessions import ABSOLUTE, COOKIE, IDLE
from controller.web.auth.throttle import ADDRESS_FREE_TRIES, FREE_TRIES
from tests.controller.web.visiting import PASSWORD, SECRET, Town, Visitor

WRONG = "wrong horse battery staple"


@pytest.fixture
def ann(town: Town) -> Visitor:
    """Somebody who has a password, and no session any more."""
    visitor = town.entered("ann")
    visitor.client.cookies.clear()
    return visitor


def fail(visitor: Visitor, times: int, user: str = "") -> list[int]:
    return [visitor.log_in(WRONG, user).status_code for _ in range(times)]


def text_of(visitor: Visitor, password: str) -> str:
    return visitor.client.post(
        "/login",
        data={"user": visitor.name, "password": password},
        headers={"Origin": "https://127.0.0.1:8443", "Accept-Language": "en"},
    ).text


def test_the_right_password_leads_to_the_facilities(ann: Visitor) -> None:
    answer = ann.log_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert ann.is_in()


@pytest.mark.parametrize("password", [WRONG, "", PASSWORD + " ", "x" * 3000])
def test_a_wrong_password_leads_nowhere(ann: Visitor, password: str) -> None:
    answer = ann.log_in(password)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert not ann.is_in()


def test_an_unknown_name_gets_the_same_answer_as_a_wrong_password(ann: Visitor) -> None:
    known = text_of(ann, WRONG)
    ann.name = "bob"
    assert text_of(ann, WRONG).replace("bob", "ann") == known


def test_after_five_failures_even_the_right_password_waits(ann: Visitor, town: Town) -> None:
    assert fail(ann, FREE_TRIES) == [403] * FREE_TRIES
    assert "Too many" in text_of(ann, PASSWORD)
    town.clock.forward(timedelta(seconds=29))
    assert ann.log_in().status_code == 403
    town.clock.forward(timedelta(seconds=2))
    assert ann.log_in().status_code == 303


def test_waiting_is_per_account_wherever_the_tries_come_from(ann: Visitor, town: Town) -> None:
    for number in range(FREE_TRIES):
        town.browser(f"10.0.0.{number}").log_in(WRONG, "ann")
    assert ann.log_in().status_code == 403
    other = town.entered("bob")
    other.client.cookies.clear()
    assert other.log_in().status_code == 303


def test_waiting_is_per_address_whatever_names_are_tried(ann: Visitor, town: Town) -> None:
    stranger = town.browser("10.9.9.9")
    for number in range(ADDRESS_FREE_TRIES):
        stranger.log_in(WRONG, f"name-{number}")
    assert stranger.log_in(PASSWORD, "ann").status_code == 403
    assert ann.log_in().status_code == 303


@pytest.mark.usefixtures("ann")
def test_a_network_of_ipv6_addresses_is_one_address(town: Town) -> None:
    for number in range(ADDRESS_FREE_TRIES):
        town.browser(f"2001:db8::{number:x}").log_in(WRONG, f"name-{number}")
    assert town.browser("2001:db8::ffff").log_in(PASSWORD, "ann").status_code == 403
    assert town.browser("2001:db8:0:1::1").log_in(PASSWORD, "ann").status_code == 303


@pytest.mark.usefixtures("ann")
def test_an_own_account_does_not_wash_the_tries_on_others_away(town: Town) -> None:
    insider = town.browser("10.9.9.9")
    for number in range(ADDRESS_FREE_TRIES):
        insider.log_in(WRONG, f"name-{number}")
        if insider.log_in(PASSWORD, "ann").status_code == 303:
            insider.client.cookies.clear()
    assert insider.log_in(PASSWORD, "ann").status_code == 403


def test_success_forgives_a_persons_own_slips(ann: Visitor) -> None:
    for _ in range(3):
        assert fail(ann, FREE_TRIES - 1) == [403] * (FREE_TRIES - 1)
        assert ann.log_in().status_code == 303


@pytest.mark.usefixtures("ann")
def test_tries_at_one_moment_do_not_share_a_free_one(town: Town) -> None:
    doorkeeper, outcomes = town.client.app.state.place.doorkeeper, list[str]()  # type: ignore[attr-defined]
    barrier = threading.Barrier(12)

    def run(number: int) -> None:
        barrier.wait()
        outcomes.append(doorkeeper.log_in("ann", WRONG, f"10.0.0.{number}"))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["WAIT"] * (12 - FREE_TRIES) + ["WRONG"] * FREE_TRIES


def test_failures_of_invented_names_are_forgotten(ann: Visitor, town: Town) -> None:
    fail(ann, 3, "invented")
    town.clock.forward(timedelta(days=2))
    fail(ann, 1, "another")
    with town.province.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT subject FROM login_failure").scalars().all()
    assert set(rows) == {"user:another", "address:testclient"}


def test_a_one_time_link_sets_the_password_and_works_once(town: Town) -> None:
    ann = town.invited("ann")
    assert "ann" in ann.get(f"/welcome/{ann.secret}").text
    assert ann.choose().status_code == 303
    assert ann.is_in()
    thief = town.browser()
    thief.secret = ann.secret
    assert thief.get(f"/welcome/{ann.secret}").status_code == 404
    assert thief.choose("another good password").status_code == 403
    assert not thief.is_in()
    assert ann.log_in().status_code == 303


def test_a_one_time_link_expires(town: Town) -> None:
    ann = town.invited("ann")
    town.clock.forward(LINK_LIFE)
    assert ann.get(f"/welcome/{ann.secret}").status_code == 404
    assert ann.choose().status_code == 403


@pytest.mark.parametrize("password", ["short", "a" * 20, "", "x" * 400])
def test_a_weak_first_password_keeps_the_link(town: Town, password: str) -> None:
    ann = town.invited("ann")
    answer = ann.choose(password)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert ann.choose().status_code == 303


def test_a_new_link_ends_the_older_one_and_every_session(ann: Visitor, town: Town) -> None:
    ann.log_in()
    first = renew_link(town.province, "ann")
    found = SECRET.search(renew_link(town.province, "ann"))
    assert found
    assert ann.get(first[first.index("/welcome") :]).status_code == 404
    fresh = town.browser()
    fresh.secret = found[1]
    assert fresh.choose("my second good password").status_code == 303
    assert not ann.is_in()
    assert ann.log_in().status_code == 403


def test_a_new_link_ends_the_wait_that_a_stranger_caused(ann: Visitor, town: Town) -> None:
    for number in range(FREE_TRIES):
        town.browser(f"10.0.0.{number}").log_in(WRONG, "ann")
    found = SECRET.search(renew_link(town.province, "ann"))
    assert found
    ann.secret = found[1]
    assert ann.choose().status_code == 303
    ann.client.cookies.clear()
    assert ann.log_in().status_code == 303


def test_logging_out_ends_the_session_itself_and_not_only_the_cookie(ann: Visitor) -> None:
    ann.log_in()
    cookie = ann.client.cookies[COOKIE]
    assert ann.post("/logout").headers["location"] == "/login"
    assert not ann.is_in()
    ann.client.cookies.set(COOKIE, cookie, domain="127.0.0.1")
    assert not ann.is_in()


def test_fifteen_idle_minutes_end_a_session(ann: Visitor, town: Town) -> None:
    ann.log_in()
    for _ in range(3):
        town.clock.forward(IDLE - timedelta(seconds=1))
        assert ann.is_in()
    town.clock.forward(IDLE)
    assert not ann.is_in()


def test_twelve_hours_end_a_session_however_busy(ann: Visitor, town: Town) -> None:
    ann.log_in()
    step = timedelta(minutes=10)
    for _ in range(ABSOLUTE // step - 1):
        town.clock.forward(step)
        assert ann.is_in()
    town.clock.forward(step)
    assert not ann.is_in()


def test_sessions_that_have_ended_do_not_pile_up(ann: Visitor, town: Town) -> None:
    for _ in range(3):
        ann.log_in()
        town.clock.forward(ABSOLUTE + timedelta(seconds=1))
    with town.province.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar_one() == 1


@pytest.mark.parametrize("entry", ["login", "welcome"])
def test_the_cookie_is_bound_to_host_tls_and_our_own_pages(
    ann: Visitor, town: Town, entry: str
) -> None:
    answer = ann.log_in() if entry == "login" else town.invited("bob").choose()
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-lachan=")
    assert {flag.lower() for flag in flags} == {
        *("secure", "httponly", "samesite=strict", "path=/"),
        f"max-age={int(ABSOLUTE.total_seconds())}",
    }


def test_the_database_holds_neither_cookie_nor_link_nor_password(town: Town) -> None:
    ann = town.invited("ann")
    ann.choose()
    secrets = [ann.secret, ann.client.cookies[COOKIE], PASSWORD]
    for file in town.province.home.state_dir.iterdir():
        content = file.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in content]


def test_an_invented_cookie_opens_nothing(town: Town) -> None:
    stranger = town.browser()
    for value in ("", "0" * 64, "'; DROP TABLE session; --"):
        stranger.client.cookies.set(COOKIE, value, domain="127.0.0.1")
        assert not stranger.is_in()


def test_a_login_never_continues_a_session_that_somebody_else_chose(
    ann: Visitor, town: Town
) -> None:
    """Session fixation: the secret is always a new one."""
    ann.client.cookies.set(COOKIE, "f" * 64, domain="127.0.0.1")
    ann.log_in()
    thief = town.browser()
    thief.client.cookies.set(COOKIE, "f" * 64, domain="127.0.0.1")
    assert not thief.is_in()
