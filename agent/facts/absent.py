"""A subject that is certainly not on this machine, with the evidence for it."""

from agent.errors import AgentError
from agent.host import Host, present
from wire.text import N_


class SubjectAbsentError(AgentError):
    """There is nothing to judge; the checks that need it answer NOT_APPLICABLE.

    `reason` is a code: not_installed | not_used
    """

    message = N_("There is nothing to look at: {evidence}.")

    def __init__(self, reason: str, evidence: str) -> None:
        super().__init__(reason=reason, evidence=evidence)
        self.reason = reason
        self.evidence = evidence


def require_one_of(host: Host, *paths: str) -> None:
    """Raise when none of the program's usual places holds it."""
    if not any(present(host, path) for path in paths):
        raise SubjectAbsentError("not_installed", ", ".join(f"no {path}" for path in paths))
