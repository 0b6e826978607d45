"""What the single checks promise, as the controller reads it, made from the agent's catalogue.

python -m tests.agent.checks.single_titles      # after a single check came, went or was renamed
"""

import json
from pathlib import Path

from agent.checks.catalogue import SINGLES

FILE = Path(__file__).parents[3] / "policies" / "single-checks.json"


def text() -> str:
    """Check id -> message id of its title, in the order of the ids."""
    titles = {check.id: check.title for check in SINGLES}
    return json.dumps(titles, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
