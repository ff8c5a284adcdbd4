"""Fingers that play: they look at the world and press `peam play`'s keys, and keep the string of them.

They know the goal (a stone pickaxe) and use nothing but the keys and menus that a person has.
"""

import math

import numpy as np

from peam.commands.play import Player
from peam.sims.voxel.aim import direction
from peam.sims.voxel.blocks import ID
from peam.sims.voxel.render import dda

REACH = 4.4
LOGS = ("oak_log", "birch_log", "spruce_log")


class Fingers:
    def __init__(self, player: Player) -> None:
        self.player, self.keys = player, ""
        self.sim = player.sim

    def press(self, keys: str) -> None:
        for key in keys:
            self.player.press(key)
            self.keys += key

    def held(self, *items: str) -> int:
        inventory = self.sim.observe().inventory
        return sum(inventory.get(item, 0) for item in items)

    # -- looking and walking

    def turn(self, yaw: float, pitch: float) -> None:
        body = self.sim.body()
        steps = round((yaw - body.yaw) / 15) % 24
        self.press("l" * steps if steps <= 12 else "j" * (24 - steps))
        steps = round((pitch - body.pitch) / 15)
        self.press("k" * steps if steps > 0 else "i" * -steps)

    def aim(self, cells: set) -> bool:
        """Looks at one of some cells if any view in steps of 15 degrees meets one in reach."""
        blocks, eye, body = self.sim.game.world.blocks, self.sim.game.eye, self.sim.body()
        for pitch in (0, 15, -15, 30, -30, 45, -45, 60, -60, 75, 90):
            for n in range(24):
                yaw = body.yaw + 15.0 * n
                hit, *cell, _, _ = dda(blocks, eye, direction(yaw, pitch), REACH)
                if hit and tuple(cell) in cells:
                    self.turn(yaw, pitch)
                    return True
        return False

    def go(self, x: float, z: float) -> None:
        """Takes a step towards a column, over or through what is in the way."""
        body = self.sim.body()
        yaw = math.degrees(math.atan2(body.position[0] - x, z - body.position[2]))
        self.turn(15.0 * round((yaw - body.yaw) / 15) + body.yaw, 0)
        before = body.position
        self.press("w" if math.hypot(x - before[0], z - before[2]) < 1.5 else " ")
        after = self.sim.body().position
        if math.hypot(after[0] - before[0], after[2] - before[2]) < 0.2:
            self.press("F k F i")

    def blocks(self, names: tuple[str, ...], radius: int = 24) -> set:
        grid = self.sim.voxels(radius)
        cells = np.argwhere(np.isin(grid.ids, [ID[name] for name in names])) + grid.origin
        return {tuple(cell) for cell in cells.tolist()}

    # -- work

    def chop(self, count: int) -> None:
        tried: dict[int, int] = {}
        for _ in range(150):
            if self.held(*LOGS) >= count:
                return
            x, y, z = self.sim.body().position
            drops = [
                e
                for e in self.sim.entities(4.0)
                if e.name in LOGS and abs(e.position[1] - y) < 1.5 and tried.get(e.id, 0) < 4
            ]
            logs = {cell for cell in self.blocks(LOGS) if -1 <= cell[1] - y < 3}
            if drops:
                tried[drops[0].id] = tried.get(drops[0].id, 0) + 1
                self.go(drops[0].position[0], drops[0].position[2])
            elif self.aim(logs):
                self.press("F.....")
            else:
                near = min(logs, key=lambda c: math.dist((c[0] + 0.5, c[1], c[2] + 0.5), (x, y, z)))
                self.go(near[0] + 0.5, near[2] + 0.5)
        raise AssertionError("no logs")

    def choose(self, menu: str, item: str) -> None:
        """Opens a menu, goes down to an item with the arrow keys, makes it, closes the menu."""
        self.press(menu)
        assert self.player.menu is not None, self.player.message
        items = [row.item for row in self.player.menu.rows]
        assert item in items, (item, items)
        self.press("k" * items.index(item) + " " + menu)

    def take(self, item: str) -> None:
        slots = self.sim.slots()
        places = [n for n, slot in enumerate(self.player.order) if slots[slot][0] == item]
        assert places, f"no {item} in the hotbar: {slots[:9]}"
        place = places[0]
        self.press(str(place + 1))

    def place_beside(self, item: str) -> None:
        """Places an item on the ground one or two steps away, wherever there is room."""
        self.take(item)
        for pitch in (45, 60, 30, 15, 0):
            for n in range(24):
                self.turn(self.sim.body().yaw + 15 * (n > 0), pitch)
                self.press("p")
                if self.held(item) == 0:
                    return
        raise AssertionError(f"no room for {item}")

    def dig_down_to_stone(self) -> None:
        self.turn(self.sim.body().yaw, 90)
        for _ in range(12):
            x, y, z = self.sim.body().cell
            if self.sim.block((x, y - 1, z)) == "stone":
                return
            self.press("F.....")
            if self.sim.body().cell[1] == y:  # on the edge of the hole
                self.press("w")
        raise AssertionError("no stone")

    def stone_pickaxe(self) -> None:
        """From bare hands: logs, planks, sticks, a table, a wooden pickaxe, cobblestone, a stone pickaxe."""
        self.chop(5)
        planks = [log.replace("log", "planks") for log in LOGS]
        for log in LOGS:
            for _ in range(self.held(log)):
                self.choose("c", log.replace("log", "planks"))
        assert self.held(*planks) >= 20
        self.choose("c", "stick")
        self.choose("c", "crafting_table")
        self.dig_down_to_stone()
        self.turn(self.sim.body().yaw, 15)
        self.press("F")  # room for the table in the pit's wall
        self.place_beside("crafting_table")
        self.choose("c", "wooden_pickaxe")
        self.take("wooden_pickaxe")
        self.turn(self.sim.body().yaw, 90)
        for _ in range(6):
            if self.held("cobblestone") >= 3:
                break
            self.press("F,")
        self.choose("c", "stone_pickaxe")
        self.take("stone_pickaxe")
