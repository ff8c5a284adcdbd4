"""The unmodified minedojo 0.1 client against the stand-in. Skipped where its environment is not there."""

from itertools import chain

import numpy as np
import pytest

from peam.sims.voxel.minedojo_compat import make
from peam.sims.voxel.minedojo_compat.spaces import flat
from tests.minedojo import policies
from tests.minedojo.policies import ATTACK, CRAFT, DESTROY, DROP, EQUIP, LOG_AHEAD, PLACE, THREE_LOGS, act

SIZE = (32, 48)
KIT = [
    {"slot": 0, "name": "log", "variant": 2, "quantity": 8},
    {"slot": 1, "name": "crafting_table", "variant": 0, "quantity": 1},
    {"slot": 2, "name": "furnace", "variant": 0, "quantity": 1},
    {"slot": 3, "name": "iron_ore", "variant": 0, "quantity": 3},
    {"slot": 9, "name": "coal", "variant": 1, "quantity": 2},
    {"slot": "head", "name": "iron_helmet", "variant": 0, "quantity": 1},
    {"slot": 35, "name": "iron_boots", "variant": 0, "quantity": 1},
]


def begin(real, task, hook=None, **options):
    """Makes the task at the real client, on the stand-in; returns its step."""
    call, server, hooks = real
    hooks[:] = [hook] if hook else []
    call("make", task_id=task, options={"image_size": list(SIZE), "seed": 1, **options}, port=server.port)
    first = call("reset")["obs"]

    def step(action):
        out = call("step", action=[int(value) for value in action])
        return out["obs"], out["reward"], out["done"], out["info"]

    return step, first


def differences(ours, theirs):
    """Names the leaves in which two observations differ, in value, shape or type."""
    a, b = flat(ours), flat(theirs)
    wrong = sorted(set(a) ^ set(b))
    for key in sorted(set(a) & set(b)):
        one, two = np.asarray(a[key]), np.asarray(b[key])
        same = one.dtype.kind == two.dtype.kind and one.dtype.itemsize == two.dtype.itemsize
        text = one.dtype.kind == two.dtype.kind == "U"
        if one.shape != two.shape or not (same or text) or not np.array_equal(one, two):
            wrong.append(key)
    return wrong


SCRIPT = [
    act(pitch=14),
    act(verb=CRAFT, craft="planks"),
    act(verb=CRAFT, craft="planks"),
    act(verb=CRAFT, craft="stick"),
    act(verb=PLACE, slot=1),
    act(verb=CRAFT, craft="wooden_pickaxe"),
    act(yaw=15),
    act(verb=PLACE, slot=2),
    act(verb=CRAFT, craft="iron_ingot"),
    act(verb=CRAFT, craft="coal"),
    act(verb=EQUIP, slot=35),
    act(verb=EQUIP, slot=9),
    act(verb=DESTROY, slot=3),
    act(verb=DROP),
    act(move=1, pose=1, verb=ATTACK),
    act(move=2, left=1, pose=3, pitch=9, yaw=20),
    act(left=2, pose=2),
]


def walk(ours, rng, steps):
    """Random actions that name no empty slot."""
    for _ in range(steps):
        action = ours.action_space.sample(rng)
        filled = np.flatnonzero(ours.prev_obs["inventory"]["name"] != "air")
        action[7] = rng.choice(filled) if len(filled) else 0
        if not len(filled) and action[5] in (EQUIP, PLACE, DESTROY):
            action[5] = 0
        yield action.tolist()


def test_the_wrapper_gives_what_the_client_makes_of_the_standin(real):
    options = {
        "world_seed": "5",
        "fast_reset": True,
        "fast_reset_random_teleport_range": 40,
        "use_voxel": True,
        "voxel_size": {"xmin": -2, "xmax": 1, "ymin": -1, "ymax": 2, "zmin": 0, "zmax": 3},
        "use_lidar": True,
        "lidar_rays": [(0.0, 0.0, 10.0), (-0.3, 0.4, 6.0)],
        "start_time": 6000,
    }
    step, theirs = begin(real, "open-ended", initial_inventory=KIT, **options)
    ours = make(
        "open-ended",
        image_size=SIZE,
        seed=1,
        initial_inventory={row["slot"]: {key: row[key] for key in row if key != "slot"} for row in KIT},
        **options,
    )
    assert differences(ours.reset(), theirs) == []
    rng, made = np.random.default_rng(3), set()
    for episode in range(2):
        for number, action in enumerate(chain(SCRIPT, walk(ours, rng, 40))):
            mine, real_out = ours.step(action), step(action)
            assert differences(mine[0], real_out[0]) == [], (episode, number, action)
            assert (mine[1], mine[2]) == (real_out[1], real_out[2])
            assert mine[3] == real_out[3], (episode, number)
            made |= set(mine[0]["delta_inv"]["inc_name_by_craft"].tolist())
        if episode == 0:
            assert {"planks", "stick", "wooden_pickaxe", "iron_ingot"} <= made
            assert differences(ours.reset(), real[0]("reset")["obs"]) == []


def test_the_client_finishes_a_harvest_task(real):
    step, obs = begin(real, "harvest_1_log", lambda avatar: policies.arena(avatar.game, LOG_AHEAD))
    assert obs["rgb"].shape == (3, *SIZE) and policies.held(obs, "log") == 0
    rewards, done, obs = policies.harvest_log(step)
    assert done and policies.held(obs, "log") == 1 and sum(rewards) == 1.0


def test_the_client_finishes_a_combat_task(real):
    task = "combat_zombie_plains_iron_armors_diamond_sword_shield"
    step, obs = begin(real, task, lambda avatar: policies.arena(avatar.game))
    assert obs["equipment"]["name"].tolist() == [
        "diamond sword",
        "iron boots",
        "iron leggings",
        "iron chestplate",
        "iron helmet",
        "shield",
    ]
    rewards, done, obs = policies.fight(step)
    assert done and rewards[-1] == 1.0 and sum(rewards) == 1.0


def test_the_client_finishes_a_techtree_task(real):
    task = "techtree_from_barehand_to_wooden_pickaxe"
    step, _ = begin(real, task, lambda avatar: policies.arena(avatar.game, THREE_LOGS))
    rewards, done, obs = policies.wooden_pickaxe(step)
    assert done and rewards[-1] == 10.0
    assert obs["equipment"]["name"][0] == "wooden pickaxe"


def test_the_client_refuses_what_the_wrapper_refuses(real):
    step, _ = begin(real, "harvest_1_log")
    with pytest.raises(Exception, match="ValueError"):
        step(act(verb=EQUIP, slot=4))
    ours = make("harvest_1_log", image_size=SIZE)
    ours.reset()
    with pytest.raises(Exception, match="slot 4 is empty"):
        ours.step(act(verb=EQUIP, slot=4))
