"""A province's pack on its whole way: published, fetched, accepted, looked by, scored, verified."""

from pathlib import Path

from demo.programs import Program
from tests.agent.pack_writing import good_files
from tests.end_to_end.test_uplink import Controller, agent, controller

__all__ = ["agent", "controller"]


def test_a_pack_reaches_the_host_and_its_answer_the_score(
    agent: Program,
    controller: Controller,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "gl"
    for name, text in good_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    controller.program.run("policy", "publish", str(folder))
    agent.run("doctor", expect=(0, 1, 2))  # asks the controller, as the daemon does each minute
    (waiting,) = agent.json("policy", "list")["packs"]
    assert (waiting["newest"], waiting["reason"]) == (1, "WAITING")
    agent.run("policy", "accept", "gl", "1")
    found = agent.json("check", expect=(1, 2))
    ids = [result["id"] for result in found["results"]]
    assert "gl.app.line" in ids
    agent.run("outbox", "send", expect=(0, 1))
    (use,) = controller.program.json("policy", "show", "gl")["agents"]
    assert (use["accepts"], use["use"]["in_force"], use["use"]["reason"]) == ("ask", 1, "")
    (scored,) = controller.program.json("score", expect=(0, 1, 2))["scores"]
    (own,) = found["systems"]
    assert scored["score"] is not None
    assert own["score"] is not None
    pack = tmp_path / "pack.lachan"
    made = controller.program.json("export", "pack", "--facility", "GL-BVDK", "--out", str(pack))
    Program("lachan-verify", None).run(str(pack), "--anchor", made["anchor"])
