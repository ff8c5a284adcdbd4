"""`peam play`: the embedded simulator under a person's hands, in a window or from a string of keys.

Drives the world with the same low-level actions as skills do. What a key does stands in `KEYS` and `DEEDS`;
both ways of playing go through `Player.press`, so that a string of keys can do all that a person can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PIL import Image as Pillow

from peam.commands.menus import CRAFT, PAGE, SMELT, Menu
from peam.errors import PeamError, nearest
from peam.sims.base import NOOP
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.building import target

WALK, STRAFE, POSE, PITCH, YAW, FUNCTION, CRAFT_ID, SLOT = range(8)
USE, DROP, ATTACK, MAKE, EQUIP, PLACE = 1, 2, 3, 4, 5, 6
JUMP, SNEAK, SPRINT = 1, 2, 3  # values of POSE
HOLD = 4  # ticks that a walking key lasts: about 0.9 m
DIG = 10  # ticks that a dig key lasts; pressing again goes on
LONG = 20  # ticks of the long wait
MOST = 600  # ticks after which digging through gives up: obsidian aside, no block takes as long
MEAL = 40  # ticks in which a meal is eaten (32) or not at all
HOTBAR = 9
VIEWS: Final = ("first", "third", "map")

# key -> (what it does, action index, value, ticks held)
KEYS: Final[dict[str, tuple[str, int, int, int]]] = {
    "w": ("walk forward", WALK, 1, HOLD),
    "s": ("walk back", WALK, 2, HOLD),
    "a": ("step left", STRAFE, 1, HOLD),
    "d": ("step right", STRAFE, 2, HOLD),
    " ": ("jump forward", POSE, JUMP, HOLD),
    "j": ("turn left 15 degrees", YAW, 11, 1),
    "l": ("turn right 15 degrees", YAW, 13, 1),
    "i": ("look up 15 degrees", PITCH, 11, 1),
    "k": ("look down 15 degrees", PITCH, 13, 1),
    "f": ("dig or hit", FUNCTION, ATTACK, DIG),
    "u": ("use", FUNCTION, USE, 1),
    "q": ("drop what is in the hand", FUNCTION, DROP, 1),
    "p": ("place what is in the hand", FUNCTION, PLACE, 1),
    ".": ("wait a tick", FUNCTION, 0, 1),
    ",": ("wait a second", FUNCTION, 0, LONG),
}
LEAVE: Final = "x"
HELP: Final = (
    "wasd walk  space jump  ijkl look  f dig  F dig through  p place  u use  e eat  1-9 hotbar  "
    "c craft  o smelt  h all keys  x leave"
)


class Player:
    """Turns keys into ticks of a simulator.

    Attributes:
        menu: The menu that is open, or None.
        message: What the last key did.
        view: "first", "third" or "map".
        manual: Whether the list of keys is shown.
        pose: 0, `SNEAK` or `SPRINT`: what walking keys do.
        order: Which inventory slot each of the nine places of the hotbar shows. The hand is always slot 0 of
            the inventory, so taking place n into the hand exchanges two slots, and this list with them.
        selected: The place that is in the hand.
    """

    def __init__(self, sim: VoxelSim, view: str = "first", save: Path = Path("play.state")) -> None:
        if view not in VIEWS:
            raise PeamError(f"unknown view '{view}'{nearest(view, VIEWS)}")
        self.sim, self.view, self.save = sim, view, save
        self.menu: Menu | None = None
        self.message = ""
        self.manual = False
        self.pose = 0
        self.order, self.selected = list(range(HOTBAR)), 0
        self._held: dict[int, tuple[int, int]] = {}  # action index -> (value, ticks left)

    def press(self, key: str) -> None:
        """Carries out one key to its end.

        Raises:
            PeamError: If the key means nothing; names the nearest by what it does.
        """
        self.push(key)
        while self._held:
            self.advance()

    def push(self, key: str) -> None:
        """Takes one key; what it holds down is carried out by `advance`. Raises as `press`."""
        if self.menu is not None:
            self._in_menu(self.menu, key)
        elif key.isdecimal() and key.isascii() and key != "0":
            self._take(int(key) - 1)
        elif key in KEYS:
            self._hold(*KEYS[key])
        elif key in DEEDS:
            DEEDS[key][1](self)
        else:
            known = [*KEYS, *DEEDS, LEAVE, *"123456789"]
            raise PeamError(f"key '{key}' does nothing{nearest(key, known)}; keys: {HELP}")

    def advance(self) -> None:
        """Lets one tick pass, with what is held down."""
        action = list(NOOP)
        for index, (value, ticks) in list(self._held.items()):
            action[index] = value
            if ticks > 1:
                self._held[index] = (value, ticks - 1)
            else:
                del self._held[index]
        if action[POSE] == JUMP and not action[WALK]:
            action[WALK] = 1
        if not action[POSE] and (action[WALK] or action[STRAFE] or self.pose == SNEAK):
            action[POSE] = self.pose
        self.sim.tick(action)

    def hold(self, index: int, value: int, ticks: int) -> None:
        """Holds a part of the action down for some ticks."""
        self._held[index] = (value, ticks)

    def _hold(self, message: str, index: int, value: int, ticks: int) -> None:
        if value == PLACE and index == FUNCTION and self.sim.slots()[0][0] == "air":
            self.message = "the hand is empty"
            return
        self.hold(index, value, ticks)
        self.message = message

    # -- hotbar and menus ----------------------------------------------------------------------------------

    def _take(self, place: int) -> None:
        """Takes a place of the hotbar into the hand; armour and shields are put on."""
        slot = self.order[place]
        item, _ = self.sim.slots()[slot]
        self.message = f"slot {place + 1}: {item}"
        if slot == 0 or item == "air":
            return
        self.sim.tick(_function(EQUIP, slot=slot))
        if self.sim.slots()[0][0] == item:
            self.order[self.selected], self.order[place] = slot, 0
            self.selected = place
        else:
            self.message = f"{item} is worn now"

    def scroll(self, by: int) -> None:
        """Takes the next place to the right (1) or left (-1) that holds something into the hand."""
        slots = self.sim.slots()
        for n in range(1, HOTBAR):
            place = (self.selected + by * n) % HOTBAR
            if slots[self.order[place]][0] != "air":
                self._take(place)
                return

    def open_menu(self, verb: str) -> None:
        """Opens the crafting or the smelting menu, if it has a row."""
        menu = Menu(self.sim, verb)
        self.menu = menu if menu.rows else None
        self.message = "choose" if menu.rows else f"nothing to {verb} from what is held"

    def _in_menu(self, menu: Menu, key: str) -> None:
        first, rows = menu.page()
        if key in "kis" or key == "w":
            menu.move(1 if key in "ks" else -1)
        elif key in " \r\n":
            self.message = menu.choose(self.sim, menu.cursor)
        elif key.isdecimal() and key.isascii() and 1 <= int(key) <= len(rows):
            menu.cursor = first + int(key) - 1
            self.message = menu.choose(self.sim, menu.cursor)
        else:
            self.menu = None
            self.message = "menu closed"

    # -- deeds of several ticks ----------------------------------------------------------------------------

    def dig_through(self) -> None:
        """Digs until the block under the crosshair is gone."""
        hit = target(self.sim.game)
        if hit is None:
            self.message = "no block within reach"
            return
        cell = hit[0]
        name = self.sim.block(cell)
        for _ in range(MOST):
            self.sim.tick(_function(ATTACK))
            if self.sim.block(cell) != name or not self.sim.body().alive:
                break
        self.message = f"dug {name}" if self.sim.block(cell) != name else f"{name} does not give way"

    def eat(self) -> None:
        """Eats what is in the hand, or the first food held, and takes the hand's item back."""
        slots = self.sim.slots()
        foods = [n for n, (item, _) in enumerate(slots) if item != "air" and self.sim.rules.food_points(item)]
        if not foods:
            self.message = "nothing to eat"
            return
        slot = 0 if 0 in foods else foods[0]
        item, count = slots[slot]
        if slot:
            self.sim.tick(_function(EQUIP, slot=slot))
        for _ in range(MEAL):
            self.sim.tick(_function(USE))
            if self.sim.slots()[0] != (item, count):
                break
        self.message = f"ate {item}" if self.sim.slots()[0] != (item, count) else "not hungry"
        if slot and self.sim.slots()[slot][0] != "air":
            self.sim.tick(_function(EQUIP, slot=slot))

    def change_view(self) -> None:
        """Goes on to the next view."""
        self.view = VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]
        self.message = f"view: {self.view}"

    def toggle(self, pose: int) -> None:
        """Begins or ends sneaking or sprinting."""
        self.pose = 0 if self.pose == pose else pose
        self.message = {0: "walking", SNEAK: "sneaking", SPRINT: "sprinting"}[self.pose]

    def show_manual(self) -> None:
        """Shows or hides the list of keys."""
        self.manual = not self.manual
        self.message = ""

    def write(self) -> None:
        """Saves the game."""
        try:
            self.save.write_bytes(self.sim.snapshot())
        except OSError as error:
            raise PeamError(f"cannot save {self.save}: {error.strerror}") from error
        self.message = f"saved {self.save}"

    def read(self) -> None:
        """Loads the saved game. Raises PeamError if there is none, or a broken one."""
        self.sim.restore(saved(self.save))
        self.order, self.selected = list(range(HOTBAR)), 0
        self._held.clear()
        self.message = f"loaded {self.save}"


# key -> (what it does, how)
DEEDS: Final[dict[str, tuple[str, Callable[[Player], None]]]] = {
    "F": ("dig until the block is gone", Player.dig_through),
    "e": ("eat", Player.eat),
    "r": ("sprint or stop sprinting", lambda player: player.toggle(SPRINT)),
    "z": ("sneak or stop sneaking", lambda player: player.toggle(SNEAK)),
    "[": ("hotbar to the left", lambda player: player.scroll(-1)),
    "]": ("hotbar to the right", lambda player: player.scroll(1)),
    "c": ("crafting menu", lambda player: player.open_menu(CRAFT)),
    "o": ("smelting menu", lambda player: player.open_menu(SMELT)),
    "v": ("view: first person, third person, map", Player.change_view),
    "h": ("this list", Player.show_manual),
    "n": ("save", Player.write),
    "m": ("load", Player.read),
}


def saved(path: Path) -> bytes:
    """Reads a saved game's bytes. Raises PeamError if there is none."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise PeamError(f"cannot load {path}: {error.strerror}") from error


def _function(value: int, slot: int = 0) -> Sequence[int]:
    action = list(NOOP)
    action[FUNCTION], action[SLOT] = value, slot
    return action


def hud(player: Player) -> list[str]:
    """Returns the state in words: vitals and place, hotbar, the open menu or the help, the last message."""
    body = player.sim.body()
    x, y, z = body.position
    slots = player.sim.slots()
    shown = [slots[slot] for slot in player.order]
    bar = "  ".join(f"{n}:{item} {count}" for n, (item, count) in enumerate(shown, 1) if item != "air")
    lines = [
        f"life {body.life:.0f}  food {body.food:.0f}   x {x:.1f} y {y:.1f} z {z:.1f}   tick {body.tick}",
        f"hotbar  {bar or 'empty'}",
    ]
    if player.menu is None:
        return [*lines, HELP, player.message]
    first, rows = player.menu.page()
    marks = ("x" if row.argument < 0 else " " for row in rows)
    menu = [
        f"{mark} {n}:{row.item}  {row.text}" for n, (mark, row) in enumerate(zip(marks, rows, strict=True), 1)
    ]
    pages = f"{first // PAGE + 1}/{(len(player.menu.rows) - 1) // PAGE + 1}"
    return [*lines, f"{player.menu.verb} {pages}", *menu, player.message]


def play(player: Player, keys: str | None, out: Path) -> int:
    """Plays.

    Args:
        player: With a simulator that was reset.
        keys: The keys to press without a window, one character each; None opens a window.
        out: Where the last picture of a windowless game goes (PNG).

    Returns:
        Exit code 0.
    """
    from peam.commands.screen import picture, window

    if keys is None:
        window(player)
        return 0
    for key in keys.split(LEAVE)[0]:
        player.press(key)
    Pillow.fromarray(picture(player)).save(out, format="PNG")
    print("\n".join(hud(player)))
    inventory = player.sim.observe().inventory
    print("inventory  " + (", ".join(f"{k} {v}" for k, v in sorted(inventory.items())) or "empty"))
    print(f"picture    {out}")
    return 0
