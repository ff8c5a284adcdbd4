"""`peam play`: the embedded simulator under a person's hands, in an OpenCV window or from a string of keys.

Uses the simulator contract alone, with the same low-level actions that skills use. What a key does stands
in `KEYS`; the craft menu (key c) lists what can be made now, to be chosen with a digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from peam.actions import grammar
from peam.errors import PeamError, nearest
from peam.sims.base import NOOP, Sim
from peam.types import Image

WALK, STRAFE, JUMP, PITCH, YAW, FUNCTION, CRAFT, SLOT = range(8)
USE, DROP, ATTACK, MAKE, EQUIP, PLACE = 1, 2, 3, 4, 5, 6
HOLD = 4  # ticks that a walking key lasts: about 0.9 m
DIG = 10  # ticks that a dig key lasts; pressing again goes on
SIZE = (360, 640)
STRIP = 84

# key -> (what it does, action index, value, ticks held)
KEYS: dict[str, tuple[str, int, int, int]] = {
    "w": ("walk forward", WALK, 1, HOLD),
    "s": ("walk back", WALK, 2, HOLD),
    "a": ("step left", STRAFE, 1, HOLD),
    "d": ("step right", STRAFE, 2, HOLD),
    " ": ("jump forward", JUMP, 1, HOLD),
    "j": ("turn left 15 degrees", YAW, 11, 1),
    "l": ("turn right 15 degrees", YAW, 13, 1),
    "i": ("look up 15 degrees", PITCH, 11, 1),
    "k": ("look down 15 degrees", PITCH, 13, 1),
    "f": ("dig or hit", FUNCTION, ATTACK, DIG),
    "u": ("use", FUNCTION, USE, 1),
    "q": ("drop what is in the hand", FUNCTION, DROP, 1),
    "p": ("place what is in the hand", FUNCTION, PLACE, 1),
    ".": ("wait a tick", FUNCTION, 0, 1),
}
MENU, LEAVE = "c", "x"
HELP = "wasd walk  space jump  ijkl look  f dig  p place  u use  q drop  1-9 take in hand  c craft  x leave"


class Player:
    """Turns keys into ticks of a simulator.

    Attributes:
        menu: The (verb, item, craft argument) entries on offer, empty while the menu is closed.
        message: What the last key did.
    """

    def __init__(self, sim: Sim) -> None:
        self.sim = sim
        self.menu: list[tuple[str, str, int]] = []
        self.message = ""

    def press(self, key: str) -> None:
        """Carries out one key.

        Raises:
            PeamError: If the key means nothing; names the nearest by what it does.
        """
        if self.menu:
            self._choose(key)
        elif key == MENU:
            self._open()
        elif key.isdecimal() and key.isascii() and key != "0":
            self._take(int(key) - 1)
        elif key in KEYS:
            self._hold(*KEYS[key])
        else:
            known = [*KEYS, MENU, LEAVE, *"123456789"]
            raise PeamError(f"key '{key}' does nothing{nearest(key, known)}; keys: {HELP}")

    def _hold(self, message: str, index: int, value: int, ticks: int) -> None:
        action = list(NOOP)
        action[index] = value
        if index == JUMP:
            action[WALK] = 1
        if value == PLACE and index == FUNCTION and self.sim.slots()[0][0] == "air":
            self.message = "the hand is empty"
            return
        for _ in range(ticks):
            self.sim.tick(action)
        self.message = message

    def _take(self, slot: int) -> None:
        item, _ = self.sim.slots()[slot]
        if slot and item != "air":
            self.sim.tick(_function(EQUIP, slot=slot))
        self.message = f"slot {slot + 1}: {item}"

    def _open(self) -> None:
        self.menu = offers(self.sim)
        self.message = "choose" if self.menu else "nothing can be crafted or smelted now"

    def _choose(self, key: str) -> None:
        menu, self.menu = self.menu, []
        if not key.isdecimal() or not key.isascii() or not 1 <= int(key) <= len(menu):
            self.message = "menu closed"
            return
        verb, item, argument = menu[int(key) - 1]
        before = self.sim.observe().inventory.get(item, 0)
        self.sim.tick(_function(MAKE, craft=argument))
        gained = self.sim.observe().inventory.get(item, 0) - before
        self.message = (
            f"{verb} {item}: {gained:+d}" if gained else f"{verb} {item}: no station near or no fuel"
        )


def _function(value: int, craft: int = 0, slot: int = 0) -> Sequence[int]:
    action = list(NOOP)
    action[FUNCTION], action[CRAFT], action[SLOT] = value, craft, slot
    return action


def offers(sim: Sim) -> list[tuple[str, str, int]]:
    """Returns up to nine things whose ingredients are at hand, as (verb, item, craft argument)."""
    held = sim.observe().inventory
    found = []
    for item in grammar()["craft"].targets:
        recipe = sim.rules.recipe(item)
        if recipe and all(held.get(name, 0) >= count for name, count in recipe[1].items()):
            found.append(("craft", item, sim.craft_id(item)))
    for item in grammar()["smelt"].targets:
        if any(held.get(source, 0) for source in sim.rules.smelting(item)):
            found.append(("smelt", item, sim.smelt_id(item)))
    return [offer for offer in found if offer[2] >= 0][:9]


def picture(player: Player) -> Image:
    """Draws what the player sees, with vitals, hotbar and menu below.

    Returns:
        (444, 640, 3) uint8.
    """
    strip = Pillow.new("RGB", (SIZE[1], STRIP), (24, 24, 28))
    draw = ImageDraw.Draw(strip)
    font = ImageFont.load_default(13)
    for row, text in enumerate(hud(player)):
        draw.text((8, 3 + 16 * row), text, fill=(225, 225, 225), font=font)
    return np.concatenate([player.sim.frame(*SIZE), np.asarray(strip, dtype=np.uint8)])


def hud(player: Player) -> list[str]:
    """Returns the lines under the picture."""
    body = player.sim.body()
    x, y, z = body.position
    slots = player.sim.slots()[:9]
    bar = "  ".join(f"{n}:{item} {count}" for n, (item, count) in enumerate(slots, 1) if item != "air")
    menu = "  ".join(f"{n}:{verb} {item}" for n, (verb, item, _) in enumerate(player.menu, 1))
    return [
        f"life {body.life:.0f}  food {body.food:.0f}   x {x:.1f} y {y:.1f} z {z:.1f}   tick {body.tick}",
        f"hotbar  {bar or 'empty'}",
        f"craft   {menu}" if menu else HELP,
        player.message,
    ]


def play(sim: Sim, keys: str | None, out: Path) -> int:
    """Plays.

    Args:
        sim: A simulator that was reset.
        keys: The keys to press without a window, one character each; None opens a window.
        out: Where the last picture of a windowless game goes (PNG).

    Returns:
        Exit code 0.
    """
    player = Player(sim)
    if keys is None:
        _window(player)
    else:
        for key in keys.split(LEAVE)[0]:
            player.press(key)
        Pillow.fromarray(picture(player)).save(out, format="PNG")
        print("\n".join(hud(player)))
        inventory = sim.observe().inventory
        print("inventory  " + (", ".join(f"{k} {v}" for k, v in sorted(inventory.items())) or "empty"))
        print(f"picture    {out}")
    return 0


def _window(player: Player) -> None:
    name = "PEAM"
    try:
        cv2.namedWindow(name)
    except cv2.error as error:
        raise PeamError("no window can be opened here; play with --headless --keys") from error
    while player.sim.body().alive:
        cv2.imshow(name, cv2.cvtColor(picture(player), cv2.COLOR_RGB2BGR))
        code = cv2.waitKey(50)
        if code == -1:
            player.sim.tick()
            continue
        key = chr(code & 0xFF)
        if key in (LEAVE, "\x1b"):
            break
        _try(player, key)
    cv2.destroyAllWindows()


def _try(player: Player, key: str) -> None:
    try:
        player.press(key)
    except PeamError as error:
        player.message = str(error).split(";")[0]
