"""The daemon's own work that only some hosts need: loaded where it is needed, to stay small."""

from collections.abc import Callable, Mapping

from agent.daemon.app import App
from agent.daemon.children import Children
from agent.daemon.jobs import ASK, LOOK, SUSPICION, TEXTS, WATCH


def of_some_hosts(children: Children) -> Mapping[str, Callable[[App], None]]:
    """By the job's name."""

    def watch_places(within: App) -> None:
        from agent.daemon.work.sites import site_watch

        site_watch.watch(within, children)

    def suspicions(within: App) -> None:
        from agent.daemon.work.integrity import suspicion_due

        suspicion_due.watch(within, children)

    return {
        "site_watch": watch_places,
        SUSPICION: suspicions,
        LOOK: _look_here,
        ASK: _ask_all,
        TEXTS: _texts,
        WATCH: _mail,
    }


def _look_here(within: App) -> None:
    from agent.daemon.work.sites import janitor_job

    janitor_job.look_here(within)


def _ask_all(within: App) -> None:
    from agent.daemon.work.sites import janitor_job

    janitor_job.ask_all(within)


def _mail(within: App) -> None:
    from agent.daemon.work.notify_job import watch_and_mail

    watch_and_mail(within)


def _texts(within: App) -> None:
    from agent.daemon.work.integrity.texts_job import keep_new_texts

    keep_new_texts(within)
