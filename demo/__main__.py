"""Command line of the demonstration."""

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import click

from demo.stage import Stage, measure, require_room
from demo.steps import STEPS, Story, start_agent
from demo.summary import summarise
from demo.unprivileged import run_again
from texts.catalogue import language, language_from, tr
from texts.moments import show_bytes, show_count, show_duration
from texts.shell import run_program, say, speak
from wire.text import N_


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


@click.command(help=N_("Show the whole product on this machine; FOLDER is only read."))
@click.argument(
    "folder",
    type=click.Path(path_type=Path, readable=False),  # `measure` says more about it
    default=Path("/usr/share/doc"),
)
@click.option("--once", is_flag=True, help=N_("End after the summary."))
@click.option("--lang", type=click.Choice(["vi", "en"]), help=N_("Language of every text."))
@click.option("--home", type=click.Path(path_type=Path), hidden=True)
def command(folder: Path, once: bool, lang: str | None, home: Path | None) -> int:  # noqa: FBT001
    folder = folder.absolute()
    if os.geteuid() == 0:
        words = [str(folder), *(["--once"] if once else []), "--lang", lang or language()]
        return run_again(words)
    stays = not once and sys.stdout.isatty()
    if home is not None:
        return _perform(home, folder, stays=stays)
    home = Path(tempfile.mkdtemp(prefix="lachan-demo."))
    try:
        return _perform(home, folder, stays=stays)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _perform(home: Path, folder: Path, *, stays: bool) -> int:
    os.environ["TMPDIR"] = str(home / "tmp")
    (home / "tmp").mkdir()
    files, size = measure(folder)
    needed, free = require_room(home, size)
    say(
        tr(
            N_("{folder}: {files} files, {size}. Needs {needed} in {home}; {free} is free."),
            folder=folder,
            files=show_count(files),
            size=show_bytes(size),
            needed=show_bytes(needed),
            home=home,
            free=show_bytes(free),
        )
    )
    for ending in (signal.SIGTERM, signal.SIGHUP):  # HUP: its terminal was closed
        signal.signal(ending, _stop)
    stage = Stage(home, folder, language())
    try:
        return _play(Story(stage), stays=stays)
    finally:
        stage.close()


def _play(story: Story, *, stays: bool) -> int:
    begun = time.monotonic()
    for number, (title, step) in enumerate(STEPS, 1):
        say(f"[{number:2}/{len(STEPS)}] {tr(title)} …")
        at = time.monotonic()
        step(story)
        say(f"        {show_duration(time.monotonic() - at)}")
    if stays:
        start_agent(story)
    summarise(story, time.monotonic() - begun)
    if stays:
        say(
            tr(
                N_("Everything keeps running. Ctrl-C ends it and removes {home}."),
                home=story.stage.home,
            )
        )
        _wait()
    return 0


def _wait() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        say()


if __name__ == "__main__":
    speak(language_from(sys.argv[1:], dict(os.environ)))
    run_program(command, "script/demo")
