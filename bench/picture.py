"""Takes the pictures of the pages: runs the demonstration's steps, then looks with Chromium.

.venv/bin/python -m bench.picture docs/images/system.png     the README's picture
.venv/bin/python -m bench.picture --all FOLDER                every page, wide and narrow
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from demo.facility import FACILITY, SYSTEM
from demo.stage import Stage
from demo.steps import STEPS, Story

PASSWORD = os.urandom(16).hex()  # of a province that lives for a minute
SIZE = (1280, 900)
NARROW = (400, 900)
FOLDER = Path("/usr/share/doc/python3")
_PLACE = f"/facility/{FACILITY}"
PAGES = {
    "province": "/",
    "facility": _PLACE,
    "system": f"{_PLACE}/system/{SYSTEM}",
    "not-met": f"{_PLACE}/system/{SYSTEM}?state=not_met",
    "backups": f"{_PLACE}/backups",
    "drills": f"{_PLACE}/drills",
    "alerts": "/alerts",
    "log": "/log",
    "item": "/log/20",
    "missing": "/nothing",
}
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--all", action="store_true", help="every page into a folder")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="what the demonstration reads")
    words = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="lachan-picture."))
    stage = Stage(home, words.folder, "vi")
    try:
        link = _perform(Story(stage))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=list(_FLAGS)
            )
            _look(browser, link, words.target, everything=words.all)
            browser.close()
    finally:
        stage.close()
        shutil.rmtree(home, ignore_errors=True)


def _perform(story: Story) -> str:
    for title, step in STEPS:
        print(title, flush=True)
        step(story)
    return str(story.found["province"]["link"])


def _look(browser: Browser, link: str, target: Path, *, everything: bool) -> None:
    url, _, secret = link.partition("/welcome/")
    context = browser.new_context(
        ignore_https_errors=True, viewport={"width": SIZE[0], "height": SIZE[1]}, locale="vi"
    )
    page = context.new_page()
    page.goto(f"{url}/welcome/{secret}")
    if everything:
        target.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target / "welcome.png")
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(url + "/")
    if not everything:
        target.parent.mkdir(parents=True, exist_ok=True)
        page.goto(url + PAGES["not-met"])
        page.screenshot(path=target)
        return
    for language in ("vi", "en"):
        page.goto(f"{url}/language/{language}?back=/")
        for width, height in (SIZE, NARROW):
            page.set_viewport_size({"width": width, "height": height})
            for name, address in PAGES.items():
                page.goto(url + address)
                page.screenshot(path=target / f"{name}-{language}-{width}.png")


if __name__ == "__main__":
    main()
