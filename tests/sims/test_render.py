"""Pictures and sight: reproducible, true to the blocks, and agreeing with each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peam.errors import ConfigError, SimError
from peam.sims.voxel import VoxelSim, textures
from peam.sims.voxel.blocks import CUTOUT, ID, NAMES, TARGET, base, data
from peam.sims.voxel.columns import read_columns
from peam.sims.voxel.level import is_narrow
from peam.sims.voxel.openair import SCRATCH
from peam.sims.voxel.rays import camera, direction
from peam.sims.voxel.render import (
    SPRITE_KIND,
    VIEW,
    dda,
    item_kind,
    ray_hits,
    render,
    sight,
    sprites_of,
    steps_per_ray,
)
from peam.sims.voxel.world import World

EYE = (0.5, 65.62, 0.5)


@pytest.fixture(scope="module")
def worlds() -> list[tuple[World, tuple[float, float, float]]]:
    out = []
    for seed in range(3):
        world = World(seed)
        x, y, z = world.spawn()
        world.ensure(x, z)
        out.append((world, (x + 0.5, y + 1.62, z + 0.5)))
    return out


@pytest.fixture
def plain() -> np.ndarray:
    """Flat stone up to y 63, nothing above."""
    blocks = np.zeros((256, 128, 256), np.uint8)
    blocks[:, :64] = ID["stone"]
    return blocks


def picture(
    blocks: np.ndarray,
    yaw: float = 0.0,
    pitch: float = 0.0,
    sprites: np.ndarray | None = None,
    n: int = 64,
    day: float = 1.0,
    eye: tuple[float, float, float] = EYE,
) -> np.ndarray:
    return render(blocks, eye, yaw, pitch, n, n, 70.0, day, sprites)


def cells(blocks: np.ndarray, name: str, yaw: float = 0.0, pitch: float = 0.0, reach: float = 16.0) -> set:
    seen = sight(blocks, EYE, yaw, pitch, 70.0, 1.0, reach).blocks
    return {(int(r["x"]), int(r["y"]), int(r["z"])) for r in seen if r["id"] == ID[name]}


def test_shape_and_determinism(worlds: list) -> None:
    for world, eye in worlds:
        a = render(world.blocks, eye, 33.0, 10.0, 48, 80, 70.0, 0.7, None, columns=world.columns)
        b = render(
            world.blocks,
            eye,
            33.0,
            10.0,
            48,
            80,
            70.0,
            0.7,
            None,
            np.zeros((48, 80, 3), np.uint8),
            columns=world.columns,
        )
        assert a.shape == (48, 80, 3) and a.dtype == np.uint8
        assert (a == b).all() and a.std() > 10


def test_own_tops_make_the_same_picture(worlds: list) -> None:
    for world, eye in worlds:
        for yaw, pitch in ((0, 0), (77, -30), (200, 45), (-90, 89)):
            with_tops = render(world.blocks, eye, yaw, pitch, 40, 40, 70.0, 1.0, None, columns=world.columns)
            assert (with_tops == picture(world.blocks, yaw, pitch, n=40, eye=eye)).all()


def test_open_air_is_skipped_without_a_trace(worlds: list) -> None:
    """Tops as high as the world make every shortcut void; only the light that they stand for may change."""
    full = np.full((256, 256), 128, np.uint8)
    for world, eye in worlds:
        for yaw in range(0, 360, 60):
            fast = sight(world.blocks, eye, yaw, 8.0, 70.0, 1.0, 40.0, tops=world.tops)
            slow = sight(world.blocks, eye, yaw, 8.0, 70.0, 1.0, 40.0, tops=full)
            assert (fast.blocks == slow.blocks).all()
            assert len(fast.blocks) > 5


@pytest.mark.parametrize(
    ("yaw", "cell"), [(0, (0, 65, 4)), (90, (-4, 65, 0)), (180, (0, 65, -4)), (270, (4, 65, 0))]
)
def test_yaw_is_minecrafts(plain: np.ndarray, yaw: float, cell: tuple[int, int, int]) -> None:
    plain[cell[0] & 255, cell[1], cell[2] & 255] = ID["gold_ore"]
    assert cells(plain, "gold_ore", yaw) == {cell}
    for other in (yaw + 90, yaw + 180, yaw - 90):
        assert cells(plain, "gold_ore", other) == set()


def test_right_is_right_and_down_is_down(plain: np.ndarray) -> None:
    plain[255 & -2, 65, 4] = ID["redstone_ore"]  # facing +z, -x is to the right
    image = picture(plain).astype(int)
    red = image[..., 0] - image[..., 1] > 80
    assert red[:, 32:].sum() > 5 and red[:, :32].sum() == 0
    below = picture(plain, 0.0, 80.0)
    assert abs(below[..., 0].astype(int) - below[..., 2]).mean() < 12  # stone grey fills the view
    above = picture(plain, 0.0, -80.0).astype(int)
    assert (above[..., 2] > above[..., 0] + 40).all()


@pytest.mark.parametrize("name", [n for n in NAMES if n != "air"])
def test_every_block_shows_in_picture_and_sight(plain: np.ndarray, name: str) -> None:
    without = picture(plain)
    plain[0, 65, 4] = ID[name]
    assert (picture(plain) != without).any(-1).sum() >= (4 if CUTOUT[ID[name]] else 60)
    assert name == "stone" or cells(plain, name) == {(0, 65, 4)}


def test_a_wall_hides(plain: np.ndarray) -> None:
    plain[0, 65, 6] = ID["diamond_ore"]
    cow = sprites_of([(0.5, 64.0, 8.5, 0.9, 1.4, SPRITE_KIND["cow"], 180.0, 0.0)])
    open_view = sight(plain, EYE, 0.0, 0.0, 70.0, 1.0, 16.0, cow)
    assert cells(plain, "diamond_ore") == {(0, 65, 6)} and open_view.sprites["index"].tolist() == [0]
    plain[:, 64:90, 3] = ID["cobblestone"]
    behind = picture(plain, sprites=cow)
    assert cells(plain, "diamond_ore") == set()
    assert len(sight(plain, EYE, 0.0, 0.0, 70.0, 1.0, 16.0, cow).sprites) == 0
    plain[0, 65, 6] = 0
    assert (behind == picture(plain)).all()


def test_glass_and_leaves_let_some_rays_pass(plain: np.ndarray) -> None:
    plain[0, 65, 5] = ID["diamond_ore"]
    for name in ("glass", "oak_leaves"):
        plain[:, 64:70, 3] = ID[name]
        assert cells(plain, "diamond_ore") == {(0, 65, 5)}, name
        assert len(cells(plain, name)) > 3


def test_water_is_seen_first_and_seen_through(plain: np.ndarray) -> None:
    plain[:, 60:64, 2:30] = ID["water"]
    image = picture(plain, 0.0, 30.0).astype(int)
    assert (image[10:44, :, 2] > image[10:44, :, 0] + 30).mean() > 0.9
    plain[0, 59, 4] = ID["gold_ore"]
    plain[0, 60:63, 4] = ID["gold_ore"]  # one block under the surface
    other = picture(plain, 0.0, 30.0).astype(int)
    assert (other != image).any()
    assert len(cells(plain, "water", pitch=30.0)) > 3 and cells(plain, "gold_ore", pitch=30.0) == set()


def test_sight_agrees_with_brute_force(worlds: list) -> None:
    """March each ray in tiny steps through full cubes only, and compare what both meet first."""
    for world, (x, y, z) in worlds:
        eye = (x + 0.137, y + 0.071, z - 0.113)  # so that no ray runs along edges
        blocks = world.blocks.copy()
        blocks[(CUTOUT | (np.arange(256) == ID["water"]))[blocks]] = 0
        for yaw in (10.0, 130.0, 250.0):
            want: dict = {}
            view = camera(yaw, 15.0, 70.0, 1.3)
            for i in range(16):
                for j in range(16):
                    ray = np.array(direction(view, (2 * j + 1) / 16 - 1, (2 * i + 1) / 16 - 1)[:3])
                    points = np.floor(eye + np.arange(0, 16, 0.004)[:, None] * ray).astype(int)
                    ids = blocks[points[:, 0] & 255, points[:, 1], points[:, 2] & 255]
                    if ids.any():
                        cell = tuple(points[int((ids > 0).argmax())].tolist())
                        want[cell] = want.get(cell, 0) + 1
            seen = sight(blocks, eye, yaw, 15.0, 70.0, 1.3, 16.0, rays=16).blocks
            got = {(int(r["x"]), int(r["y"]), int(r["z"])): int(r["count"]) for r in seen}
            shared = sum(min(n, want.get(cell, 0)) for cell, n in got.items())
            assert shared >= 0.99 * max(sum(got.values()), sum(want.values()))


def test_sight_is_sorted_and_within_reach(worlds: list) -> None:
    for world, eye in worlds:
        seen = sight(world.blocks, eye, 0.0, 10.0, 70.0, 1.0, 12.0, tops=world.tops).blocks
        assert (np.diff(seen["distance"]) >= 0).all() and seen["distance"].max() <= 12.0
        assert seen["count"].min() >= 1 and seen["count"].sum() <= 48 * 48
        for r in seen:
            assert world.get(int(r["x"]), int(r["y"]), int(r["z"])) == r["id"]


@pytest.mark.parametrize("name", [k for k in SPRITE_KIND if ":" not in k])
def test_every_creature_shows(plain: np.ndarray, name: str) -> None:
    without = picture(plain, 0.0, 15.0)
    wide, high = {"item": (0.9, 0.25), "spider": (1.4, 0.9)}.get(name, (0.9, 1.4))
    one = sprites_of([(0.5, 64.0, 3.5, wide, high, SPRITE_KIND[name], 120.0, 0.0)])
    shown = picture(plain, 0.0, 15.0, one)
    seen = sight(plain, EYE, 0.0, 15.0, 70.0, 1.0, 16.0, one)
    assert (shown != without).any(-1).sum() > 3
    assert seen.sprites["index"].tolist() == [0] and 2.0 < seen.sprites["distance"][0] < 4.5
    behind = sprites_of([(0.5, 64.0, -3.5, wide, high, SPRITE_KIND[name], 120.0, 0.0)])
    assert (picture(plain, 0.0, 15.0, behind) == without).all()
    assert len(sight(plain, EYE, 0.0, 15.0, 70.0, 1.0, 16.0, behind).sprites) == 0


def test_a_creature_has_a_front_and_reddens(plain: np.ndarray) -> None:
    def zombie(yaw: float, hurt: float) -> np.ndarray:
        row = (0.5, 64.0, 3.0, 0.6, 1.95, SPRITE_KIND["zombie"], yaw, hurt)
        return picture(plain, sprites=sprites_of([row])).astype(int)

    assert (zombie(180.0, 0.0) != zombie(0.0, 0.0)).any()
    assert zombie(180.0, 1.0)[20:44, 28:36, 0].mean() > zombie(180.0, 0.0)[20:44, 28:36, 0].mean() + 60


def test_nearer_creature_hides_the_farther(plain: np.ndarray) -> None:
    rows = [
        (0.5, 64.0, 9.0, 0.9, 0.9, SPRITE_KIND["pig"], 0.0, 0.0),
        (0.5, 64.0, 3.0, 0.9, 1.95, SPRITE_KIND["cow"], 180.0, 0.0),
    ]
    for order in (rows, rows[::-1]):
        seen = sight(plain, EYE, 0.0, 0.0, 70.0, 1.0, 16.0, sprites_of(order)).sprites
        assert [int(order[i][5]) for i in seen["index"]] == [SPRITE_KIND["cow"]]
    assert (picture(plain, sprites=sprites_of(rows)) == picture(plain, sprites=sprites_of(rows[::-1]))).all()


def test_night_and_caves_stay_visible(plain: np.ndarray) -> None:
    day, night = picture(plain, 0.0, 60.0, day=1.0).mean(), picture(plain, 0.0, 60.0, day=0.0).mean()
    assert 0.3 < night / day < 0.75
    plain[:, 60:] = ID["stone"]
    plain[:, 64:68] = 0
    assert picture(plain, 0.0, 60.0, day=0.0).mean() > 0.45 * day


def test_held_item(plain: np.ndarray) -> None:
    with_item = render(plain, EYE, 0.0, 0.0, 64, 64, 70.0, 1.0, hold=item_kind("diamond"))
    changed = (with_item != picture(plain)).any(-1)
    assert changed[50:, 50:].any() and not changed[:48].any() and not changed[:, :44].any()
    assert item_kind("no such thing") == SPRITE_KIND["item"]
    assert sorted(SPRITE_KIND.values()) == list(range(len(SPRITE_KIND))), "every kind has a row of its own"


@settings(max_examples=80, deadline=None)
@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(-3, 3), st.floats(0.05, 0.95))
def test_dda_agrees_with_marching(yaw: float, pitch: float, scale: float, offset: float) -> None:
    eye = (10.0 + offset, 66.0 + offset / 2, -7.0 - offset)
    ray = np.array(direction(camera(yaw, pitch, 70.0, 1.0), 0.0, 0.0)[:3])
    hit, x, y, z, face, t = dda(SCENE, eye, tuple((ray * 10.0**scale).tolist()), 20.0)
    points = np.floor(eye + np.arange(0, 20, 0.003)[:, None] * ray).astype(int)
    ids = SCENE[points[:, 0] & 255, points[:, 1], points[:, 2] & 255]
    if not hit:
        assert not TARGET[ids].any()
        return
    assert TARGET[SCENE[x & 255, y, z & 255]] and face in range(6)
    inside = eye + (t + 1e-6) * ray
    assert tuple(np.floor(inside).astype(int)) == (x, y, z)
    before = int(t / 0.003)
    assert not TARGET[ids[: max(before - 1, 0)]].any()


def _scene() -> np.ndarray:
    rng = np.random.default_rng(0)
    blocks = np.where(rng.uniform(size=(256, 128, 256)) < 0.02, 1, 0).astype(np.uint8)
    blocks[rng.uniform(size=blocks.shape) < 0.01] = ID["water"]
    blocks[10, 66, 255 & -8] = 0
    return blocks


SCENE = _scene()


def test_a_ray_along_the_grid_ends_where_it_should(plain: np.ndarray) -> None:
    """An eye between two columns; of the middle rays x does not change, of a diagonal one z does not."""
    ids, far = ray_hits(plain, (0.0, 65.62, 0.5), 0.0, 30.0, 70.0, 1.0, 16.0, rays=9)
    assert (ids[4:, 4] == ID["stone"]).all() and np.allclose(far[4:, 4], far[4:, 3], rtol=0.03)
    image = picture(plain, 45.0, 90.0, eye=(0.0, 65.62, 8.0))
    assert (image.std(axis=(0, 1)) < 40).all() and np.ptp(image[..., 2] - image[..., 0].astype(int)) < 30


LEVELS = {"classic": (64, 64), "overworld": (33, 80)}  # sizes too that have a middle row, and are no squares


@pytest.mark.parametrize("kind", LEVELS)
def test_a_level_view_is_that_of_an_eye_a_hair_lower(kind: str) -> None:
    """Level views are cast by columns, all others by rows: rounding alone may tell them apart."""
    height, width = LEVELS[kind]
    pixels = other = 0
    for seed in range(6):
        sim = VoxelSim(image_size=None, world=kind)
        sim.reset(seed=seed, options={"time": (6000, 15000)[seed % 2]})
        _litter(sim, np.random.default_rng(seed), seed == 5)
        for yaw in range(0, 360, 30):
            sim.game.body[6:8] = yaw, 0.0
            level = sim.frame(height, width).astype(int)
            depth = SCRATCH.depths(height, width)[0].copy()
            sim.game.body[7] = 1e-12
            lower = sim.frame(height, width).astype(int)
            wrong = (np.abs(level - lower).max(2) > 2) | (
                np.abs(depth - SCRATCH.depths(height, width)[0]) > 0.01
            )
            pixels, other = pixels + wrong.size, other + int(wrong.sum())
            assert len(np.unique(level.reshape(-1, 3), axis=0)) > 20
    assert other < pixels / 2000


@pytest.mark.parametrize("height", [7, 64, 129])  # of pictures: a part of a word of rays, one, three
def test_a_level_view_from_any_height(height: int) -> None:
    """A word holds 64 cells of a column, those about the eye's; below and above are others."""
    sim = VoxelSim(image_size=None)
    sim.reset(seed=2, options={"time": 6000})
    x, _, z = sim.game.eye
    for step in range(2, 126, 4):  # a stair up through the world, so that there is something to see
        sim.game.world.set(int(x) + 8, step, int(z), ID["stone"])
        sim.game.world.set(int(x) + 9, step + 1, int(z), ID["oak_leaves"])
    pixels = other = 0
    for up in (-1.0, 0.4, 20.0, 31.98, 63.5, 64.0, 94.9, 96.2, 111.0, 126.6, 129.0):
        for yaw in (17.0, 200.0, 281.0):
            sim.game.body[1], sim.game.body[6:8] = up, (yaw, 0.0)
            level = sim.frame(height, 40).astype(int)
            sim.game.body[7] = 1e-12
            wrong = np.abs(level - sim.frame(height, 40)).max(2) > 2
            pixels, other = pixels + wrong.size, other + int(wrong.sum())
    assert other < pixels / 2000


def test_a_wide_level_view_is_cast_by_rows() -> None:
    """Its rays reach farther up and down than a word of cells does."""
    assert is_narrow(70.0) and not any(map(is_narrow, (-70.0, 0.0, 77.0, 90.0, 170.0, 300.0)))
    for fov in (74.0, 78.0, 90.0):
        sim = VoxelSim(image_size=None, fov=fov)
        sim.reset(seed=1, options={"time": 6000})
        sim.game.body[6:8] = 33.0, 0.0
        level = sim.frame(48, 48).astype(int)
        sim.game.body[7] = 1e-12
        assert (np.abs(level - sim.frame(48, 48)).max(2) > 2).mean() < 0.002


def _litter(sim: VoxelSim, rng: np.random.Generator, drowned: bool) -> None:
    """Strews blocks of every shape around the eye, and fills the air around it with water if asked."""
    names = ["oak_leaves", "glass", "water", "torch", "ladder", "grass", "stone", "lava", "air"]
    x, y, z = (int(v // 1) for v in sim.game.eye)
    for name in names * 12:
        i, j, k = (int(v) for v in rng.integers(-9, 10, 3))
        if max(abs(i), abs(k)) > 1:
            sim.game.world.set(x + i, y + j, z + k, ID[name])
    for i, j, k in np.ndindex(5, 3, 5) if drowned else ():
        if sim.game.world.get(x + i - 2, y + j - 1, z + k - 2) == ID["air"]:
            sim.game.world.set(x + i - 2, y + j - 1, z + k - 2, ID["water"])


def test_bad_arguments(plain: np.ndarray) -> None:
    with pytest.raises(SimError, match="out must be"):
        render(plain, EYE, 0, 0, 32, 32, 70.0, 1.0, None, np.zeros((32, 33, 3), np.uint8))
    with pytest.raises(SimError, match="reach"):
        sight(plain, EYE, 0, 0, 70.0, 1.0, VIEW + 1)
    with pytest.raises(ConfigError, match="did you mean 'noise'"):
        textures.texture("x", ["noize", [1, 2, 3], 4])
    with pytest.raises(ConfigError, match="noise"):
        textures.texture("x", ["noise", [1, 2, 3]])


def test_textures_tell_blocks_apart() -> None:
    """No two blocks have nearly the same picture, not even at the 4x4 level that distance leaves.

    But for those that are drawn alike on purpose: states of one block, logs and wood.
    """
    art = textures.look()
    rows = data("colours.yaml")["blocks"]
    drawn = {n: rows.get(n) or rows[base(n)] for n in NAMES[1:]}
    spec = {n: row.get("side") or row["all"] for n, row in drawn.items()}
    sides = {n: art.texels[art.faces[ID[n], 5], 320:336].astype(float) for n in NAMES[1:]}
    for a in NAMES[1:]:
        for b in NAMES[1:]:
            if a < b and art.kind[ID[a]] == art.kind[ID[b]] and spec[a] != spec[b]:
                assert np.abs(sides[a] - sides[b]).mean() > 2.5, (a, b)
    assert (textures.look().texels == art.texels).all()


def test_open_air_costs_few_steps(worlds: list) -> None:
    for world, eye in worlds:
        high = (eye[0], 118.0, eye[2])
        assert steps_per_ray(world.blocks, world.columns, high, 0.0, -20.0, 32, 32, 70.0) < 1.0
        assert steps_per_ray(world.blocks, world.columns, eye, 0.0, 5.0, 32, 32, 70.0) < 30.0
        assert (
            read_columns(world.blocks, eye[0], eye[2], 40.0)[0][int(eye[0]) & 255]
            <= world.tops[int(eye[0]) & 255]
        ).all()


def test_the_middle_row_of_a_level_view_shows_the_land() -> None:
    sim = VoxelSim(image_size=None)
    sim.reset(seed=2)
    assert sim.body().pitch == 0.0
    picture = sim.frame(45, 80).astype(float)
    assert np.abs(picture[22] - picture[21]).mean() < 40.0
