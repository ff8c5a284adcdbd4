"""Perception from pictures: materials, things, inventory, own place, own ledger, against the game's state."""

import numpy as np
import pytest

from peam.benchmarks.crafter_eyes import run
from peam.errors import SimError
from peam.sims.crafter.chart import Chart
from peam.sims.crafter.eyes import OPEN, daylight, see
from peam.sims.crafter.game import ACTIONS, Game


def test_the_light_is_the_games():
    game = Game()
    game.begin(1)
    for _ in range(250):
        game._player.health = 9
        game.act(0)
        assert daylight(game.steps) == pytest.approx(game._world.daylight, abs=1e-12)


def test_decoded_cells_are_right_by_day_and_nearly_all_told_at_night():
    counts = run((5000,), steps=300)
    assert {"day near", "day far", "dusk near", "dark near", "dark far"} <= set(counts)
    for group, found in counts.items():
        assert found["wrong"] == 0 and found["invented"] == 0, group
        if "far" not in group or group.startswith("day"):
            assert found["open"] == 0 and found["missed"] == 0, group
    assert 0 < counts["dark far"]["open"] < 0.2 * counts["dark far"]["cells"]


def test_a_sleepers_picture_tells_the_inventory_alone():
    game = Game()
    game.begin(3)
    game._player.inventory.update(energy=5, coal=7)
    game.act(ACTIONS.index("sleep"))
    view = see(game.picture(), game.steps)
    assert view.asleep and view.facing is None and (view.materials == OPEN).all()
    assert view.inventory["coal"] == 7 and view.inventory["energy"] == 5


def test_a_picture_that_is_not_crafters_is_refused():
    with pytest.raises(SimError, match="must be"):
        see(np.zeros((32, 32, 3), np.uint8), 0)
    with pytest.raises(SimError, match="no number that Crafter draws for health"):
        see(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8), 0)


@pytest.mark.parametrize("seed", [7, 8])
def test_the_chart_keeps_place_map_and_ledger_by_itself(seed):
    game, chart, rng = Game(), Chart(), np.random.default_rng(seed)
    game.begin(seed)
    game._player.inventory.update(wood=5, sapling=2, stone=5)
    chart.begin(see(game.picture(), 0))
    for step in range(400):
        game._player.health = 9
        action = int(rng.integers(17)) if step % 3 else int(rng.integers(5))
        game.act(action)
        if game.over:  # into lava
            break
        chart.update(ACTIONS[action], see(game.picture(), game.steps))
        assert chart.place == tuple(game._player.pos)
    told = (chart.ground != OPEN) & (chart.looked >= chart.step - 50)  # what is out of sight may change
    assert told.sum() > 100 and (chart.ground[told] == game._world._mat_map[told].astype(int) - 1).all()
    assert chart.noted == {name: n for name, n in game.achievements().items() if n}
