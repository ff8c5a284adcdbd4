"""The keys of `peam play` over the embedded simulator: each key, the menus, whole routes, the screen."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from peam.cli import main
from peam.commands.menus import Menu
from peam.commands.play import DEEDS, HELP, HOLD, KEYS, LEAVE, SNEAK, SPRINT, Player, hud, play
from peam.commands.screen import STRIP, Mouse, picture
from peam.errors import PeamError
from peam.sims.base import NOOP
from peam.sims.voxel import VoxelSim
from tests.fingers import Fingers
from tests.sims.arena import arena, put


class Recorder(VoxelSim):
    """Keeps every action."""

    def __init__(self, **options: Any) -> None:
        super().__init__(image_size=None, difficulty="peaceful")
        self.ticks: list[tuple[int, ...]] = []
        self.reset(seed=2, options=options)

    def tick(self, action: Sequence[int] = NOOP) -> None:
        self.ticks.append(tuple(action))
        super().tick(action)


def begun(**inventory: int) -> tuple[Recorder, Player]:
    sim = Recorder(inventory=inventory)
    return sim, Player(sim)


@pytest.mark.parametrize("key", sorted(KEYS))
def test_each_key_is_held_for_its_ticks(key: str) -> None:
    sim, player = begun(dirt=3)
    player.press(key)
    message, index, value, ticks = KEYS[key]
    assert len(sim.ticks) == ticks
    assert all(action[index] == value for action in sim.ticks)
    assert player.message == message


def test_jump_goes_forward() -> None:
    sim, player = begun()
    player.press(" ")
    assert sim.ticks[0][:3] == (1, 0, 1)


@pytest.mark.parametrize(("key", "pose"), [("r", SPRINT), ("z", SNEAK)])
def test_sprint_and_sneak_stay_until_they_are_pressed_again(key: str, pose: int) -> None:
    sim, player = begun()
    player.press(key)
    player.press("w")
    player.press(key)
    player.press("w")
    assert [action[2] for action in sim.ticks] == [pose] * HOLD + [0] * HOLD


def test_keys_held_together_are_one_action() -> None:
    sim, player = begun()
    player.push("w")
    player.push("a")
    player.push("f")
    player.advance()
    assert sim.ticks == [(1, 1, 0, 12, 12, 3, 0, 0)]


def test_the_hotbar_keeps_its_places_while_the_hand_changes() -> None:
    sim, player = begun(dirt=3, stick=2, cobblestone=5)
    for key, item in (("2", "stick"), ("3", "cobblestone"), ("1", "dirt"), ("3", "cobblestone")):
        player.press(key)
        assert sim.slots()[0][0] == item and player.selected == int(key) - 1
        assert [sim.slots()[slot][0] for slot in player.order[:3]] == ["dirt", "stick", "cobblestone"]
    ticks = len(sim.ticks)
    player.press("5")
    assert (len(sim.ticks), player.message, player.selected) == (ticks, "slot 5: air", 2)
    player.press("]")
    assert sim.slots()[0][0] == "dirt"
    player.press("[")
    assert sim.slots()[0][0] == "cobblestone"


def test_armour_is_put_on_and_the_hand_stays() -> None:
    sim, player = begun(dirt=3, iron_helmet=1)
    player.press("2")
    assert player.message == "iron_helmet is worn now" and player.selected == 0
    assert sim.slots()[0][0] == "dirt" and sim.game.inventory.armor()[0] == 2


def test_an_empty_hand_places_nothing() -> None:
    sim, player = begun()
    player.press("p")
    assert sim.ticks == [] and player.message == "the hand is empty"


def test_digging_through_breaks_the_block_in_reach_and_no_more() -> None:
    sim = arena()
    cell, behind = put(sim, 0, 1, 2, "dirt"), put(sim, 0, 1, 3, "dirt")
    player = Player(sim)
    player.press("F")
    assert (sim.block(cell), sim.block(behind), player.message) == ("air", "dirt", "dug dirt")
    player.press("i")
    player.press("i")
    player.press("i")
    player.press("F")
    assert player.message == "no block within reach"


def test_eating_takes_the_food_and_gives_the_hand_back() -> None:
    sim, player = begun(dirt=3, apple=2)
    player.press("e")
    assert player.message == "not hungry" and sim.observe().inventory["apple"] == 2
    sim.game.vitals.food = 10
    player.press("e")
    assert player.message == "ate apple" and sim.stats()["eaten.apple"] == 1
    assert sim.slots()[0][0] == "dirt" and sim.observe().inventory["apple"] == 1
    sim, player = begun(dirt=3)
    player.press("e")
    assert player.message == "nothing to eat"


def test_the_menu_says_what_can_be_made_and_what_is_lacking() -> None:
    sim, player = begun(oak_log=1, stick=2)
    player.press("c")
    text = "\n".join(hud(player))
    assert " 1:oak_planks  4 from 1 oak_log" in text
    assert "stone_pickaxe  lacks 3 cobblestone" in "\n".join(f"{r.item}  {r.text}" for r in player.menu.rows)
    player.press("1")
    assert player.message == "oak_planks: +4" and sim.observe().inventory == {"oak_planks": 4, "stick": 2}
    assert [row.item for row in player.menu.rows][:1] == ["oak_planks"], "rows keep their places"
    assert player.menu.rows[0].argument == -1
    ticks = len(sim.ticks)
    player.press("1")
    assert len(sim.ticks) == ticks and player.message == "oak_planks: nothing of it left"
    player.press("c")
    player.press("c")
    rows = {row.item: row for row in player.menu.rows}
    assert rows["wooden_pickaxe"].text == "needs a crafting table near"


def test_arrow_keys_choose_too() -> None:
    sim, player = begun(oak_log=1, stick=2)
    player.press("c")
    last = len(player.menu.rows) - 1
    for _ in range(last + 3):
        player.press("k")
    assert player.menu.cursor == last and last > 9, "more than one page, and it stops at the end"
    for _ in range(last + 3):
        player.press("i")
    player.press(" ")
    assert sim.observe().inventory["oak_planks"] == 4


@pytest.mark.parametrize("key", ["c", "d", "0", "\u0662"])
def test_any_other_key_closes_the_menu(key: str) -> None:
    sim, player = begun(oak_log=1)
    player.press("c")
    player.press(key)
    assert (player.menu, player.message, sim.ticks) == (None, "menu closed", [])


@pytest.mark.parametrize(("key", "verb"), [("c", "craft"), ("o", "smelt")])
def test_an_empty_menu_says_so(key: str, verb: str) -> None:
    _, player = begun()
    player.press(key)
    assert player.menu is None and f"nothing to {verb}" in player.message


def test_the_smelting_menu_names_what_is_lacking() -> None:
    sim = arena(inventory={"raw_iron": 2})
    assert [(r.item, r.text) for r in Menu(sim, "smelt").rows] == [("iron_ingot", "needs a furnace near")]
    put(sim, 0, 0, 2, "furnace")
    assert Menu(sim, "smelt").rows[0].text.startswith("no fuel")
    sim.game.give(1, 1)  # a block of stone: no fuel either
    assert Menu(sim, "smelt").rows[0].argument == -1


@pytest.mark.parametrize("seed", [2, 9])
def test_from_bare_hands_to_a_stone_pickaxe(seed: int) -> None:
    """Fingers find the keys; pressing the same keys again leads to the same bytes."""

    def start() -> Player:
        sim = VoxelSim(image_size=None, difficulty="peaceful")
        sim.reset(seed=seed)
        return Player(sim)

    fingers = Fingers(start())
    assert fingers.sim.observe().inventory == {}
    fingers.stone_pickaxe()
    assert fingers.sim.observe().hand == "stone_pickaxe"
    again = start()
    for key in fingers.keys:
        again.press(key)
    assert again.sim.snapshot() == fingers.sim.snapshot()
    assert set(fingers.keys) <= {*KEYS, *DEEDS, *"123456789"}


def test_from_ore_to_an_iron_pickaxe() -> None:
    given = {"raw_iron": 3, "coal": 1, "cobblestone": 8, "oak_planks": 4, "stick": 2}
    fingers = Fingers(Player(arena(difficulty="peaceful", inventory=given)))
    fingers.choose("c", "crafting_table")
    fingers.place_beside("crafting_table")
    fingers.choose("c", "furnace")
    fingers.place_beside("furnace")
    for _ in range(3):
        fingers.choose("o", "iron_ingot")
    fingers.press("," * 31)
    assert fingers.held("iron_ingot") == 3
    fingers.choose("c", "iron_pickaxe")
    fingers.take("iron_pickaxe")
    assert fingers.sim.observe().inventory == {"iron_pickaxe": 1}


def test_save_and_load(tmp_path: Path) -> None:
    sim, player = begun(dirt=3, stick=2)
    player.save = tmp_path / "game"
    player.press("2")
    player.press("n")
    state = sim.snapshot()
    for key in "wwf":
        player.press(key)
    assert sim.snapshot() != state
    player.press("m")
    assert sim.snapshot() == state and player.order == list(range(9)) and player.selected == 0
    player.save = tmp_path / "none"
    with pytest.raises(PeamError, match="cannot load"):
        player.press("m")
    player.save = tmp_path / "no folder" / "game"
    with pytest.raises(PeamError, match="cannot save"):
        player.press("n")


@pytest.mark.parametrize("key", ["y", "0", "\u0662"])
def test_a_key_without_meaning_is_a_users_error(key: str) -> None:
    _, player = begun()
    with pytest.raises(PeamError, match="does nothing") as error:
        player.press(key)
    assert HELP in str(error.value)


def test_keys_move_the_body_as_they_say() -> None:
    sim, player = begun()
    before = sim.body()
    player.press("l")
    assert (sim.body().yaw - before.yaw) % 360 == 15
    player.press("k")
    assert sim.body().pitch == before.pitch + 15
    for _ in range(3):
        player.press("w")
    moved = np.hypot(*(np.subtract(sim.body().position, before.position)[[0, 2]]))
    assert moved > 0.3
    assert sim.body().tick >= before.tick + 14


# -- the screen ----------------------------------------------------------------------------------------------


def test_every_view_menu_and_help_shows() -> None:
    _, player = begun(oak_log=2)
    seen = [picture(player)]
    for keys in ("v", "v", "v", "h", "h", "c"):
        player.press(keys)
        seen.append(picture(player))
    assert all(image.shape == (360 + STRIP, 640, 3) for image in seen)
    views = [image[:300].tobytes() for image in seen]
    assert len(set(views)) == 5 and views[0] == views[3] == views[5], (
        "first, third, map, help and menu differ"
    )
    with pytest.raises(PeamError, match="did you mean 'third'"):
        Player(player.sim, view="thrid")


def test_the_mouse_looks_digs_and_scrolls() -> None:
    sim, player = begun(dirt=3, stick=1)
    mouse, yaw = Mouse(player), sim.body().yaw
    for x, y in ((100, 100), (130, 100), (141, 100), (141, 60)):
        mouse.on(cv2.EVENT_MOUSEMOVE, x, y, 0)
    player.advance()
    assert (sim.body().yaw - yaw) % 360 == 15 and sim.body().pitch == -15
    mouse.on(cv2.EVENT_LBUTTONDOWN, 0, 0, 0)
    mouse.press()
    player.advance()
    mouse.on(cv2.EVENT_LBUTTONUP, 0, 0, 0)
    mouse.on(cv2.EVENT_RBUTTONDOWN, 0, 0, 0)
    mouse.press()
    player.advance()
    assert [action[5] for action in sim.ticks] == [0, 3, 1]
    mouse.on(cv2.EVENT_MOUSEWHEEL, 0, 0, -120)
    assert sim.slots()[0][0] == "stick"


def test_headless_writes_the_last_picture_and_stops_at_leave(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sim, player = begun(oak_log=2)
    out = tmp_path / "end.png"
    assert play(player, f"wj{LEAVE}fff", out) == 0
    assert len(sim.ticks) == HOLD + 1
    with Image.open(out) as image:
        assert image.size == (640, 360 + STRIP)
    assert "inventory  oak_log 2" in capsys.readouterr().out


def test_the_command_line_plays_saves_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures, save = [], tmp_path / "game"
    for name in ("one.png", "two.png"):
        out = tmp_path / name
        command = ["play", "--seed", "42", "--headless", "--save", str(save), "--out", str(out)]
        assert main([*command, "--keys", "wwll.n"]) == 0
        pictures.append(out.read_bytes())
    assert pictures[0] == pictures[1]
    with Image.open(tmp_path / "one.png") as image:
        view = np.asarray(image)[:300]
    assert len(np.unique(view.reshape(-1, 3), axis=0)) > 100
    first = capsys.readouterr().out.splitlines()[0]
    command = [
        "play",
        "--headless",
        "--load",
        str(save),
        "--view",
        "map",
        "--out",
        str(tmp_path / "three.png"),
    ]
    assert main(command) == 0
    assert capsys.readouterr().out.splitlines()[0] == first
    assert main(["play", "--headless", "--load", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("peam: cannot load")
