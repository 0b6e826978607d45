"""What a suspicion says to the controller, with what was done about it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from agent.config.model import Watched
from agent.daemon.work.integrity.event_names import USER, WATCHED, Telling, by
from agent.integrity.disclosure import disclosed_path, disclosed_root
from agent.integrity.ransom.suspicion import Suspicion as Suspected
from wire.integrity_messages import Suspicion


@dataclass(frozen=True, slots=True)
class Answer:
    """What was done about a suspicion so far."""

    held: bool | None = None
    last_clean_at: datetime | None = None
    playbook: str = ""
    run_id: str = ""
    dismissed_by: str = ""  # the account of who says that it is none; empty: it is open


def suspicion_statement(
    telling: Telling, watched: Watched, suspected: Suspected, answer: Answer
) -> Suspicion:
    samples = dict.fromkeys(disclosed_path(watched, path) for path in suspected.samples)
    by_whom, dismissed_by = by(telling, watched, suspected.who), answer.dismissed_by
    return Suspicion(
        id=suspected.id,
        watched=telling.names.of(WATCHED, suspected.watched),
        names=watched.names,
        at=suspected.at,
        since=suspected.since,
        reasons=tuple(reason.value for reason in suspected.reasons),
        files=suspected.files,
        path=disclosed_root(watched),
        paths=tuple(path for path in samples if path),
        user=by_whom.user,
        user_name=by_whom.name,
        program=by_whom.program,
        client=by_whom.client,
        who_known=by_whom.user is not None,
        held=answer.held,
        last_clean_at=answer.last_clean_at,
        playbook=answer.playbook,
        run_id=answer.run_id,
        state="dismissed" if dismissed_by else "open",
        person=telling.names.of(USER, dismissed_by) if dismissed_by else None,
    )
