"""The controller calls every check as the agent does, in both languages."""

import pytest

from agent.checks.catalogue import CHECK_BY_ID
from controller.library import check_titles
from tests.contract.shelf import catalogues
from tests.texts.in_language import in_language
from texts.catalogue import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_of_every_catalogue_has_a_title(language: str) -> None:
    named = {check for book in catalogues() for check in book.controls_of_check()}
    titles = check_titles()
    assert named
    assert [check for check in sorted(named) if not in_language(titles[check], language)] == []


def test_no_title_is_the_same_in_both_languages() -> None:
    titles = check_titles()
    untranslated = [
        check
        for check, title in titles.items()
        if in_language(title, "vi") == in_language(title, "en")
    ]
    assert untranslated == []


def test_a_title_is_the_one_that_the_agent_shows() -> None:
    assert check_titles() == {check.id: check.title for check in CHECK_BY_ID.values()}
