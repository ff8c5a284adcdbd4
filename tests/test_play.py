"""The keyboard over a small fake of the simulator contract, and over the embedded simulator itself."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from peam.build import make_sim
from peam.cli import main
from peam.commands.play import HELP, KEYS, LEAVE, Player, hud, offers, picture, play
from peam.config import load_config
from peam.errors import PeamError
from peam.sims.base import NOOP, Body
from tests.test_types import observation


class FakeRules:
    def recipe(self, item: str) -> tuple[int, Mapping[str, int], bool] | None:
        known: dict[str, tuple[int, Mapping[str, int], bool]] = {
            "oak_planks": (4, {"oak_log": 1}, False),
            "stick": (4, {"oak_planks": 2}, False),
        }
        return known.get(item)

    def smelting(self, product: str) -> Sequence[str]:
        return ("oak_log",) if product == "charcoal" else ()


class FakeSim:
    """Records ticks; crafting oak_planks (argument 29) works, smelting charcoal (227) finds no furnace."""

    def __init__(self) -> None:
        self.rules = FakeRules()
        self.ticks: list[tuple[int, ...]] = []
        self.held = {"oak_log": 2}
        self.bag = [("air", 0), ("oak_log", 2), *[("air", 0)] * 34]

    def tick(self, action: Sequence[int] = NOOP) -> None:
        self.ticks.append(tuple(action))
        if action[5] == 4 and action[6] == 29:
            self.held = {"oak_log": 1, "oak_planks": 4}
        if action[5] == 5:
            self.bag[0], self.bag[action[7]] = self.bag[action[7]], self.bag[0]

    def slots(self) -> Sequence[tuple[str, int]]:
        return self.bag

    def observe(self, image: Any = None, nearby_text: bool = False) -> Any:
        return observation(inventory=self.held)

    def craft_id(self, item: str) -> int:
        return {"oak_planks": 29}.get(item, -1)

    def smelt_id(self, product: str) -> int:
        return 227

    def body(self) -> Body:
        return Body((1.5, 64.0, -2.5), 0.0, 0.0, True, False, 20.0, 17.0, True, "air", len(self.ticks))

    def frame(self, height: int, width: int) -> Any:
        return np.full((height, width, 3), 77, np.uint8)


def fake() -> tuple[FakeSim, Player]:
    sim = FakeSim()
    return sim, Player(sim)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", sorted(KEYS))
def test_each_key_is_held_for_its_ticks(key: str) -> None:
    sim, player = fake()
    sim.bag[0] = ("dirt", 1)
    player.press(key)
    _, index, value, ticks = KEYS[key]
    assert len(sim.ticks) == ticks
    assert all(action[index] == value for action in sim.ticks)
    assert player.message == KEYS[key][0]


def test_jump_goes_forward() -> None:
    sim, player = fake()
    player.press(" ")
    assert sim.ticks[0][:3] == (1, 0, 1)


def test_digits_take_a_slot_into_the_hand() -> None:
    sim, player = fake()
    player.press("2")
    assert sim.bag[0] == ("oak_log", 2)
    assert player.message == "slot 2: oak_log"
    before = len(sim.ticks)
    player.press("5")
    assert len(sim.ticks) == before
    assert player.message == "slot 5: air"


def test_an_empty_hand_places_nothing() -> None:
    sim, player = fake()
    player.press("p")
    assert sim.ticks == []
    assert player.message == "the hand is empty"


def test_the_menu_offers_what_the_inventory_pays_and_crafts_it() -> None:
    sim, player = fake()
    assert offers(player.sim) == [("craft", "oak_planks", 29), ("smelt", "charcoal", 227)]
    player.press("c")
    assert "1:craft oak_planks" in " ".join(hud(player))
    player.press("1")
    assert sim.ticks[-1][5:7] == (4, 29)
    assert player.message == "craft oak_planks: +4"
    assert player.menu == []


def test_a_craft_without_effect_says_what_may_lack() -> None:
    _, player = fake()
    player.press("c")
    player.press("2")
    assert player.message == "smelt charcoal: no station near or no fuel"


@pytest.mark.parametrize("key", ["9", "w", "0", "\u0662"])
def test_any_other_key_closes_the_menu(key: str) -> None:
    sim, player = fake()
    player.press("c")
    player.press(key)
    assert (player.menu, player.message, sim.ticks) == ([], "menu closed", [])


def test_an_empty_menu_says_so() -> None:
    sim, player = fake()
    sim.held = {}
    player.press("c")
    assert "nothing can be crafted" in player.message
    assert player.menu == []


@pytest.mark.parametrize("key", ["z", "0", "\u0662"])
def test_a_key_without_meaning_is_a_users_error(key: str) -> None:
    _, player = fake()
    with pytest.raises(PeamError, match="does nothing") as error:
        player.press(key)
    assert HELP in str(error.value)


def test_picture_has_the_view_above_the_hud() -> None:
    _, player = fake()
    image = picture(player)
    assert image.shape == (444, 640, 3)
    assert (image[:360] == 77).all()
    assert len(np.unique(image[360:])) > 10


def test_headless_writes_the_last_picture_and_stops_at_leave(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sim, _ = fake()
    out = tmp_path / "end.png"
    assert play(sim, f"wj{LEAVE}fff", out) == 0  # type: ignore[arg-type]
    assert len(sim.ticks) == 5
    with Image.open(out) as image:
        assert image.size == (640, 444)
    printed = capsys.readouterr().out
    assert "inventory  oak_log 2" in printed
    assert "x 1.5 y 64.0 z -2.5" in printed


def test_the_embedded_world_walks_turns_and_draws(tmp_path: Path) -> None:
    """The same keys through the command line, in the real simulator, twice: the same picture."""
    pictures = []
    for name in ("one.png", "two.png"):
        out = tmp_path / name
        assert main(["play", "--seed", "42", "--headless", "--keys", "wwll.", "--out", str(out)]) == 0
        pictures.append(out.read_bytes())
    assert pictures[0] == pictures[1]
    with Image.open(tmp_path / "one.png") as image:
        view = np.asarray(image)[:360]
    assert len(np.unique(view.reshape(-1, 3), axis=0)) > 100


def test_keys_move_the_body_as_they_say() -> None:
    sim = make_sim(load_config())
    sim.reset(seed=42)
    player = Player(sim)
    begun = sim.body()
    player.press("l")
    assert (sim.body().yaw - begun.yaw) % 360 == 15
    player.press("k")
    assert sim.body().pitch == begun.pitch + 15
    for _ in range(3):
        player.press("w")
    moved = np.hypot(*(np.subtract(sim.body().position, begun.position)[[0, 2]]))
    assert moved > 0.3
    assert sim.body().tick >= begun.tick + 14


def test_a_log_becomes_planks_through_the_menu() -> None:
    sim = make_sim(load_config())
    sim.reset(seed=42, options={"inventory": {"oak_log": 1}})
    player = Player(sim)
    player.press("c")
    assert [offer[1] for offer in player.menu][:1] == ["oak_planks"]
    player.press("1")
    assert player.message == "craft oak_planks: +4"
    assert sim.observe().inventory == {"oak_planks": 4}
