"""`lachan-agent integrity head`: the heads of this host's chains, to be kept on paper."""

from collections.abc import Sequence
from typing import Any

import click

from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon.app import App, open_app
from agent.daemon.work.integrity import heads_job
from agent.daemon.work.integrity.heads_job import Answer, ChainState, Trouble
from texts.catalogue import tr
from texts.moments import show_moment
from texts.shell import emit_json, note, say, table, worst_code
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.heads import Chain, PaperHead, parse_head
from wire.text import N_
from wire.verdicts import CheckVerdict

_SCHEMA = "lachan.integrity-head/1"
_CHAINS = {
    Chain.BASELINES: N_("approvals of baselines"),
    Chain.EVENTS: N_("changes of watched files"),
    Chain.STATEMENTS: N_("sealed statements"),
    Chain.SUSPICIONS: N_("suspicions of ransomware"),
}
_TROUBLES = {
    Trouble.NONE: N_("holds"),
    Trouble.CHANGED: N_("CHANGED: not as this agent stored it"),
    Trouble.ROLLED_BACK: N_("ROLLED BACK: older than another chain knows"),
    Trouble.UNREADABLE: N_("cannot be read now"),
}
_ANSWERS = {
    Answer.HOLDS: N_("{head}: holds. The chain goes through it, nothing before it was changed."),
    Answer.CHANGED: N_("{head}: CHANGED. At this number stands something else here."),
    Answer.ROLLED_BACK: N_("{head}: ROLLED BACK. The chain does not reach this number any more."),
    Answer.FORGOTTEN: N_(
        "{head}: not kept here any more. Compare it with what the controller has of this host."
    ),
}
_CODES = {
    Answer.HOLDS: GOOD,
    Answer.CHANGED: WRONG,
    Answer.ROLLED_BACK: WRONG,
    Answer.FORGOTTEN: UNDECIDED,
}
_VERDICTS = {GOOD: CheckVerdict.PASS, WRONG: CheckVerdict.FAIL, UNDECIDED: CheckVerdict.UNKNOWN}


@click.command(
    "head", help=N_("Print the heads of this host's chains for your paper, or check one.")
)
@click.option(
    "--verify",
    "typed",
    default="",
    metavar="HEAD",
    help=N_("Check a head that was printed before, and everything up to it."),
)
@click.pass_obj
def command(options: Options, typed: str) -> int:
    app = open_app(options.home)
    try:
        return _verify(app, options, parse_head(typed)) if typed else _print(app, options)
    finally:
        app.close()


def show_troubles(states: Sequence[ChainState]) -> None:
    """Below a scan: chains that do not hold."""
    for state in states:
        if state.trouble:
            chain, trouble = tr(_CHAINS[state.chain]), tr(_TROUBLES[state.trouble])
            note(tr(N_("Chain of {chain}: {trouble}."), chain=chain, trouble=trouble))


def chains_code(states: Sequence[ChainState]) -> int:
    return worst_code([_code_of(state) for state in states])


def chains_document(states: Sequence[ChainState]) -> list[dict[str, Any]]:
    return [_described(state) for state in states]


def _print(app: App, options: Options) -> int:
    states = heads_job.states(app)
    code = chains_code(states)
    if options.json:
        emit_json(_document(app, code, heads=chains_document(states)))
    else:
        _show(app, states)
    return code


def _show(app: App, states: Sequence[ChainState]) -> None:
    at = show_moment(app.clock.now())
    say(tr(N_("Heads of {host} at {at}:"), host=app.identity.host, at=at))
    heads = (tr(N_("Chain")), tr(N_("Head")), tr(N_("Now")))
    table(
        heads,
        [
            (tr(_CHAINS[state.chain]), str(state.head or "-"), tr(_TROUBLES[state.trouble]))
            for state in states
        ],
    )
    say(tr(N_("Print or write them down, with the date, and keep them away from this server.")))
    say(tr(N_("To compare later: lachan-agent integrity head --verify HEAD")))
    if any(state.trouble in (Trouble.CHANGED, Trouble.ROLLED_BACK) for state in states):
        words = N_(
            "Keep a copy of the state folder, find out who had access to it, and compare with the"
            " controller before you make a new baseline."
        )
        note(tr(words))


def _verify(app: App, options: Options, head: PaperHead) -> int:
    answer = heads_job.verify(app, head)
    code = _CODES[answer]
    if options.json:
        emit_json(_document(app, code, head=str(head), answer=answer.value))
    else:
        say(tr(_ANSWERS[answer], head=str(head)))
    return code


def _code_of(state: ChainState) -> int:
    if state.trouble is Trouble.NONE:
        return GOOD
    return UNDECIDED if state.trouble is Trouble.UNREADABLE else WRONG


def _described(state: ChainState) -> dict[str, Any]:
    return {
        "chain": state.chain.name.lower(),
        "head": str(state.head or ""),
        "number": state.number,
        "trouble": state.trouble.value,
    }


def _document(app: App, code: int, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    return document(_SCHEMA, app.clock.now(), _VERDICTS[code], **fields)
