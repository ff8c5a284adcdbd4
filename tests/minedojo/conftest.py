import os

import pytest

from peam.errors import SimError
from peam.sims.minedojo.client import VARIABLE, MineDojoProcess, interpreter
from peam.sims.minedojo.standin import StandIn


@pytest.fixture(scope="module")
def real():
    """The unmodified client, talking to a stand-in: (call, server, what to do with each new mission)."""
    try:
        interpreter()
    except SimError as error:
        if os.environ.get(VARIABLE):
            raise
        pytest.skip(str(error))
    hooks = []
    server = StandIn(on_start=lambda avatar: [hook(avatar) for hook in hooks])
    with server, MineDojoProcess() as process:
        yield process.call, server, hooks
