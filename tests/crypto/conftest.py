"""What the tests of the formats share: the same code in the browser's language."""

from collections.abc import Iterator

import pytest

from tests.twin import Twin


@pytest.fixture(scope="session")
def twin() -> Iterator[Twin]:
    """The browser's code, started once for all tests of a worker."""
    with Twin() as started:
        yield started
