"""A row that the province changed or brought says so wherever it is shown."""

from controller.fleet.publish_pack import publish_pack
from controller.library import shelves
from controller.web.pages.rendering import LANGUAGE_COOKIE
from tests.agent.pack_writing import good_files
from tests.controller.web.visiting import Town

SYSTEM = "/facility/XA/system/FS-XA"


def test_a_row_of_the_province_is_marked_and_titles_stay_text(town: Town) -> None:
    town.add_facility("XA", "Bệnh viện XA")
    files = good_files()
    files["pack.yaml"] = files["pack.yaml"].replace("The province's line", "<b>line</b> {{ 7*7 }}")
    lines = files["checks/lines.yaml"]
    files["checks/lines.yaml"] = lines.replace("The line is", "The <i>line</i> is")
    publish_pack(town.province, "test", files, shelves())
    visitor = town.entered("ada")
    visitor.client.cookies.set(LANGUAGE_COOKIE, "en", domain="127.0.0.1")
    page = visitor.get(SYSTEM).text
    assert page.count("by the province's pack gl") + page.count("province&#39;s pack gl") == 2
    assert "&lt;b&gt;line&lt;/b&gt; {{ 7*7 }}" in page
    assert "<b>line</b>" not in page
    for row in ("l3.risk.01", "gl.host.01"):
        assert "changed or brought" in visitor.get(f"{SYSTEM}/control/{row}").text
    own = visitor.get(f"{SYSTEM}/control/gl.host.01").text
    assert "The &lt;i&gt;line&lt;/i&gt; is there <code>gl.app.line</code>" in own
    assert "changed or brought" not in visitor.get(f"{SYSTEM}/control/l3.risk.02").text
