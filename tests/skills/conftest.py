import pytest

from peam.build import make_sim
from peam.config import Config, load_config
from peam.sims.base import Sim


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config(overrides=["sim.difficulty=peaceful"])


@pytest.fixture(scope="module")
def sim(config: Config) -> Sim:
    return make_sim(config)
