"""Snapshots as bytes: other processes, older versions, broken ones; and forks, which share nothing."""

import hashlib
import json
import subprocess
import sys
import zlib
from pathlib import Path
from weakref import ref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peam.errors import SimError
from peam.sims.base import NOOP
from peam.sims.voxel import VoxelSim, migrations, snapshots
from peam.sims.voxel import physics as ph
from peam.sims.voxel.blocks import ID, NAMES
from peam.sims.voxel.edits import Edits
from peam.sims.voxel.entities import KINDS
from peam.sims.voxel.items import ITEM_ID, ITEMS
from tests.sims.arena import ATTACK, act, arena, give, put

OLD = Path(__file__).parent / "data" / "voxel-2.snapshot"  # written by version 2 of the format
CELL = st.tuples(st.integers(-40, 40), st.integers(0, 127), st.integers(-40, 40))


def lived(seed=4, steps=300):
    sim = VoxelSim(image_size=None)
    sim.reset(seed=seed, options={"time": 17000, "inventory": {"dirt": 30, "stone_pickaxe": 1}})
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        sim.tick(act(1, pitch=int(rng.integers(11, 14)), yaw=int(rng.integers(11, 14)), verb=ATTACK))
    return sim


def test_another_process_restores_the_same_bytes(tmp_path):
    sim = lived()
    (tmp_path / "state").write_bytes(sim.snapshot())
    code = (
        "import sys, hashlib, pathlib\n"
        "from peam.sims.voxel import VoxelSim\n"
        "s = VoxelSim(image_size=None); s.restore(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "for _ in range(50): s.tick()\n"
        "print(hashlib.sha256(s.snapshot() + s.frame(16, 16).tobytes()).hexdigest())\n"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "state")], capture_output=True, text=True, check=True
    )
    for _ in range(50):
        sim.tick()
    mine = hashlib.sha256(sim.snapshot() + sim.frame(16, 16).tobytes()).hexdigest()
    assert other.stdout.strip() == mine


def test_a_snapshot_of_version_2_is_read():
    sim = VoxelSim(image_size=None)
    sim.restore(OLD.read_bytes())
    held = dict(slot for slot in sim.slots() if slot[1])
    assert held == {
        "arrow": 9,
        "dirt": 20,
        "poppy": 1,
        "oak_log": 7,
        "coal": 2,
        "raw_iron": 1,
        "iron_ingot": 1,
    }
    assert ITEMS[sim.game.inventory.items[39]] == "iron_helmet"
    names = [entity.name for entity in sim.entities()]
    assert names[:3] == ["zombie", "bow", "polished_granite"] and names.count("pig") == 4
    cells = {(-57, 65, -56): "furnace", (-55, 65, -56): "crafting_table", (-56, 65, -55): "air"}
    assert {cell: sim.block(cell) for cell in cells} == cells
    assert sim.stats()["smelted.iron_ingot"] == 1 and sim.game.ticks == 407
    assert sim.game.kind == "classic" and not sim.game.herded
    assert sim.game.furnaces[-57, 65, -56].burn == 1198
    again = sim.snapshot()
    assert again.startswith(b"PEAM-VOXEL-3\n")
    sim.restore(again)
    assert sim.snapshot() == again


def test_ids_are_looked_up_by_name(monkeypatch):
    """A snapshot by a PEAM whose lists stood in another order."""
    sim = lived()
    give(sim, "oak_log", 5, slot=7)
    put(sim, 2, 0, 0, "oak_planks")
    sim.game.drop(ITEM_ID["apple"], 2, sim.body().cell)
    good = sim.snapshot()
    turned = {key: [*names[:1], *reversed(names[1:])] for key, names in migrations.NAMES.items()}
    turned["kinds"] = list(migrations.NAMES["kinds"])
    turned["kinds"][3:] = reversed(turned["kinds"][3:])
    state = sim.game.state()
    monkeypatch.setattr(migrations, "NAMES", turned)
    foreign = migrations.renamed(state, {"blocks": NAMES, "items": ITEMS, "kinds": KINDS})
    monkeypatch.setattr(snapshots, "_NAMES", json.dumps(turned).encode())
    blob = snapshots.encode(foreign)
    monkeypatch.undo()
    assert snapshots.content(blob) != snapshots.content(good)
    sim.restore(blob)
    assert sim.snapshot() == good


def test_a_name_that_is_gone_is_named(monkeypatch):
    sim = lived(steps=5)
    good = sim.snapshot()
    names = {**migrations.NAMES, "items": ["air", "dirt", "phlogiston", *ITEMS[3:]]}
    give(sim, ITEMS[2], 1, slot=9)
    monkeypatch.setattr(snapshots, "_NAMES", json.dumps({k: list(v) for k, v in names.items()}).encode())
    blob = sim.snapshot()
    monkeypatch.undo()
    sim.restore(good)
    with pytest.raises(SimError, match="'phlogiston' no longer exists"):
        sim.restore(blob)
    assert sim.snapshot() == good


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda s: s.pop("rng"), "field missing or malformed"),
        (lambda s: s["body"].__setitem__(0, np.nan), "'body'"),
        (lambda s: s["body"].__setitem__(2, 1e12), "'body'"),
        (lambda s: s.update(body=np.zeros(3)), "'body'"),
        (lambda s: s.update(clock=24000), "'clock'"),
        (lambda s: s.update(difficulty="norml"), "field missing or malformed"),
        (lambda s: s["inventory"][0].__setitem__(3, len(ITEMS)), "'inventory'"),
        (lambda s: s["inventory"].pop(), "'inventory'"),
        (lambda s: s["hands"].update(item=-1), "'hands'"),
        (lambda s: s["vitals"].update(life="20"), "'vitals'"),
        (lambda s: s["entities"].update(table=np.zeros((2, 5))), "malformed"),
        (lambda s: s["entities"]["table"].__setitem__((0, 11), 99.0), "'entities'"),
        (lambda s: s["world"].update(edits=b"123"), "no whole records"),
        (lambda s: s["world"].update(seed=-1), "seed"),
        (lambda s: s.update(furnaces=[[[0, 0, 0], {"item": "phlogiston"}]]), "'furnaces'"),
        (lambda s: s.update(stations=[3]), "malformed"),
    ],
)
def test_a_tree_that_no_world_can_hold_is_refused_and_changes_nothing(spoil, said):
    sim = lived(steps=40)
    good, picture = sim.snapshot(), sim.frame(16, 16)
    state = sim.game.state()
    spoil(state)
    with pytest.raises(SimError, match=said):
        sim.restore(snapshots.encode(state))
    assert sim.snapshot() == good
    assert np.array_equal(sim.frame(16, 16), picture)


@pytest.mark.parametrize(
    ("blob", "said"),
    [
        (b"", "not one of this simulator"),
        (b"PEAM-VOXEL-", "version  is not one"),
        (b"PEAM-VOXEL-4\n" + bytes(80), r"version 4 is not one that is read here \(2 to 3\)"),
        (b"PEAM-VOXEL-1\n" + bytes(80), "version 1 is not"),
        (b"PEAM-VOXEL-99999999999999999999\n", "version 999999999 is not"),
        (b"PEAM-VOXEL-3\n" + bytes(80), "sha256"),
        ("PEAM-VOXEL-3\n", "not one of this simulator"),
        (None, "not one of this simulator"),
        (OLD.read_bytes()[:-1], "sha256"),
    ],
)
def test_foreign_bytes_are_refused(blob, said):
    with pytest.raises(SimError, match=said):
        snapshots.decode(blob)


def test_bytes_with_a_right_hash_may_still_be_nonsense():
    for version, rest in (
        (3, b""),
        (3, b"\xff" * 40),
        (2, b"junk"),
        (2, zlib.compress(b"[1]")),
        (3, bytes(8)),
    ):
        blob = f"PEAM-VOXEL-{version}\n".encode() + hashlib.sha256(rest).digest() + rest
        with pytest.raises(SimError, match="malformed"):
            snapshots.decode(blob)


def test_equal_states_give_equal_bytes_whatever_the_order_of_keys():
    state = {"b": 1, "a": {"y": np.arange(3.0), "x": b"\0"}}
    turned = {"a": {"x": b"\0", "y": np.arange(3.0)}, "b": 1}
    assert snapshots.encode(state) == snapshots.encode(turned)


def test_restoring_makes_no_chunk_anew_and_leaves_no_trace(monkeypatch):
    sim = lived()
    before, blocks, tops = sim.snapshot(), sim.game.world.blocks.copy(), sim.game.world.tops.copy()
    put(sim, 1, 0, 0, "stone")
    put(sim, 0, 2, 0, "oak_planks")
    put(sim, 1, 0, 0, "dirt")
    monkeypatch.setattr("peam.sims.voxel.world._load", None)  # a chunk made now would raise
    sim.restore(before)
    assert np.array_equal(sim.game.world.blocks, blocks) and np.array_equal(sim.game.world.tops, tops)
    assert sim.snapshot() == before


@given(st.lists(st.tuples(CELL, st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_edits_keep_the_first_terrain_and_the_last_block(steps):
    edits, was, now = Edits(), {}, {}
    for cell, old, block in steps:
        edits.put(*cell, old, block)
        was.setdefault(cell, old)
        now[cell] = block
    for found in (edits, Edits.unpack(edits.pack(), 6, 128), edits.copy()):
        rows = [row for chunk in found.chunks() for row in found.cells(chunk)]
        assert {row[:3]: row[3:] for row in rows} == {cell: (was[cell], now[cell]) for cell in now}
        assert len(found) == len(now) == len(rows) and found.pack() == edits.pack()
    twin = Edits.unpack(edits.pack(), 6, 128)
    for cell in now:
        twin.put(*cell, 0, 5)
    changed = {row[:3] for chunk in twin.chunks() for row in twin.cells(chunk) if now[row[:3]] != 5}
    unequal = {chunk for chunk in edits.chunks() if not twin.same(edits, chunk)}
    assert len(twin) == len(now) and unequal == {(x >> 4, z >> 4) for x, _, z in changed}


def test_a_fork_goes_the_same_way_and_touches_nothing():
    sim = lived()
    sim.image_size = (16, 16)
    state = sim.snapshot()
    sim.tick(act(verb=2))  # an item dropped since the last observation is in both next ones
    dropped = sim.snapshot()
    other = sim.fork()
    assert other.snapshot() == dropped != state
    walk = [act(1, yaw=int(v), verb=ATTACK) for v in np.random.default_rng(1).integers(10, 15, 200)]
    seen = [other.step(np.array(action)) for action in walk]
    put(other, 0, -1, 0, "glass")
    assert sim.snapshot() == dropped
    mine = [sim.step(np.array(action)) for action in walk]
    for (a, *rest), (b, *others) in zip(seen, mine, strict=True):
        np.testing.assert_equal(a, b)
        assert rest == others
    x, y, z = sim.body().cell
    assert other.block((x, y - 1, z)) == "glass" != sim.block((x, y - 1, z))


def test_a_fork_draws_its_own_random_numbers():
    sim = lived(steps=5)
    other = sim.fork()
    sim.action_space.seed(3)
    assert other.np_random is not sim.np_random and other.action_space is not sim.action_space
    assert other.rules.recipe("oak_planks") == sim.rules.recipe("oak_planks")
    sim.reset()
    other.reset()
    assert other.game.world.seed == sim.game.world.seed


def test_a_fork_of_nothing_is_an_error():
    with pytest.raises(SimError, match="reset"):
        VoxelSim(image_size=None).fork()


def test_a_dead_simulator_gives_its_memory_back():
    sim = arena()
    rules, gone = sim.rules, ref(sim.game.world)
    del sim
    assert gone() is None
    assert rules.recipe("stick") is not None


def test_a_snapshot_of_a_changed_floor_restores_into_a_world_elsewhere():
    sim = arena()
    saved = sim.snapshot()
    far = VoxelSim(image_size=None)
    far.reset(seed=1)
    for _ in range(3):
        far.game.body[ph.X] += 150
        far.tick(NOOP)
    far.restore(saved)
    cell = sim.body().cell
    assert far.block((cell[0], cell[1] - 1, cell[2])) == "stone"
    assert np.array_equal(far.voxels(20).ids, sim.voxels(20).ids)
    assert ID["stone"] in far.voxels(2).ids
