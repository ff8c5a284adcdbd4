"""Malformed actions, reset options and snapshots: always a clear SimError, and the game unchanged."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from peam.errors import SimError
from peam.sims.base import NOOP
from peam.sims.voxel import VoxelSim, snapshots
from peam.sims.voxel.game import NVEC
from peam.sims.voxel.items import ITEM_ID
from peam.sims.voxel.weather import Weather
from tests.sims.arena import CRAFT, act, arena, give, put, run

NAN = math.nan


def running():
    """A game with something of everything: furnace alight, creature, dropped stack, edits."""
    sim = arena(time=18000)
    give(sim, "raw_iron", 2)
    give(sim, "coal", 1)
    put(sim, 0, 0, 2, "furnace")
    sim.tick(act(verb=CRAFT, craft=sim.smelt_id("iron_ingot")))
    x, y, z = sim.body().position
    sim.game.entities.creature("zombie", (x + 3, y, z + 5))
    sim.game.drop(ITEM_ID["dirt"], 3, sim.body().cell)
    run(sim, act(move=1), 20)
    return sim


SIM = running()
STATE = SIM.snapshot()


def refused(call, *words):
    """The call must raise SimError, one line that holds the words, and leave the game as it was."""
    with pytest.raises(SimError) as caught:
        call()
    text = str(caught.value)
    assert "\n" not in text and all(word in text for word in words), text
    assert SIM.snapshot() == STATE


# -- actions -------------------------------------------------------------------------------------------------

NO_INTEGERS = [
    None,
    7,
    1.5,
    NAN,
    "abcdefgh",
    "00000000",
    object(),
    [0.0] * 8,
    [0.5] * 8,
    [NAN] * 8,
    [None] * 8,
    ["0"] * 8,
    [[0]] * 8,
    [1 + 0j] * 8,
    np.array(3),
    np.zeros(8),
    np.full(8, NAN),
    np.zeros(8, bool),
    np.zeros((8, 1), int),
    np.zeros((1, 8), int),
    np.zeros(8, "datetime64[s]"),
    dict.fromkeys(range(8), 0),
    dict.fromkeys(range(8), 0).values(),
    set(range(8)),
    iter([0] * 8),
]


@pytest.mark.parametrize("action", NO_INTEGERS, ids=lambda a: f"{type(a).__name__}-{str(a)[:12]!r}")
def test_what_is_not_integers_is_no_action(action):
    for take in (SIM.tick, SIM.step):
        refused(lambda take=take: take(action), "action", "8 integers")


@pytest.mark.parametrize("length", [0, 1, 7, 9, 100])
def test_an_action_has_eight_parts(length):
    for action in ([0] * length, np.zeros(length, np.int64)):
        refused(lambda action=action: SIM.step(action), "8 integers", f"has {length}")


@settings(deadline=None)
@given(st.integers(0, 7), st.one_of(st.integers(-(2**70), -1), st.integers(0, 2**70)), st.booleans())
def test_parts_out_of_range_are_named(place, value, array):
    assume(not 0 <= value < NVEC[place])
    action = [*NOOP]
    action[place] = value
    if array and abs(value) < 2**63:
        action = np.array(action)
    refused(lambda: SIM.step(action), f"action[{place}]", f"0..{NVEC[place] - 1}")


@settings(deadline=None)
@given(st.lists(st.one_of(st.integers(-2, 30), st.floats(), st.none(), st.text(max_size=2)), max_size=10))
def test_any_list_is_an_action_or_refused(values):
    fit = len(values) == 8 and all(
        isinstance(v, int) and 0 <= v < n for v, n in zip(values, NVEC, strict=False)
    )
    if fit:
        SIM.tick(values)
        SIM.restore(STATE)
    else:
        refused(lambda: SIM.tick(values), "action")


# -- reset options ------------------------------------------------------------------------------------------

FULL = {"dirt": 64 * 36}
BAD_OPTIONS = [
    (5, "mapping"),
    (["time"], "mapping"),
    ("time", "mapping"),
    ({"tim": 3}, "did you mean 'time'"),
    ({1: 2}, "unknown reset option '1'"),
    ({None: 2}, "unknown reset option 'None'"),
    *(({"time": v}, "'time'") for v in (None, "x", 1.0, NAN, -1, 24000, 10**30, True)),
    *(({"peaceful": v}, "'peaceful'") for v in ("no", None, 3, [1])),
    *(({"inventory": v}, "'inventory'") for v in (5, None, "dirt", ["dirt"], [["dirt", 1]])),
    *(({"inventory": {v: 1}}, "unknown item") for v in (3, None, "drit")),
    ({"inventory": {"oak_lo": 1}}, "did you mean 'oak_log'"),
    ({"inventory": {"air": 1}}, "air"),
    *(({"inventory": {"dirt": v}}, "positive integer") for v in (0, -1, 1.0, NAN, "1", None, True)),
    ({"inventory": {"dirt": 10**30}}, "fit"),
    ({"inventory": {"bow": 37}}, "fit"),
    *(({"hand": v}, "unknown item") for v in (None, 3, ["dirt"], "drit")),
    ({"inventory": FULL, "hand": "stick"}, "full inventory"),
    *(({"creatures": v}, "'creatures'") for v in (5, None, "cow", {"name": "cow", "distance": 3})),
    *(({"creatures": [v]}, "{name, distance}") for v in ("cow", None, {}, {"name": "cow"})),
    *(
        ({"creatures": [{"name": "cow", "distance": v}]}, "distance")
        for v in ("x", None, NAN, math.inf, -math.inf, -5, 37, 1e9, 1e300, [1], True)
    ),
    *(({"creatures": [{"name": v, "distance": 3}]}, "unknown creature") for v in (None, 3, "item", "free")),
    ({"creatures": [{"name": "zombi", "distance": 3}]}, "did you mean 'zombie'"),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS, ids=lambda v: str(v)[:50])
def test_impossible_reset_options_are_refused(options, message):
    refused(lambda: SIM.reset(seed=1, options=options), message)


@pytest.mark.parametrize("seed", [-1, 1.5, "a", NAN, 2**62, 2**70, True, [1], np.float64(3)])
def test_impossible_seeds_are_refused(seed):
    refused(lambda: SIM.reset(seed=seed), "seed")


# -- snapshots ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blob", [None, 5, "x", b"", bytearray(STATE), memoryview(STATE), [*STATE[:9]]])
def test_only_bytes_are_a_snapshot(blob):
    refused(lambda: SIM.restore(blob), "snapshot")


@settings(deadline=None)
@given(st.integers(0, len(STATE) - 1), st.integers(1, 255))
def test_a_snapshot_with_any_byte_altered_is_refused(place, mask):
    blob = STATE[:place] + bytes([STATE[place] ^ mask]) + STATE[place + 1 :]
    refused(lambda: SIM.restore(blob), "snapshot")


@settings(deadline=None)
@given(st.integers(0, len(STATE)), st.binary(max_size=40), st.integers(0, 60))
def test_a_snapshot_with_a_part_cut_or_put_in_is_refused(place, noise, cut):
    blob = STATE[:place] + noise + STATE[place + cut :]
    assume(blob != STATE)
    refused(lambda: SIM.restore(blob), "snapshot")


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_noise_is_no_snapshot(noise):
    refused(lambda: SIM.restore(noise), "snapshot")
    refused(lambda: SIM.restore(STATE[:13] + noise), "snapshot")


FIELDS = sorted(snapshots.decode(STATE))
EXTRAS = snapshots.decode(STATE)["extras"]
BAD_EXTRAS = {
    "dice": [-1, None],
    "points": [-1, "x", NAN],
    "asleep": [-1, None],
    "home": [[1, 2], 7],
    "chests": [
        5,
        [[[0, 0, 0], [[0, 0, 0]] * 26]],
        [[[0, 0, 0], [[-1, 1, 0]] * 27]],
        [[[0], [[0, 0, 0]] * 27]],
    ],
    "growing": [[[1, 2]], [["a", 0, 0, 0]]],
    "shorn": [None, ["x"]],
}
WRONG = {  # of the right hash, but no state of a game
    **{f"{field} {name}": (field, value) for field in FIELDS for name, value in [("nothing", None)]},
    "body short": ("body", np.zeros(3)),
    "body not finite": ("body", np.full(20, NAN)),
    "rng negative": ("rng", -1),
    "rng huge": ("rng", 10**30),
    "vitals empty": ("vitals", {}),
    "hands empty": ("hands", {}),
    "stats a list": ("stats", []),
    "stats of words": ("stats", {"mined.dirt": "x"}),
    "inventory short": ("inventory", [[0], [0], [0]]),
    "inventory of two columns": ("inventory", [[0] * 41, [0] * 41]),
    "inventory of an unknown item": ("inventory", [[10**6] * 41, [1] * 41, [0] * 41]),
    "inventory of item -1": ("inventory", [[-1] * 41, [1] * 41, [0] * 41]),
    "entities odd": ("entities", {"table": np.zeros((2, 3)), "next_id": 1}),
    "furnace odd": ("furnaces", [[[0, 0, 0], {"itm": "air"}]]),
    "furnace nowhere": ("furnaces", [[[0, 0], {}]]),
    "station nowhere": ("stations", [[[0], "furnace"]]),
    "extras empty": ("extras", {}),
    **{
        f"extras {key} {n}": ("extras", {**EXTRAS, key: value})
        for key, values in BAD_EXTRAS.items()
        for n, value in enumerate(values)
    },
    "difficulty unknown": ("difficulty", "lethal"),
    "clock a word": ("clock", "noon"),
    "kind unknown": ("kind", "nether"),
    "herded of three": ("herded", [[0, 1, 2]]),
    "herded of words": ("herded", [["a", "b"]]),
    "world without edits": ("world", {"seed": 1}),
    "world of a broken edit": ("world", {"seed": 1, "edits": b"123"}),
    "world of a negative seed": ("world", {"seed": -4, "edits": b""}),
    "overworld without weather": ("kind", "overworld"),
    "weather of the classic world": ("weather", Weather.of(1).state()),
}
del WRONG["peaceful nothing"]  # anything is true or false
del WRONG["weather nothing"]  # the classic world has none


@pytest.mark.parametrize("name", WRONG)
def test_a_snapshot_of_wrong_content_is_refused(name):
    field, value = WRONG[name]
    blob = snapshots.encode({**snapshots.decode(STATE), field: value})
    refused(lambda: SIM.restore(blob))


@pytest.mark.parametrize("field", FIELDS)
def test_a_snapshot_that_lacks_a_field_is_refused(field):
    state = snapshots.decode(STATE)
    del state[field]
    refused(lambda: SIM.restore(snapshots.encode(state)), field)


def test_the_game_goes_on_after_all_that():
    SIM.restore(STATE)
    run(SIM, NOOP, 50)
    other = VoxelSim(image_size=None)
    other.restore(STATE)
    run(other, NOOP, 50)
    assert SIM.snapshot() == other.snapshot()
