"""A person's way through all pages, with a real browser in front of the real `serve`."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from controller.fleet.add_user import add_user
from controller.web.auth.sessions import COOKIE
from demo.programs import Program
from demo.ssh_site import free_port
from demo.stage import Stage, wait_until_answers
from tests.controller.speaking import Clock
from tests.controller.web import browsing
from tests.controller.web.browsing import Window, chromium, open_window
from tests.controller.web.visiting import EVENT, PASSWORD, Town, found_town, served

PLACE = "/facility/XA"
LOGGED_IN = [
    *("/", "/alerts", "/log", "/log/9", PLACE, f"{PLACE}/backups", f"{PLACE}/drills"),
    *(f"{PLACE}/system/FS-XA", f"{PLACE}/system/FS-XA?state=not_met", "/nothing"),
    *(f"{PLACE}/system/FS-XA?state=unknown&group=logging", f"{PLACE}/attest?system=FS-XA"),
    *("/attestations", "/attestations/attest-XA", f"{PLACE}/system/FS-XA/control/l3.risk.02"),
    *("/exceptions", "/exceptions/exception-XA0", "/exceptions/exception-XA1"),
    *(f"{PLACE}/files", f"{PLACE}/files?span=30d&open=1", f"{PLACE}/files/{EVENT}"),
]


@dataclass(frozen=True)
class Served:
    """A town behind a `serve` of its own, and a link for each person who comes."""

    url: str
    town: Town

    def link(self) -> str:
        return add_user(self.town.province, "test", self.town.province.new_id("u"), "admin")


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, port, clock = tmp_path_factory.mktemp("served"), free_port(), Clock()
    clock.at = datetime.now(UTC)
    province = found_town(home / "controller", clock, port)
    with served(province) as client:
        town = Town(province, clock, client)
        town.add_facility("XA", "Bệnh viện đa khoa khu vực phía đông <b>")
        town.tell_everything("XA", dataset_name="hồ sơ bệnh án")
    stage = Stage(home, home, "vi")
    process = Program("lachan-controller", home / "controller").start("serve", log=home / "log")
    stage.processes.append(process)
    wait_until_answers(stage, process, port)
    yield Served(province.config.url, town)
    stage.close()
    province.database.close()
    assert "Traceback" not in Path(home / "log").read_text()


@pytest.fixture(scope="module")
def browser(serving: Served) -> Iterator[Browser]:
    """Started after `serve`, so that it lets go of its connections first."""
    assert serving.url
    with chromium() as running:
        yield running


@pytest.fixture
def window(browser: Browser, serving: Served) -> Iterator[Window]:
    window = open_window(browser, serving.url)
    yield window
    window.page.context.close()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_person_walks_through_all_pages_without_a_fault(
    browser: Browser, serving: Served, language: str
) -> None:
    window = open_window(browser, serving.url, language)
    window.enter(serving.link(), PASSWORD)
    for address in LOGGED_IN:
        window.go(address)
        assert window.page.get_attribute("html", "lang") == language
        assert not window.is_too_wide(), address
        assert window.page.locator("h1").count() == 1
        assert window.page.evaluate(browsing.UNLABELLED) == 0, address
        assert window.page.evaluate(browsing.SKIPPED_HEADING) == "", address
    window.page.context.close()
    assert [trouble for trouble in window.troubles if "404" not in trouble] == []


def test_the_door_can_be_used_with_the_keyboard_alone(window: Window, serving: Served) -> None:
    window.go("/login")
    assert window.page.evaluate(browsing.UNLABELLED) == 0
    window.page.keyboard.type("nobody")
    window.page.keyboard.press("Tab")
    window.page.keyboard.type("a wrong password")
    window.page.keyboard.press("Enter")
    window.page.wait_for_selector("[role=alert]")
    assert window.page.input_value("#user") == "nobody"
    window.enter(serving.link(), PASSWORD)
    for _ in range(8):
        window.page.keyboard.press("Tab")
        focused = window.page.evaluate(browsing.FOCUSED)
        assert window.page.evaluate(browsing.VISIBLE_FOCUS), focused


def test_every_link_of_a_page_leads_to_a_page(window: Window, serving: Served) -> None:
    window.enter(serving.link(), PASSWORD)
    addresses: set[str] = set()
    for address in LOGGED_IN:
        window.go(address)
        links = window.page.eval_on_selector_all("a[href]", browsing.ADDRESSES)
        addresses |= {link for link in links if "/raw" not in link and "/language/" not in link}
    assert all(link.startswith(serving.url) for link in addresses)
    for link in sorted(addresses):
        assert window.page.request.get(link).status == 200, link


def test_changing_the_language_stays_on_the_page(window: Window, serving: Served) -> None:
    window.enter(serving.link(), PASSWORD)
    window.go(f"{PLACE}/system/FS-XA?state=not_met")
    window.page.click("a[hreflang=en]")
    window.page.wait_for_selector("html[lang=en]")
    assert window.page.url == f"{serving.url}{PLACE}/system/FS-XA?state=not_met"


def test_an_alert_is_seen_and_a_session_ended_by_a_click(window: Window, serving: Served) -> None:
    window.enter(serving.link(), PASSWORD)
    window.go("/alerts")
    seen = window.page.locator("button", has_text=re.compile("Tôi đã xem|I have seen it"))
    waiting = seen.count()
    seen.first.click()
    window.page.wait_for_load_state()
    assert seen.count() == waiting - 1
    window.page.locator("form[action='/logout'] button").click()
    window.page.wait_for_url(serving.url + "/login")
    assert COOKIE not in {cookie["name"] for cookie in window.page.context.cookies()}
    window.go("/alerts")
    assert window.page.url == serving.url + "/login"
    assert window.troubles == []


def test_a_waiver_goes_its_way_through_two_windows(
    browser: Browser, window: Window, serving: Served
) -> None:
    window.enter(serving.link(), PASSWORD)
    window.go(f"{PLACE}/system/FS-XA?group=risk&state=unknown")
    window.page.click("a[href$='/control/l3.risk.04']")
    window.page.click("summary")
    window.page.fill("#text", "Chờ kinh phí <b>quý I</b>")
    window.page.fill("#measure", "Kiểm tra từng tuần")
    window.page.fill("#until", f"{serving.town.clock() + timedelta(days=30):%Y-%m-%d}")
    window.page.locator("details button").click()
    window.page.wait_for_url("**/exceptions/exception-*")
    assert window.page.locator("form[action$='/approve']").count() == 0  # not by the same person
    second = open_window(browser, serving.url)
    second.enter(serving.link(), PASSWORD)
    second.go(window.page.url.removeprefix(serving.url))
    second.page.fill("#text", "Đã xem tại chỗ")
    second.page.click("form[action$='/approve'] button:not([formaction])")
    second.page.wait_for_load_state()
    second.go(f"{PLACE}/system/FS-XA?state=waived")
    assert second.page.locator("a[href$='/control/l3.risk.04']").count() == 1
    second.page.context.close()
    assert window.troubles + second.troubles == []


def test_a_document_is_vouched_for_with_its_file(
    window: Window, serving: Served, tmp_path: Path
) -> None:
    file = tmp_path / "quy chế.pdf"
    file.write_bytes(b"%PDF" * 100_000)
    window.enter(serving.link(), PASSWORD)
    window.go(f"{PLACE}/system/FS-XA/control/l3.risk.05")
    window.page.click("a.button")
    window.page.fill("#document", "Quy chế 7/QC-BV")
    window.page.fill("#from", f"{serving.town.clock():%Y-%m-%d}")
    window.page.fill("#until", f"{serving.town.clock() + timedelta(days=90):%Y-%m-%d}")
    window.page.set_input_files("#file", file)
    assert window.page.is_checked("input[value='l3.risk.05']")
    window.page.locator("form.panel button").click()
    window.page.wait_for_url("**/attestations/attest-*")
    assert hashlib.sha256(file.read_bytes()).hexdigest() in window.page.inner_text("main")
    window.go(f"{PLACE}/system/FS-XA/control/l3.risk.05")
    assert window.page.locator(".chip.good").count() >= 1
    assert window.troubles == []


def test_a_form_on_another_site_cannot_act_for_a_person(window: Window, serving: Served) -> None:
    """The same browser, logged in, on a page of somebody else's: the cookie does not travel."""
    window.enter(serving.link(), PASSWORD)
    window.page.goto("about:blank")
    window.page.set_content(
        f'<form method=post action="{serving.url}/logout"><button>x</button></form>'
    )
    with window.page.expect_navigation():
        window.page.click("button")
    assert window.page.inner_text("body") == "CROSS_ORIGIN"
    assert window.go("/") == 200
    assert window.page.url == serving.url + "/"


def test_the_raw_bytes_are_saved_and_not_shown(window: Window, serving: Served) -> None:
    window.enter(serving.link(), PASSWORD)
    window.go("/log/9")
    with window.page.expect_download() as expected:
        window.page.click("a[href='/log/9/raw']")
    assert expected.value.suggested_filename == "lachan-9.dsse.json"
    saved = Path(expected.value.path()).read_bytes()
    assert b"application/vnd.lachan." in saved
