"""`integrity diff` with a real backup: the earlier text comes from there, without its secrets."""

from pathlib import Path

from agent.config.home import Home
from agent.daemon.app import open_app
from agent.daemon.work.backup import backup_job
from agent.integrity.diff.errors import NotShownError
from tests.agent.integrity.views.conftest import document, run
from tests.real.light_repositories import Born

SECRET = "Ngh1EmMat9x"  # noqa: S105 - of nobody


def test_a_backup_serves_where_no_text_is_kept(tmp_path: Path, home: Home, pair: Born) -> None:
    share = tmp_path / "data"
    share.mkdir()
    file = share / "cấu hình.conf"
    file.write_text(f"port=80\npassword={SECRET}\n")
    (share / "large.txt").write_text("a" * 300_000)
    home.config_dir.mkdir(mode=0o700)
    (tmp_path / "nas").mkdir()
    home.agent_yaml.write_text(
        "facility: GL-BVDK\n"
        f"integrity: [{{path: {share}}}]\n"
        f"datasets: [{{name: data, paths: [{share}], schedule: '0 * * * *', rpo: 8h}}]\n"
        f"sites: [{{name: a, kind: local, path: {tmp_path}/nas/repository, held_by: owned}}]\n"
    )
    pair.give(home, "a", tmp_path / "nas" / "repository")
    app = open_app(home)
    try:
        backup_job.run_all(app)
    finally:
        app.close()
    file.write_text("port=81\npassword=0therSecret\n")
    found = document(home, "diff", str(file), "--site", "a")
    assert (found["before"]["is"], found["before"]["site"]) == ("backup", "a")
    assert {"-port=80", "+port=81"} < set(found["lines"])
    assert (found["added"], found["removed"]) == (2, 2)
    assert SECRET not in str(found)
    assert "0therSecret" not in str(found)
    file.unlink()
    gone = document(home, "diff", str(file), "--at", "now")
    assert (gone["after"]["is"], gone["removed"]) == ("gone", 2)
    done = run(home, "integrity", "diff", str(share / "large.txt"), "--site", "a")
    assert isinstance(done.exception, NotShownError)
    assert done.exception.code == "too_large"
