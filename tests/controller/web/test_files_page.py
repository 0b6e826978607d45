"""The page of watched files: who, when, how much; harmless names; gaps; scope."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.controller.speaking import NOW, SpokenHost
from tests.controller.watched_files import (
    LAN,
    ROOT,
    WATCHED,
    EventChain,
    everything,
    pseudonym,
    suspicion,
)
from tests.controller.web.visiting import Town, Visitor
from wire.messages import Acceptance, Baseline, Body, PlaybookStep
from wire.verdicts import Names

HOUR = timedelta(hours=1)
PLACE = "/facility/XA/files"


@pytest.fixture
def host(town: Town) -> SpokenHost:
    town.add_facility("XA", "Bệnh viện XA")
    return town.host_at("XA")


@pytest.fixture
def visitor(town: Town, host: SpokenHost) -> Visitor:
    assert host.agent
    return town.entered("an")


def say(host: SpokenHost, *bodies: Body) -> None:
    opening = () if host.sequence else (host.opening(),)
    answer = host.send(*opening, *map(host.statement, bodies))
    assert not answer.json()["refused"], answer.text


def english(visitor: Visitor, path: str = PLACE) -> str:
    answer = visitor.get(path, **{"accept-language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_without_a_word_of_any_host_nobody_has_looked(visitor: Visitor) -> None:
    page = english(visitor)
    assert "That is not quiet: nobody has looked." in page
    assert "chưa ai xem" in visitor.get(PLACE).text


def test_the_page_says_when_what_where_and_by_whom(host: SpokenHost, visitor: Visitor) -> None:
    say(host, everything(NOW))
    page = english(visitor)
    for words in (
        f"{ROOT}/thư mục/b.docx",
        f"{ROOT}/a.docx",
        "lan@192.0.2.7",
        "/usr/sbin/smbd",
        "openssh-server 1:9.2p1-2+deb12u7",
        "content changed 6",
        "nobody saw by whom",
        "between 21/11/2026 09:00:00 and 21/11/2026 10:00:00",
        "mode, access list",
        "more happened at once than the kernel keeps",
        "did not tell them one by one",
        pseudonym(f"{ROOT}/d")[:9],
    ):
        assert words in page, words
    assert "style=" not in page  # the content policy allows none
    assert "<script" not in page


def test_what_is_explained_is_folded_and_grey(host: SpokenHost, visitor: Visitor) -> None:
    say(host, everything(NOW))
    page = english(visitor)
    fold = re.search(r"<li class=\"fold\"><details>.*?</details>", page, re.DOTALL)
    assert fold
    assert "2 explained events" in fold[0]
    assert 'class="event explained"' in fold[0]
    assert "b.docx" not in fold[0]


def test_a_time_not_watched_is_drawn_and_said(host: SpokenHost, visitor: Visitor) -> None:
    """Watched for five hours of which one was lost; before that nobody knows."""
    say(host, everything(NOW))
    page = english(visitor)
    assert len(re.findall(r'<rect class="blind"', page)) == 2
    assert "not watched for 19 h 0 min" in page or "not watched for 19 h 30 min" in page
    assert "watched all the time" not in page


def test_a_host_that_watches_now_is_not_blind_since_its_last_statement(
    town: Town, host: SpokenHost, visitor: Visitor
) -> None:
    chain = EventChain()
    told = replace(chain.say(), watched_from=NOW - 30 * HOUR, watched_to=NOW - HOUR)
    say(host, told)
    assert "not watched for 1 h 0 min" in english(visitor)
    host.heartbeat(watching="fanotify")
    assert "watched all the time" in english(visitor)
    town.clock.forward(timedelta(minutes=6))  # silent since
    assert "watched all the time" not in english(visitor)
    host.heartbeat(watching="fanotify")  # alive, but of this path it has said nothing for too long
    assert "not watched for 1 h 6 min" in english(visitor)
    say(host, replace(told, watched_to=town.clock()))
    assert "watched all the time" in english(visitor)
    town.clock.forward(timedelta(minutes=1))
    host.heartbeat(watching="off")
    assert "watched all the time" not in english(visitor)


def test_of_a_path_that_is_only_looked_at_nothing_is_said_beyond_the_last_look(
    town: Town, host: SpokenHost, visitor: Visitor
) -> None:
    told = replace(
        EventChain().say(), watched_from=NOW - 30 * HOUR, watched_to=NOW - 55 * HOUR / 60
    )
    say(host, replace(told, watching="looks"))
    host.heartbeat(watching="looks")
    page = english(visitor)
    assert "looked at every few minutes" in page
    assert "watched all the time" in page  # up to the last look: the next one is still to come
    town.clock.forward(HOUR / 6)
    host.heartbeat(watching="looks")  # alive, but of looks it has said nothing for too long
    assert "not watched for 1 h 5 min" in english(visitor)


def test_who_sees_no_alert_of_a_path_sees_why(
    town: Town, host: SpokenHost, visitor: Visitor
) -> None:
    """Since when the province knows it, and the signed bytes that say so first."""
    chain = EventChain()
    say(host, replace(chain.say(chain.event(NOW)), at_work=False))
    words = "only attacks are an alarm here"
    assert words not in english(visitor).partition("<h2>What moved most</h2>")[0]
    event = replace(chain.event(NOW, "", "configured"), what=("alert_attacks",), since=NOW - HOUR)
    town.clock.forward(HOUR / 12)
    say(host, replace(chain.say(replace(event, explained_by="configured")), at_work=True))
    town.clock.forward(HOUR / 12)
    say(host, replace(chain.say(), at_work=True))
    page = english(visitor)
    lane = page.partition("<h2>When</h2>")[2].partition("<h2>What moved most</h2>")[0]
    assert words in lane
    assert "known since 21/11/2026 10:05: changes are kept and shown, and raise no alert." in lane
    evidence = re.search(r'only attacks.*?href="(/log/\d+)"', lane, re.DOTALL)
    assert evidence
    assert visitor.get(evidence[1]).status_code == 200
    vietnamese = visitor.get(PLACE).text
    assert "ở đây chỉ báo động khi bị tấn công" in vietnamese
    events = page.partition('<h2 id="events">')[2]
    row = next(one for one in events.split("<li ") if "configured otherwise" in one)
    assert words in row
    assert "so it was configured at the host" in row
    assert row.startswith('class="event "')  # not folded, not grey
    link = re.search(r'href="(/facility/XA/files/[0-9.]+)"', row)
    assert link
    facts = english(visitor, link[1]).partition("<dt>Watched path</dt>")[2]
    assert words in facts.partition("</dd>")[0]
    alert = english(visitor, "/alerts").partition("configured to tell or alarm less")[2]
    leads = re.search(r'CHANGES_SILENCED</code> <a href="([^"]+)"', alert)
    assert leads
    assert leads[1].startswith(PLACE)
    assert f"watched={WATCHED}" in leads[1]


STEERING = "\u202e\u2028\u200f\ufeff\u061c\r\x1b\x00"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a\u202egpj.exe",
    "a\nb\rc\x1b[31m",
    "a\u2028b\u200fc\ufeffd",
    "{{ 7 * 7 }}%s%(x)s",
    "\u202e\u061c",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_outside_steer_nothing(host: SpokenHost, visitor: Visitor, name: str) -> None:
    chain = EventChain()
    event = replace(
        chain.event(NOW),
        path=f"{ROOT}/{name}",
        old_path=name,
        user_name=name,
        program=name,
        client=name,
        explanation=name,
        user=LAN,
    )
    told = replace(chain.say(event), path=name)
    suspected = replace(
        suspicion(NOW), path=name, paths=(name,), user_name=name, program=name, client=name
    )
    say(host, told, suspected)
    for path in (PLACE, f"{PLACE}?program={'%3Cb%3E'}&q=%3Cb%3E", "/alerts", "/facility/XA", "/"):
        page = english(visitor, path)
        assert "<script" not in page
        assert "<img src=x" not in page
        assert "<b>&" not in page
        assert "49%s" not in page
        assert not [c for c in page if c in STEERING]
    link = re.search(r'href="(/facility/XA/files/\d+\.\d+)"', english(visitor))
    assert link
    for path in (link[1], f"/log/{link[1].rpartition('/')[2].partition('.')[0]}"):
        page = english(visitor, path)
        assert "<script" not in page
        assert not [c for c in page if c in STEERING]


def test_nothing_is_named_that_was_not_disclosed(host: SpokenHost, visitor: Visitor) -> None:
    chain = EventChain(names=Names.NONE)
    say(host, chain.say(*chain.events(NOW, 3)))
    page = english(visitor)
    assert ROOT not in page
    assert pseudonym(f"{ROOT}/0.txt")[:9] in page
    assert WATCHED[:9] in page


def test_one_event_leads_to_its_signed_bytes(host: SpokenHost, visitor: Visitor) -> None:
    say(host, everything(NOW))
    link = re.search(r'href="(/facility/XA/files/(\d+)\.2)"', english(visitor))
    assert link
    page = english(visitor, link[1])
    for words in (f"{ROOT}/thư mục/b.docx", "--why 3", "lan", "1 to 6", f"/log/{link[2]}/raw"):
        assert words in page
    assert "covered by the signed checkpoint" in page
    assert visitor.get(f"/log/{link[2]}").status_code == 200


@pytest.mark.parametrize("event", ["0.0", "1.0", "999999.0", "9", "x.y", "1.99999999999999999999"])
def test_what_is_no_event_is_not_found(host: SpokenHost, visitor: Visitor, event: str) -> None:
    say(host, everything(NOW))
    assert visitor.get(f"{PLACE}/{event}").status_code == 404


def test_filters_and_pages_lead_on(host: SpokenHost, visitor: Visitor) -> None:
    chain = EventChain()
    for n in range(3):
        say(host, chain.say(*(chain.event(NOW, f"{n}-{m}.txt") for m in range(50))))
    page = english(visitor)
    assert page.count('class="event ') == 100
    older = re.search(r'href="(\?[^"]*before=[^"]*)"', page)
    assert older
    rest = english(visitor, PLACE + older[1].replace("&amp;", "&"))
    assert rest.count('class="event ') == 50
    assert english(visitor, f"{PLACE}?q=1-7.txt").count('class="event ') == 1
    assert english(visitor, f"{PLACE}?kind=removed").count('class="event ') == 0
    bar = re.search(r'<a href="(\?[^"]*start=[^"]*)"', page)
    assert bar
    assert english(visitor, PLACE + bar[1].replace("&amp;", "&")).count('class="event ') == 100


def step(run_id: str) -> PlaybookStep:
    return PlaybookStep(
        run_id=run_id,
        playbook="incident.ransomware_suspected",
        playbook_digest="0" * 64,
        step="hold_retention",
        kind="automatic",
        state="done",
        by="agent",
        started_at=NOW,
        ended_at=NOW,
    )


def test_an_attack_is_the_first_thing_that_anybody_sees(
    town: Town, host: SpokenHost, visitor: Visitor
) -> None:
    town.add_facility("AA", "Bệnh viện AA")
    suspected = replace(
        suspicion(NOW),
        held=True,
        last_clean_at=NOW - HOUR,
        playbook="incident.ransomware_suspected",
        run_id="run-1",
    )
    say(host, suspected, step("run-0"), step("run-1"))
    first = english(visitor, "/")
    assert "may be under attack" in first
    assert first.index("Bệnh viện XA") < first.index("Bệnh viện AA")
    assert "may be under attack by ransomware" in english(visitor, "/facility/XA")
    page = english(visitor)
    for words in (
        "a canary file was touched",
        "120",
        "retention is held at every site",
        "21/11/2026 09:00",
        "incident.ransomware_suspected",
        "hold_retention",
        "python3.11",
    ):
        assert words in page, words
    assert page.index("<h2>") < page.index("<h3>")  # no step is left out
    say(host, replace(suspected, paths=tuple(f"{ROOT}/{number}" for number in range(20))))
    assert "and 17 more files" in english(visitor)
    say(host, replace(suspected, state="dismissed", person=LAN))
    assert "Dismissed suspicions: 1" in english(visitor)


@pytest.mark.parametrize(
    ("held", "words"),
    [(None, "not known yet whether"), (False, "NOT held"), (True, "retention is held at every")],
)
def test_what_is_not_known_of_retention_is_not_good(
    host: SpokenHost, visitor: Visitor, held: bool | None, words: str
) -> None:
    say(host, replace(suspicion(NOW), held=held))
    page = english(visitor)
    assert words in page
    assert "none is known" in page
    assert ("chip good" in page) == bool(held)


def test_the_alert_counts_on_and_leads_here(host: SpokenHost, visitor: Visitor) -> None:
    chain = EventChain()
    say(host, chain.say(*chain.events(NOW, 3)))
    say(host, chain.say(*chain.events(NOW, 4)))
    page = english(visitor, "/alerts")
    assert page.count("<code>FILES_CHANGED</code>") == 1
    assert "files: 7" in page
    link = re.search(r'href="(/facility/XA/files\?[^"]*)"', page)
    assert link
    assert english(visitor, link[1].replace("&amp;", "&")).count('class="event ') == 7


def test_a_break_of_the_chain_is_said_on_top(host: SpokenHost, visitor: Visitor) -> None:
    chain = EventChain()
    say(host, chain.say(*chain.events(NOW, 5)))
    older = EventChain(last=1, head="x")
    say(host, older.say(older.event(NOW)))
    page = english(visitor)
    assert "its numbers go back" in page
    assert "Number 5 was told, and then 2." in page


def test_changes_that_wait_for_a_second_person_are_named_until_it_agrees(
    town: Town, host: SpokenHost, visitor: Visitor
) -> None:
    wish = Acceptance(watched=WATCHED, names=Names.NONE, at=NOW, until=NOW + 24 * HOUR, person=LAN)
    say(host, wish)
    waiting = "a second one must agree until 22/11/2026 10:00"
    assert waiting in english(visitor)
    say(host, Baseline(WATCHED, Names.NONE, 1, 1, 0, pseudonym("root")))
    assert waiting not in english(visitor)
    say(host, wish)
    assert waiting in english(visitor)
    town.clock.forward(25 * HOUR)
    assert waiting not in english(town.entered("binh"))


def test_a_facilitys_person_sees_only_the_own_files(town: Town, host: SpokenHost) -> None:
    say(host, everything(NOW), suspicion(NOW))
    town.add_facility("YB", "Bệnh viện YB")
    other = town.entered("yen", "facility", "YB")
    assert other.get(PLACE).status_code == 404
    assert other.get("/facility/YB/files").status_code == 200
    own = town.entered("xuan", "facility", "XA")
    assert own.get(PLACE).status_code == 200
    link = re.search(r'href="(/facility/XA/files/\d+\.\d+)"', own.get(PLACE).text)
    assert link
    assert own.get(link[1]).status_code == 200
    assert other.get(link[1]).status_code == 404
    assert other.get(link[1].replace("/XA/", "/YB/")).status_code == 404


def test_two_files_of_one_disclosed_folder_are_told_apart(
    host: SpokenHost, visitor: Visitor
) -> None:
    chain = EventChain(names=Names.FOLDER)
    events = [replace(each, path=f"{ROOT}/khoa nội") for each in chain.events(NOW, 2)]
    folded = replace(chain.event(NOW), path=ROOT, counts={"added": 9}, count=9)
    say(host, chain.say(*events, folded))
    page = english(visitor)
    for number in range(2):
        assert f'/ <code title="{pseudonym(f"{ROOT}/{number}.txt")}">' in page
    assert page.count(" / <code") == 2
