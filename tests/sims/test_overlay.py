"""What people see and agents do not: icons, the overlay, the third person, the map."""

import numpy as np
import pytest

from peam.errors import ConfigError, SimError
from peam.sims.voxel import VoxelSim, heavens, icons
from peam.sims.voxel import physics as ph
from peam.sims.voxel.bars import Condition, Slot, draw_bars
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.cameras import camera_behind, third_person
from peam.sims.voxel.items import ITEMS
from peam.sims.voxel.lines import View, directions
from peam.sims.voxel.overlay import EVERYTHING, Overlay
from peam.sims.voxel.stamps import fit, paste, warp
from peam.sims.voxel.topdown import top_down
from tests.sims.arena import ATTACK, act, arena, give, put, run

SIZES = [(64, 64), (90, 160), (160, 256), (360, 640)]


def changed(sim: VoxelSim, overlay: Overlay, size: tuple[int, int] = (180, 320)) -> np.ndarray:
    """Returns the pixels that an overlay changes."""
    return (sim.frame(*size) != sim.frame(*size, overlay)).any(-1)


# -- icons ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", ITEMS[1:])
def test_every_item_has_an_icon(item: str) -> None:
    icon = icons.icon(item)
    assert icon.shape == (32, 32, 4) and icon.dtype == np.uint8
    drawn = icon[..., 3] > 0
    assert 10 < drawn.sum() < 32 * 32 and len(np.unique(icon[drawn][:, :3], axis=0)) > 1
    assert (icon != icons.icon("no such item")).any(), "nothing here is the parcel of unknown items"


def test_icons_tell_items_apart() -> None:
    """No two items of a kind look the same, but for those that differ in nothing but their name."""
    seen: dict[bytes, str] = {}
    same = []
    for item in ITEMS[1:]:
        if other := seen.setdefault(icons.icon(item).tobytes(), item):
            same += [(other, item)] if other != item else []
    assert {pair[0].rpartition("_")[2] for pair in same} <= {"log", "block", "andesite", "diorite", "granite"}


def test_slabs_and_stairs_are_cut_from_the_cube() -> None:
    whole, slab, stairs = (
        (icons.icon(n)[..., 3] > 0).sum() for n in ("stone", "stone_slab", "cobblestone_stairs")
    )
    assert slab < 0.8 * whole and slab < stairs < whole
    assert (icons.icon("stone")[..., 3] == icons.icon("oak_planks")[..., 3]).all()


def test_broken_strokes_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="did you mean 'pickaxe'"):
        icons._strokes("pikaxe", (1, 2, 3))
    monkeypatch.setitem(icons._FILE["strokes"], "odd", [["curl", "main", 1, 2]])
    with pytest.raises(ConfigError, match="odd"):
        icons._strokes("odd", (1, 2, 3))


def test_stamps_are_cut_scaled_and_turned() -> None:
    out = np.zeros((4, 4, 3), np.uint8)
    stamp = np.full((2, 2, 4), 255, np.uint8)
    for corner in ((-1, -1), (3, 3), (9, 9), (-5, 0)):
        paste(out, stamp, *corner)
    assert np.argwhere(out[..., 0]).tolist() == [[0, 0], [3, 3]]
    holed = np.zeros((4, 4, 4), np.uint8)
    holed[:, :2] = (200, 100, 0, 255)
    assert fit(holed, 2, 2)[0].tolist() == [[200, 100, 0, 255], [0, 0, 0, 0]]
    assert fit(holed, 1, 1)[0, 0].tolist() == [200, 100, 0, 127]
    drawn = warp(out, stamp, (0.5, 0.0, -0.5, 0.0, 0.5, 0.0), light=0.5)
    assert np.argwhere(drawn).tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]] and (out[drawn] == 127).all()


# -- the overlay ---------------------------------------------------------------------------------------------


def test_without_an_overlay_the_picture_is_the_agents() -> None:
    sim = VoxelSim(image_size=(48, 64))
    obs, _ = sim.reset(seed=3)
    plain = sim.frame(48, 64)
    assert (obs["rgb"] == plain.transpose(2, 0, 1)).all()
    assert (sim.frame(48, 64, Overlay()) == plain).all()
    with_it = VoxelSim(image_size=(48, 64), overlay=EVERYTHING)
    assert (with_it.reset(seed=3)[0]["rgb"] == sim.frame(48, 64, EVERYTHING).transpose(2, 0, 1)).all()
    assert (with_it.frame(48, 64) != plain).any()


@pytest.mark.parametrize("size", SIZES)
def test_every_size_has_every_part(size: tuple[int, int]) -> None:
    sim = arena(inventory={"dirt": 12}, time=1000)
    put(sim, 0, 1, 3, "stone")
    run(sim, act(verb=ATTACK), 6)
    state = sim.snapshot()
    full = sim.frame(*size, EVERYTHING)
    assert full.shape == (*size, 3) and full.dtype == np.uint8
    for part in ("outline", "cracks", "crosshair", "hand", "bars"):
        assert changed(sim, Overlay(**{part: True}), size).any(), part
    for picture in (third_person(sim.game, *size), top_down(sim.game, *size)):
        assert picture.shape == (*size, 3) and picture.std() > 5
    assert sim.snapshot() == state, "looking changes nothing"


def test_cracks_grow_with_the_dig_and_stay_on_the_block() -> None:
    sim = arena()
    put(sim, 0, 1, 3, "stone")
    assert not changed(sim, Overlay(cracks=True)).any()
    counts = []
    for _ in range(5):
        run(sim, act(verb=ATTACK), 20)
        pixels = changed(sim, Overlay(cracks=True))
        counts.append(pixels.sum())
        rows, columns = np.nonzero(pixels)
        assert rows.min() > 30 and rows.max() < 150 and columns.min() > 100 and columns.max() < 220
    assert counts == sorted(counts) and counts[0] < counts[-1] / 2
    run(sim, act())
    assert not changed(sim, Overlay(cracks=True)).any(), "letting go heals the block"


def test_the_outline_frames_the_block_and_is_hidden_with_it() -> None:
    sim = arena()
    assert not changed(sim, Overlay(outline=True)).any(), "nothing in reach"
    put(sim, 0, 1, 3, "stone")
    whole = changed(sim, Overlay(outline=True))
    assert whole.any()
    sim.game.body[ph.X] += 0.8
    sim.game.body[ph.YAW] = 23.7
    free = changed(sim, Overlay(outline=True))
    put(sim, 0, 1, 2, "stone")  # the agent stands in the next cell now: this hides the nearer edge
    part = changed(sim, Overlay(outline=True))
    assert 0 < part.sum() < 0.9 * free.sum()


def test_a_creature_stands_before_cracks_and_outline() -> None:
    sim = arena(creatures=[])
    put(sim, 0, 1, 3, "stone")
    free = changed(sim, Overlay(outline=True)).sum()
    x, y, z = sim.body().position
    sim.game.entities.item(ITEMS.index("stone"), 1, (x + 0.25, y + 1.2, z + 1.2), (0.0, 0.0, 0.0))
    veiled = changed(sim, Overlay(outline=True))
    assert 0 < veiled.sum() < free


def test_the_hand_moves_while_it_digs_and_shows_what_it_holds() -> None:
    sim = arena()
    put(sim, 0, 1, 3, "stone")
    hand, still = Overlay(hand=True), sim.frame(180, 320, Overlay(hand=True))
    assert (sim.frame(180, 320, hand) != sim.frame(180, 320)).any(-1)[:, :160].sum() == 0
    run(sim, act(verb=ATTACK), 3)
    assert (sim.frame(180, 320, hand) != still).any()
    give(sim, "iron_pickaxe", slot=0)
    iron = sim.frame(180, 320, hand)
    give(sim, "dirt", slot=0)
    assert (sim.frame(180, 320, hand) != iron).any()


def test_the_tint_is_under_water_only() -> None:
    sim = arena()
    assert not changed(sim, Overlay(tint=True)).any()
    for dy in range(3):
        put(sim, 0, dy, 0, "water")
    run(sim, act())
    assert sim.game.body[ph.SUBMERGED]
    plain, tinted = sim.frame(90, 160).astype(int), sim.frame(90, 160, Overlay(tint=True)).astype(int)
    assert (tinted != plain).any(-1).mean() > 0.9
    assert (tinted[..., 2] / tinted.sum(-1)).mean() > (plain[..., 2] / plain.sum(-1)).mean()


def test_bars_show_counts_wear_and_every_sign() -> None:
    def bars(slot: Slot, condition: Condition) -> np.ndarray:
        out = np.full((180, 320, 3), 120, np.uint8)
        draw_bars(out, [slot, *[Slot("air", 0)] * 8], 0, condition)
        return out

    well = Condition(20.0, 20.0, 0, 300)
    base = bars(Slot("dirt", 1), well)
    assert (base[:140] == 120).all(), "all at the foot"
    different = [bars(Slot("dirt", n), well) for n in (2, 12, 64)]
    different += [
        bars(Slot("air", 0), well),
        bars(Slot("iron_axe", 1), well),
        bars(Slot("iron_axe", 1, 0.5), well),
    ]
    for condition in ((19.0, 20.0, 0, 300), (20.0, 13.0, 0, 300), (20.0, 20.0, 7, 300), (20.0, 20.0, 0, 120)):
        different.append(bars(Slot("dirt", 1), Condition(*condition)))
    assert len({picture.tobytes() for picture in [base, *different]}) == len(different) + 1
    hearts = [bars(Slot("dirt", 1), Condition(float(n), 20.0, 0, 300)) for n in (20, 12, 5, 0)]
    reds = [((p[..., 0] > 180) & (p[..., 1] < 80)).sum() for p in hearts]
    assert reds == sorted(reds, reverse=True) and reds[-1] == 0


# -- the sky -------------------------------------------------------------------------------------------------


def sky(clock: int, yaw: float, pitch: float) -> np.ndarray:
    sim = arena(time=clock)
    sim.game.body[[ph.YAW, ph.PITCH]] = yaw, pitch
    return sim.frame(90, 90, Overlay(sky=True))


def test_the_sun_rises_in_the_east_and_sets_in_the_west() -> None:
    def sun(clock: int, yaw: float, pitch: float) -> int:
        return int((sky(clock, yaw, pitch) == np.array([255, 250, 214])).all(-1).sum())

    assert sun(1000, -90.0, -15.0) > 20 and sun(1000, 90.0, -15.0) == 0
    assert sun(11000, 90.0, -15.0) > 20 and sun(11000, -90.0, -15.0) == 0
    assert sun(6000, 0.0, -90.0) > 20 and sun(18000, 0.0, -90.0) == 0
    assert heavens.sun_angle(6000) == pytest.approx(0.0)


def test_stars_come_at_night_and_clouds_by_day_and_only_on_open_sky() -> None:
    def white(picture: np.ndarray) -> float:
        return float((picture.min(-1) > 110).mean())

    night, day = sky(18000, 0.0, -60.0), sky(6000, 0.0, -40.0)
    assert 0.0 < white(night) < 0.2 and white(day) > 0.02
    sim = arena(time=18000)
    for dx in range(-3, 4):
        for dz in range(-3, 4):
            put(sim, dx, 4, dz, "stone")
    sim.game.body[ph.PITCH] = -80.0
    assert not changed(sim, Overlay(sky=True)).any()


# -- other cameras -------------------------------------------------------------------------------------------


def test_the_third_person_shows_the_figure_and_keeps_out_of_walls() -> None:
    sim = arena()
    far = np.linalg.norm(np.subtract(camera_behind(sim.game, 70.0).eye, sim.game.eye))
    shirt = third_person(sim.game, 90, 160).astype(int)
    assert ((shirt[..., 0] - shirt[..., 2]) > 60)[30:80, 60:100].sum() > 20
    for dx in (-1, 0, 1):
        for dy in range(5):
            put(sim, dx, dy, -2, "stone")
    near = camera_behind(sim.game, 70.0)
    assert np.linalg.norm(np.subtract(near.eye, sim.game.eye)) < far - 1.5
    x, y, z = (int(v) for v in np.floor(near.eye))
    assert sim.game.world.get(x, y, z) == 0


def test_the_map_has_north_up_and_shows_creatures() -> None:
    sim = arena(inventory={})
    put(sim, 5, -1, 0, "gold_ore")  # east
    put(sim, 0, -1, -5, "water")  # north
    image = top_down(sim.game, 96, 96, radius=12).astype(int)
    yellow = np.argwhere((image[..., 0] - image[..., 2] > 60) & (image[..., 0] > 120))
    blue = np.argwhere(image[..., 2] - image[..., 0] > 50)
    assert yellow[:, 1].min() > 60 and abs(yellow[:, 0].mean() - 48) < 8
    assert blue[:, 0].max() < 36 and abs(blue[:, 1].mean() - 48) < 8
    x, y, z = sim.body().position
    sim.game.entities.item(ITEMS.index("stone"), 1, (x - 5, y, z), (0.0, 0.0, 0.0))
    assert (top_down(sim.game, 96, 96, radius=12) != image).any()
    north = top_down(sim.game, 96, 96, radius=12)
    sim.game.body[ph.YAW] = 90.0
    assert (top_down(sim.game, 96, 96, radius=12) != north).any(), "the arrow turns"
    for radius in (3, 49):
        with pytest.raises(SimError, match="radius"):
            top_down(sim.game, 96, 96, radius=radius)


def test_rays_are_those_of_the_picture() -> None:
    rays = directions(View((0.0, 0.0, 0.0), 0.0, 0.0, 90.0), 2, 2)
    assert np.allclose(rays[0, 0] / rays[0, 0, 2], (0.5, 0.5, 1.0))  # facing +z, +x is to the left
    assert ID["water"] and np.allclose(np.linalg.norm(rays, axis=-1), 1.0)
