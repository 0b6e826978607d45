"""Every catalogue is read once for all tests of this folder."""

import pytest

from compliance.catalogue import Catalogue
from tests.policies.shipped import LEVELS, catalogue_of


@pytest.fixture(scope="session")
def books() -> dict[int, Catalogue]:
    return {level: catalogue_of(level) for level in LEVELS}
