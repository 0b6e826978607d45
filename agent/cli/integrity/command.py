"""`lachan-agent integrity`: the table of its commands; the watching process loads only its own."""

from agent.cli.options import options_of
from texts.commands import LazyGroup
from wire.text import N_

COMMANDS: dict[str, tuple[str, str]] = {
    "baseline": (
        "agent.cli.integrity.baseline",
        N_("Approve the present state of the watched paths."),
    ),
    "scan": (
        "agent.cli.integrity.scan",
        N_("Compare the watched paths with their baselines."),
    ),
    "accept": ("agent.cli.integrity.accept", N_("Approve the changes that a scan has shown.")),
    "events": ("agent.cli.integrity.events", N_("What happened: when, what, by whom, and why.")),
    "diff": ("agent.cli.integrity.diff", N_("What is different inside a small text file.")),
    "suspicions": (
        "agent.cli.integrity.suspicions",
        N_("What looks like an attack on files, and what was done."),
    ),
    "canaries": (
        "agent.cli.integrity.canaries",
        N_("The agent's own files in the watched folders (canaries)."),
    ),
    "watch": ("agent.cli.integrity.watch", N_("Tell what changes while it happens.")),
    "head": ("agent.cli.integrity.head", N_("The heads of this host's chains, for paper.")),
}
command = LazyGroup(COMMANDS, options_of, N_("Notice what changed in the watched folders."))
