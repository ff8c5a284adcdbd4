import os

import pytest

from peam.errors import SimError
from peam.sims.minedojo.client import VARIABLE, MineDojoProcess, interpreter
from peam.sims.minedojo.standin import StandIn


@pytest.fixture(scope="package")
def server():
    """A stand-in, and what it does with each new mission: (server, hooks)."""
    try:
        interpreter()
    except SimError as error:
        if os.environ.get(VARIABLE):
            raise
        pytest.skip(str(error))
    hooks = []
    with StandIn(on_start=lambda avatar: [hook(avatar) for hook in hooks]) as running:
        yield running, hooks


@pytest.fixture(scope="package")
def real(server):
    """The unmodified client, talking to the stand-in: (call, server, hooks)."""
    with MineDojoProcess() as process:
        yield process.call, *server
