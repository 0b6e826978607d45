"""The controller knows what single checks promise from data that is the agent's own."""

from tests.agent.checks import single_titles


def test_the_published_titles_are_those_of_the_single_checks() -> None:
    """After a change: python -m tests.agent.checks.single_titles."""
    assert single_titles.FILE.read_text() == single_titles.text()
