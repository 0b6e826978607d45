"""`lachan-controller`: the table of commands; each is loaded only when it is called."""

import os
import sys
from typing import NoReturn

from controller.cli.options import options_of
from texts.catalogue import language_from
from texts.commands import LazyGroup, program
from texts.shell import run_program, speak
from wire.text import N_

NAME = "lachan-controller"

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("controller.cli.init", N_("Make a new controller: keys, certificates, log.")),
    "serve": ("controller.cli.serve", N_("Serve agents and people until stopped.")),
    "doctor": ("controller.cli.doctor", N_("Look for what would stop the controller.")),
    "facility": ("controller.cli.facility", N_("Facilities of the province.")),
    "system": ("controller.cli.system", N_("Information systems and their levels.")),
    "token": ("controller.cli.token", N_("Single-use tokens by which servers join.")),
    "agent": ("controller.cli.agent", N_("Enrolled servers.")),
    "user": ("controller.cli.user", N_("People who may log in.")),
    "policy": ("controller.cli.policy", N_("Catalogues of controls.")),
    "score": ("controller.cli.score", N_("Score systems against their catalogue.")),
    "attestation": (
        "controller.cli.attestation",
        N_("Documents that prove what no program can look at."),
    ),
    "exception": (
        "controller.cli.exception",
        N_("Waivers, and rows declared not to apply, by two people."),
    ),
    "drill": ("controller.cli.drill", N_("Order drills and see what became of them.")),
    "export": ("controller.cli.export", N_("Hand out evidence that verifies offline.")),
    "db": ("controller.cli.db", N_("The database's version.")),
}


def root_command() -> LazyGroup:
    summary = N_("Keep, score and show the evidence of a province.")
    return program(NAME, summary, COMMANDS, options_of, "LACHAN_HOME")


def main() -> NoReturn:
    speak(language_from(sys.argv[1:], dict(os.environ)))
    run_program(root_command(), NAME)
