"""How often the decoder of Crafter's pictures is right, by light and by place in the picture.

`python -m peam.benchmarks.crafter_eyes --seeds 5000-5019`. The truth is the game's own map, which no agent
sees. A random walk; wounds are healed and saplings given, so that nights and plants are reached.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from peam.benchmarks.crafter22 import parse_seeds
from peam.errors import PeamError
from peam.sims.crafter.eyes import ACROSS, DOWN, MIDDLE, OPEN, daylight, see
from peam.sims.crafter.game import Game
from peam.sims.crafter.templates import MATERIALS

STEPS = 600  # two days
EVERY = 5
SLEEP = 6  # index of the action that is left out: a sleeper's picture is not decoded


def run(seeds: Sequence[int] = tuple(range(5000, 5020)), steps: int = STEPS) -> dict[str, Any]:
    """Returns counts by light ("day" from 0.5, "dusk" above 0.15, "dark") and place ("near": 3 x 3)."""
    counts: Counter[tuple[str, str]] = Counter()
    for seed in seeds:
        game, rng = Game(), np.random.default_rng(seed)
        game.begin(seed)
        for step in range(steps):
            action = int(rng.integers(17)) if step % 3 else int(rng.integers(5))
            _help(game, step)
            game.act(0 if action == SLEEP else action)
            if game.over:
                break
            if step % EVERY == 0:
                counts.update(compare(game))
    groups = sorted({group for group, _ in counts})
    return {group: {what: n for (g, what), n in sorted(counts.items()) if g == group} for group in groups}


def _help(game: Game, step: int) -> None:
    game._player.inventory.update(health=9, food=9, drink=9, energy=9)
    if step % 150 == 0:
        game._player.inventory["sapling"] = 3


def compare(game: Game) -> Counter[tuple[str, str]]:
    """Compares one picture with the game's map: cells, open, wrong; things, missed, invented."""
    view, light = see(game.picture(), game.steps), daylight(game.steps)
    hour = "day" if light >= 0.5 else "dusk" if light > 0.15 else "dark"
    px, py = (int(v) for v in game._player.pos)
    counts: Counter[tuple[str, str]] = Counter()
    for x in range(ACROSS):
        for y in range(DOWN):
            near = abs(x - MIDDLE[0]) <= 1 and abs(y - MIDDLE[1]) <= 1
            group = f"{hour} {'near' if near else 'far'}"
            material, thing = game._world[(px + x - MIDDLE[0], py + y - MIDDLE[1])]
            told = int(view.materials[x, y])
            counts[group, "cells"] += 1
            counts[group, "open"] += told == OPEN
            counts[group, "wrong"] += told not in (OPEN, MATERIALS.index(material or "edge"))
            if (x, y) == MIDDLE:
                continue
            name = type(thing).__name__.lower() if thing else ""
            seen = view.things.get((x, y), "").partition("-")[0]
            counts[group, "things"] += bool(name)
            counts[group, "missed"] += bool(name) and seen != name
            counts[group, "invented"] += bool(seen) and seen != name
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", default="5000-5019")
    args = parser.parse_args()
    try:
        print(json.dumps(run(parse_seeds(args.seeds)), indent=1))
    except PeamError as error:
        parser.exit(2, f"crafter_eyes: {error}\n")


if __name__ == "__main__":
    main()
