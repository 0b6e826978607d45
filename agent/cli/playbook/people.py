"""Who answers a playbook's person steps: the person at this terminal, or a rehearsal."""

import getpass
import sys

import click

from agent.playbooks.model import Decide, Notify, Person, Step
from agent.playbooks.run import Reply
from texts.catalogue import language, tr
from texts.shell import note
from wire.text import N_


class Demo:
    """A rehearsal without people: it says so in every step that it answers."""

    by = "demo"
    present = True

    def answer(self, step: Person | Decide) -> Reply:
        return Reply(
            done=True, by=self.by, choice=step.rehearse_with if isinstance(step, Decide) else ""
        )

    def hear(self, step: Step) -> None:
        _announce(step)


class Terminal:
    """A person who reads and answers here."""

    by = "person"

    @property
    def present(self) -> bool:
        return sys.stdin.isatty()

    def answer(self, step: Person | Decide) -> Reply:
        person = getpass.getuser()
        if isinstance(step, Person):
            note(f"   {step.instruction.spoken(language())}")
            done = click.confirm(tr(N_("   Is it done?")), default=None, err=True)
            return Reply(done=done, by=self.by, person=person)
        note(f"   {step.question.spoken(language())}")
        for number, option in enumerate(step.options, start=1):
            note(f"   {number}. {option.title.spoken(language())}")
        numbers = click.IntRange(1, len(step.options))
        chosen = click.prompt(tr(N_("   Your choice")), type=numbers, err=True)
        return Reply(done=True, by=self.by, choice=step.options[chosen - 1].answer, person=person)

    def hear(self, step: Step) -> None:
        _announce(step)


def _announce(step: Step) -> None:
    note(f"→ {step.title.spoken(language())}")
    if isinstance(step, Notify):
        note(f"   {step.message.spoken(language())}")
