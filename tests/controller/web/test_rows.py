"""The system page shows every row with all that is known of it; a row's page shows the rest."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from compliance.catalogue import Catalogue, Control
from controller.fleet.decide_exception import approve_exception
from controller.fleet.request_exception import request_exception
from controller.library import catalogue_for, check_titles, shelves
from controller.web.pages.rendering import LANGUAGE_COOKIE
from tests.controller import deciding, statements
from tests.controller.deciding import waiver
from tests.controller.speaking import Clock
from tests.controller.web.visiting import Town, Visitor, found_town, served
from tests.texts.in_language import in_language
from texts.catalogue import LANGUAGES
from wire.messages import Findings
from wire.text import Bilingual
from wire.verdicts import CheckVerdict, ExceptionKind, Regime

SYSTEM = "/facility/XA/system/FS-XA"
CARD = re.compile(r"<tr>.*?</tr>", re.DOTALL)


def catalogue() -> Catalogue:
    found = catalogue_for([shelf.catalogue for shelf in shelves()], Regime.ND331, 3)
    assert found is not None
    return found


def decided_by_checks() -> list[Control]:
    return [row for row in catalogue().controls if row.rule.mode == "checks" and row.whole]


FAILED, AWAY, WAIVED, OLD = decided_by_checks()[:4]
BAD, GONE, BORNE = FAILED.rule.checks()[0], AWAY.rule.checks(), WAIVED.rule.checks()[0]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One server of two says what is wrong; people bear one fault and declare one row away."""
    clock = Clock()
    province = found_town(tmp_path_factory.mktemp("rows"), clock)
    with served(province) as client:
        town = Town(province, clock, client)
        town.add_facility("XA", "Bệnh viện XA")
        first, second = town.host_at("XA"), town.host_at("XA")
        first.send(first.opening(), first.statement(_findings(clock, BAD)))
        second.send(second.opening(), second.statement(_findings(clock, "")))
        _decide(town)
        yield town
    province.database.close()


def _findings(clock: Clock, wrong: str) -> Findings:
    """Everything passes but what is wrong, what is borne, and what does not apply."""
    verdicts = {check: CheckVerdict.PASS for row in (FAILED, WAIVED) for check in row.rule.checks()}
    verdicts |= dict.fromkeys(GONE, CheckVerdict.NOT_APPLICABLE) | {BORNE: CheckVerdict.FAIL}
    verdicts |= {wrong: CheckVerdict.FAIL} if wrong else {}
    spelled = {check.replace(".", "__"): verdict for check, verdict in verdicts.items()}
    results = tuple(
        msgspec.structs.replace(
            result,
            observed=f"seen of {result.check}",
            reason="NO_SUCH_THING" if result.verdict is CheckVerdict.NOT_APPLICABLE else "",
        )
        for result in statements.findings(clock(), **spelled).results
    )
    return Findings(results)


def _decide(town: Town) -> None:
    borne = waiver(town.clock(), exception_id="exception-0", control=WAIVED.id)
    away = waiver(
        town.clock(),
        exception_id="exception-1",
        control=OLD.id,
        kind=ExceptionKind.NOT_APPLICABLE,
        reason="NO_WIRELESS",
    )
    for each in (borne, away):
        asked = msgspec.structs.replace(each, facility="XA", system="FS-XA")
        request_exception(town.province, deciding.ADMIN, asked)
        approve_exception(town.province, deciding.OTHER_ADMIN, asked.exception_id, "được")


@pytest.fixture(scope="module")
def reader(town: Town) -> Visitor:
    visitor = town.entered("ada")
    visitor.client.cookies.set(LANGUAGE_COOKIE, "en", domain="127.0.0.1")
    return visitor


def card(text: str, control: Control) -> str:
    found = [each for each in CARD.findall(text) if f"/control/{control.id}" in each]
    assert len(found) == 1, control.id
    return html.unescape(found[0])


def test_every_row_of_the_level_is_there_once(reader: Visitor) -> None:
    text = reader.get(SYSTEM).text
    for control in catalogue().controls:
        shown = card(text, control)
        assert control.title["en"] in shown
        assert control.clause in shown
        assert ("◇" in shown) is (control.confidence == "unverified")
        assert ("suggested, not a duty" in shown) is control.suggested


def test_days_left_of_transition_are_shown(reader: Visitor) -> None:
    text = html.unescape(reader.get(SYSTEM).text)
    assert "The level dossier is appraised and approved" in text
    assert "until 31/12/2026" in text
    assert "until 30/06/2027" in text


def test_a_row_says_which_server_broke_it_and_where_that_stands(
    reader: Visitor, town: Town
) -> None:
    shown = card(reader.get(SYSTEM).text, FAILED)
    assert "not met" in shown or "partly met" in shown
    assert shown.count("<b>fs01</b>") == 1  # one of the two servers
    assert re.search(r'href="/log/\d+"', shown)
    assert "ago" in shown
    assert town.hosts


def test_a_waiver_stands_beside_the_state_with_both_people(reader: Visitor) -> None:
    shown = card(reader.get(SYSTEM).text, WAIVED)
    assert "not met" in shown or "partly met" in shown
    assert "waived until" in shown
    assert 'href="/exceptions/exception-0"' in shown
    assert "asked for by an, approved by binh" in shown


def test_what_does_not_apply_has_its_code_and_who_declared_it(reader: Visitor) -> None:
    text = reader.get(SYSTEM).text
    by_evidence, declared = card(text, AWAY), card(text, OLD)
    assert "does not apply" in by_evidence
    assert "NO_SUCH_THING" in by_evidence
    assert "declared until" not in by_evidence
    assert "NO_WIRELESS" in declared
    assert "asked for by an, approved by binh" in declared


def test_what_nobody_knows_stands_first_in_every_group(reader: Visitor) -> None:
    text = reader.get(SYSTEM).text
    for section in text.split("<h2>")[2:]:
        chips = re.findall(r'data-label="State"><span class="chip (\w+)"', section)
        order = [["unknown", "bad", "warn", "good", "quiet"].index(chip) for chip in chips]
        assert order == sorted(order)


def test_filters_leave_only_what_was_asked_for(reader: Visitor) -> None:
    def shown(query: str) -> set[str]:
        return set(re.findall(r"/control/([\w.-]+)\"", reader.get(f"{SYSTEM}?{query}").text))

    assert shown("state=waived") == {WAIVED.id}
    assert shown("state=declared") == {OLD.id}
    assert shown("state=not_applicable") == {AWAY.id, OLD.id}
    group = {row.id for row in catalogue().controls if row.group == FAILED.group}
    assert shown(f"group={FAILED.group}") == group
    assert shown(f"group={FAILED.group}&state=unknown") < group
    assert shown("group=none") == shown("state=none") == set()


def test_the_page_of_a_row_shows_every_answer_of_every_server(reader: Visitor) -> None:
    text = html.unescape(reader.get(f"{SYSTEM}/control/{FAILED.id}").text)
    for check in FAILED.rule.checks():
        assert text.count(f"seen of {check}<") == 2
    assert FAILED.title["en"] in text
    assert "as it must be" in text
    assert "checks on the servers" in text


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_every_check_is_called_by_its_promise(town: Town, chosen: str) -> None:
    titles = check_titles()
    visitor = town.entered(f"reads-{chosen}")
    visitor.client.cookies.set(LANGUAGE_COOKIE, chosen, domain="127.0.0.1")
    for kind in (str, Bilingual):  # out of code, out of data
        row = next(
            row
            for row in decided_by_checks()
            if any(isinstance(titles[check], kind) for check in row.rule.checks())
        )
        text = html.unescape(visitor.get(f"{SYSTEM}/control/{row.id}").text)
        for check in row.rule.checks():
            title = in_language(titles[check], chosen)
            # Once in what decides the row, once for each of the two servers.
            assert text.count(f"{title} <code>{check}</code>") == 3


def test_an_old_answer_is_shown_and_said_not_to_count(tmp_path: Path) -> None:
    clock = Clock()
    province = found_town(tmp_path / "old", clock)
    with served(province) as client:
        town = Town(province, clock, client)
        town.add_facility("XA", "Bệnh viện XA")
        host = town.host_at("XA")
        host.send(host.opening(), host.statement(_findings(clock, "")))
        clock.forward(timedelta(days=3 * 366))
        visitor = town.entered("ada")
        visitor.client.cookies.set(LANGUAGE_COOKIE, "en", domain="127.0.0.1")
        text = visitor.get(f"{SYSTEM}/control/{FAILED.id}").text
    province.database.close()
    assert text.count("too old to count") == len(FAILED.rule.checks())
    assert 'title="PASS"' in text
    assert '<span class="chip unknown">not known</span>' in text


def test_a_row_that_is_not_of_this_level_is_nowhere(reader: Visitor) -> None:
    assert reader.get(f"{SYSTEM}/control/l5.risk.01").status_code == 404


@pytest.mark.parametrize("chosen", ["vi", "en"])
def test_what_to_show_an_inspector_is_said_in_the_readers_language(town: Town, chosen: str) -> None:
    visitor = town.entered(f"inspects-{chosen}")
    visitor.client.cookies.set(LANGUAGE_COOKIE, chosen, domain="127.0.0.1")
    (other,) = {"vi", "en"} - {chosen}
    for control in (FAILED, next(row for row in catalogue().controls if row.kind == "attest")):
        text = html.unescape(visitor.get(f"{SYSTEM}/control/{control.id}").text)
        assert f"<dd>{control.evidence[chosen]}</dd>" in text
        assert control.evidence[other] not in text
