import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peam.errors import SimError
from peam.sims.voxel import snapshots
from peam.sims.voxel.items import DURABILITY, ITEM_ID, ITEMS, MAIN, SLOTS, STACK, Inventory

ITEM = st.sampled_from(
    [ITEM_ID[n] for n in ("dirt", "oak_log", "stone_pickaxe", "snowball", "apple", "shield")]
)
STEP = st.one_of(
    st.tuples(st.just("add"), ITEM, st.integers(1, 200)),
    st.tuples(st.just("take"), st.integers(0, SLOTS - 1), st.integers(1, 64)),
    st.tuples(st.just("swap"), st.integers(0, SLOTS - 1), st.integers(0, SLOTS - 1)),
    st.tuples(st.just("remove"), ITEM, st.integers(1, 30)),
)


@given(st.lists(STEP, max_size=40))
def test_nothing_is_made_or_lost_and_stacks_keep_their_size(steps):
    inventory, expected = Inventory(), dict.fromkeys(range(len(ITEMS)), 0)
    for kind, a, b in steps:
        if kind == "add":
            room = inventory.room(a)
            left = inventory.add(a, b)
            assert left == max(0, b - room)
            expected[a] += b - left
        elif kind == "take":
            item = inventory.items[a]
            expected[item] -= inventory.take(a, b)
        elif kind == "swap":
            inventory.swap(a, b)
        elif inventory.count(a) >= b:
            inventory.remove(a, b)
            expected[a] -= b
        else:
            with pytest.raises(ValueError, match="fewer"):
                inventory.remove(a, b)
    for item, count in expected.items():
        assert inventory.count(item) == (count if item else 0)
    for item, count in zip(inventory.items, inventory.counts, strict=True):
        assert (count == 0) == (item == 0) and 0 <= count <= STACK[item]


@given(st.integers(1, 3), st.integers(0, 300))
def test_wear_ends_a_tool(amount, times):
    inventory, item = Inventory(), ITEM_ID["wooden_pickaxe"]
    inventory.add(item, 1)
    for _ in range(times):
        inventory.wear(0, amount)
    assert (inventory.items[0] == item) == (amount * times < DURABILITY[item])


def test_the_hand_is_emptied_last_and_the_first_slot_filled_first():
    inventory, dirt = Inventory(), ITEM_ID["dirt"]
    inventory.add(dirt, 70)
    assert inventory.counts[:3] == [64, 6, 0]
    inventory.remove(dirt, 10)
    assert inventory.counts[:3] == [60, 0, 0]
    assert inventory.room(dirt) == MAIN * 64 - 60


PLAIN = st.one_of(
    st.integers(-(2**40), 2**40), st.booleans(), st.text(max_size=5), st.floats(allow_nan=False), st.binary()
)
KEY = st.sampled_from(("", "a", "b", "ab"))
TREE = st.recursive(
    PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEY, inner, max_size=3)),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(("x", "y", "z", "xyz")), TREE, max_size=4))
def test_the_snapshot_codec_is_the_identity(state):
    blob = snapshots.encode(state)
    assert snapshots.decode(blob) == state
    assert snapshots.encode(snapshots.decode(blob)) == blob


@given(st.binary(max_size=80), st.integers(0, 200))
def test_altered_snapshots_are_refused(noise, at):
    blob = snapshots.encode({"a": np.arange(6).reshape(2, 3), "b": [1, 2]})
    assert snapshots.decode(blob)["a"].tolist() == [[0, 1, 2], [3, 4, 5]]
    for bad in (noise, blob[: at % len(blob)], blob[: at % len(blob)] + b"\x00" + blob[at % len(blob) :]):
        with pytest.raises(SimError, match="snapshot"):
            snapshots.decode(bad)
