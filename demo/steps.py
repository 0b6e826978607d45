"""What the demonstration does, in order; each step really happens or the demonstration fails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo import facility
from demo.errors import StepError
from demo.ssh_site import SshSite, free_port
from demo.stage import Stage, wait_until_answers
from wire.text import N_

LOOKED = (0, 1, 2)  # a look that finds something wrong is a look all the same


@dataclass(slots=True)
class Story:
    """What the steps found: JSON documents by the name of the step."""

    stage: Stage
    found: dict[str, Any] = field(default_factory=dict)
    site: SshSite | None = None
    url: str = ""


def open_province(story: Story) -> None:
    stage, port = story.stage, free_port()
    story.url = f"https://127.0.0.1:{port}"
    story.found["province"] = stage.controller.json(
        "init", "--url", story.url, "--province", "DEMO", "--name", "Sở Y tế (trình diễn)"
    )
    process = stage.controller.start("serve", log=stage.home / "controller.log")
    stage.processes.append(process)
    wait_until_answers(stage, process, port)


def add_facility(story: Story) -> None:
    controller = story.stage.controller
    name, level = "Bệnh viện trình diễn", "3"
    controller.json("facility", "add", facility.FACILITY, "--name", name)
    controller.json(
        *("system", "add", facility.SYSTEM, "--facility", facility.FACILITY),
        *("--name", "Máy chủ tệp", "--regime", "ND331", "--level", level),
    )


def open_site_b(story: Story) -> None:
    story.stage.site_a.mkdir(exist_ok=True)
    story.site = story.stage.open_site_b()


def join(story: Story) -> None:
    stage = story.stage
    token = stage.controller.json(
        *("token", "create", "--facility", facility.FACILITY, "--system", facility.SYSTEM)
    )["token"]
    assert story.site is not None  # noqa: S101 - the order of STEPS says so
    facility.write_agent_configuration(stage, story.site, story.url)
    story.found["join"] = stage.agent.json("join", text=token)


def check(story: Story) -> None:
    story.found["check"] = story.stage.agent.json("check", "--fresh", expect=LOOKED)


def baseline(story: Story) -> None:
    share = story.stage.share
    share.mkdir(exist_ok=True)
    for number in range(20):
        (share / f"công văn {number:02}.txt").write_text(f"Công văn số {number}\n" * 50)
    story.found["baseline"] = story.stage.agent.json("integrity", "baseline", expect=(0, 2))


def first_backup(story: Story) -> None:
    story.found["first backup"] = story.stage.agent.json("backup", "run", expect=LOOKED)


def change_and_scan(story: Story) -> None:
    (story.stage.share / "công văn 07.txt").write_text("đã bị sửa\n")
    scan = story.stage.agent.json("integrity", "scan", expect=LOOKED)
    story.found["scan"] = scan
    paths = [Path(change["path"]).name for change in scan["changes"]]
    if "công văn 07.txt" not in paths:
        raise StepError(
            command="integrity scan", code=0, expected="công văn 07.txt", output=str(paths)
        )


def second_backup(story: Story) -> None:
    story.found["backup"] = story.stage.agent.json("backup", "run", expect=LOOKED)


def probe_sites(story: Story) -> None:
    story.found["sites"] = story.stage.agent.json("site", "probe", expect=LOOKED)


def spot_drill(story: Story) -> None:
    """D0: the controller names the site and gives the nonce; one round of orders answers.

    What the nonce asks for was committed before: the commitment is in the controller's log.
    """
    story.stage.agent.json("outbox", "send")
    story.found["order"] = story.stage.controller.json(
        "drill", "order", "--facility", facility.FACILITY, "--class", "D0", "--site", "b"
    )
    story.stage.agent.run("run", "--orders", expect=LOOKED)
    story.found["D0"] = _newest_drill(story, "D0")
    _demand_answered(story, story.found["order"]["order_id"])


def full_drill(story: Story) -> None:
    """D1: the playbook restores everything from B; its person steps are answered by the demo."""
    story.found["playbook"] = story.stage.agent.json(
        *("playbook", "run", "recovery/file-server-lost"),
        *("--site", "b", "--dataset", facility.DATASET, "--answers", "demo"),
    )
    story.found["D1"] = _newest_drill(story, "D1")


def _demand_answered(story: Story, order_id: str) -> None:
    """It counts when the controller says so: its own order and nonce, judged by its own log."""
    answer = story.stage.controller.json("drill", "show", order_id, expect=LOOKED)["drill"]
    if answer is None or (answer["verdict"], answer["challenged"]) != ("PASSED", True):
        raise StepError(command="drill show", code=1, expected="PASSED", output=str(answer))


def _newest_drill(story: Story, drill_class: str) -> Any:  # noqa: ANN401 - a JSON document
    drills = story.stage.agent.json("drill", "list", expect=LOOKED)["drills"]
    for drill in drills:
        if drill["class"] == drill_class:
            if drill["verdict"] != "PASSED":
                raise StepError(
                    command=drill_class, code=1, expected="PASSED", output=str(drill.get("cause"))
                )
            return drill
    raise StepError(command="drill list", code=0, expected=drill_class, output="[]")


def judge_backup_again(story: Story) -> None:
    """The drills verified the second site; the first is read now, and the datasets judged again."""
    story.stage.agent.json("backup", "verify", "--site", "a", expect=LOOKED)
    story.found["backup"] = story.stage.agent.json("backup", "status", expect=LOOKED)


def send_and_score(story: Story) -> None:
    """What was done since the first look counts too: the host is looked at once more."""
    stage = story.stage
    stage.agent.json("check", expect=LOOKED)
    stage.agent.json("outbox", "send")
    story.found["score"] = stage.controller.json(
        *("score", "--facility", facility.FACILITY, "--system", facility.SYSTEM), expect=LOOKED
    )


def export_and_verify(story: Story) -> None:
    stage, pack = story.stage, story.stage.home / "BV-DEMO.lachan"
    stage.controller.json("export", "pack", "--facility", facility.FACILITY, "--out", str(pack))
    anchor = story.found["province"]["anchor"]
    story.found["pack"] = stage.verify.json(str(pack), "--anchor", anchor)


def start_agent(story: Story) -> None:
    stage = story.stage
    stage.processes.append(stage.agent.start("run", log=stage.home / "agent.log"))


STEPS: tuple[tuple[str, Callable[[Story], None]], ...] = (
    (N_("Opening the province: keys, log, controller"), open_province),
    (N_("Adding a facility and its level 3 system"), add_facility),
    (N_("Opening site B: an unprivileged sshd with a forced command"), open_site_b),
    (N_("Joining the agent with a single-use token"), join),
    (N_("Checking this real machine"), check),
    (N_("Taking the integrity baseline"), baseline),
    (N_("Backing up to both sites"), first_backup),
    (N_("Changing one file in the demo's own folder, and finding it"), change_and_scan),
    (N_("Backing up again"), second_backup),
    (N_("Asking whether the two sites are two places"), probe_sites),
    (N_("Drill D0 from site B, with the controller's nonce"), spot_drill),
    (N_("Drill D1 from site B, by the playbook"), full_drill),
    (N_("Judging the backup again"), judge_backup_again),
    (N_("Sending the evidence and scoring"), send_and_score),
    (N_("Exporting an evidence pack and verifying it"), export_and_verify),
)
