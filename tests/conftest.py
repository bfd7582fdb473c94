"""How deep the proof goes: `make test` for every commit, `make prove` for the long variants."""

import os

import pytest
from hypothesis import HealthCheck, settings

PROVE = os.environ.get("SEALED_INTAKE_PROVE") == "1"

# Two cores are shared by browsers, servers and Argon2: no example is judged by its time.
settings.register_profile("test", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("prove", settings.get_profile("test"), max_examples=5_000)
settings.load_profile("prove" if PROVE else "test")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves the long variants to `make prove`."""
    if PROVE:
        return
    for item in items:
        if item.get_closest_marker("prove"):
            item.add_marker(pytest.mark.skip(reason="runs in make prove"))
