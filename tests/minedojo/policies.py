"""Scripted ways to finish a MineDojo task by its own actions, for the real client and the wrapper alike.

`step` takes MineDojo's eight integers and returns (observation, reward, done, info).
"""

import numpy as np

from peam.sims.voxel import building
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.minedojo_compat.tables import CRAFT_INDEX

FLOOR = 70
USE, DROP, ATTACK, CRAFT, EQUIP, PLACE, DESTROY = range(1, 8)


def act(move=0, left=0, pose=0, pitch=12, yaw=12, verb=0, craft=0, slot=0):
    argument = CRAFT_INDEX[craft] if isinstance(craft, str) else craft
    return [move, left, pose, pitch, yaw, verb, argument, slot]


def arena(game, blocks=(), radius=12):
    """A flat stone floor with nobody on it; the agent in the middle looks level to +z.

    Args:
        game: Game to change.
        blocks: (dx, dy, dz, name) relative to the feet.
        radius: Of the floor, blocks.
    """
    x, z = (int(np.floor(v)) for v in game.body[[ph.X, ph.Z]])
    for dx in range(-radius, radius + 1):
        for dz in range(-radius, radius + 1):
            game.world.set(x + dx, FLOOR - 1, z + dz, ID["stone"])
            for y in range(FLOOR, FLOOR + 14):
                if game.world.get(x + dx, y, z + dz):
                    game.world.set(x + dx, y, z + dz, 0)
    game.body[:] = 0
    game.body[:3] = x + 0.5, FLOOR, z + 0.5
    game.body[ph.GROUND] = 1
    for row in range(game.entities.rows):
        game.entities.remove(row)
    for dx, dy, dz, name in blocks:
        building.put(game, (x + dx, FLOOR + dy, z + dz), ID[name])


LOG_AHEAD = [(0, 1, 1, "oak_log")]
THREE_LOGS = [(0, 1, 1, "oak_log"), (0, 1, 2, "oak_log"), (0, 1, 3, "oak_log")]


def held(obs, name):
    names, counts = obs["inventory"]["name"], obs["inventory"]["quantity"]
    return int(counts[names == name].sum())


def slot_of(obs, name):
    return obs["inventory"]["name"].tolist().index(name)


def harvest_log(step):
    """Digs the log ahead and walks over what drops. Returns (all rewards, done, last observation)."""
    rewards = []
    for action in [act(verb=ATTACK)] * 62 + [act(move=1)] * 40:
        obs, reward, done, _ = step(action)
        rewards.append(reward)
        if done:
            break
    return rewards, done, obs


def fight(step, most=900):
    """Turns on the spot and strikes until the task is done."""
    rewards = []
    for tick in range(most):
        obs, reward, done, _ = step(act(yaw=13, verb=ATTACK if tick % 2 else 0))
        rewards.append(reward)
        if done:
            break
    return rewards, done, obs


def wooden_pickaxe(step):
    """From three logs ahead to a wooden pickaxe that has dug a stone."""
    rewards, log = [], []

    def do(action, times=1):
        for _ in range(times):
            out = step(action)
            rewards.append(out[1])
            log.append(out[0])
        return out

    for _ in range(3):
        do(act(verb=ATTACK), 66)
        do(act(move=1), 12)
    obs = do(act(move=1), 20)[0]
    assert held(obs, "log") == 3
    for name in ("planks", "planks", "planks", "stick", "crafting_table"):
        obs = do(act(verb=CRAFT, craft=name))[0]
    obs = do(act(pitch=15))[0]
    obs = do(act(verb=PLACE, slot=slot_of(obs, "crafting table")))[0]
    assert obs["nearby_tools"]["table"] and obs["masks"]["craft_smelt"][CRAFT_INDEX["wooden_pickaxe"]]
    obs = do(act(verb=CRAFT, craft="wooden_pickaxe"))[0]
    assert obs["delta_inv"]["inc_name_by_craft"].tolist() == ["wooden_pickaxe"]
    do(act(verb=EQUIP, slot=slot_of(obs, "wooden pickaxe")))
    do(act(yaw=24, pitch=13))
    for _ in range(60):
        obs, _, done, _ = do(act(verb=ATTACK))
        if done:
            break
    return rewards, done, obs
