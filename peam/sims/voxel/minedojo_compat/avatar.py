"""One mission on one game of the embedded world: Malmo's commands in, one tick of time, Malmo's report out.

Both users of it give the same answers for the same commands: `MineDojoEnv` in this process, and the stand-in
server (`peam.sims.minedojo.standin`) for the real client. Knows nothing of sockets, masks or tasks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from peam.errors import SimError
from peam.sims.voxel import entities as ent
from peam.sims.voxel import physics as ph
from peam.sims.voxel import views
from peam.sims.voxel.building import put_down
from peam.sims.voxel.game import Game
from peam.sims.voxel.items import SLOTS
from peam.sims.voxel.minedojo_compat import chat, crafting
from peam.sims.voxel.minedojo_compat.ledger import ATTACK, DROP, USE, Ledger
from peam.sims.voxel.minedojo_compat.mission import Mission, start
from peam.sims.voxel.minedojo_compat.names import SHOWN
from peam.sims.voxel.minedojo_compat.nearby import FOV, nearby
from peam.sims.voxel.minedojo_compat.report import Reporter
from peam.sims.voxel.vitals import Vitals
from peam.types import Image

Command = tuple[str, str]  # verb, argument
_POSES: Final = {"jump": 1, "sneak": 2, "sprint": 3}
_VERBS: Final = {"attack": ATTACK, "use": USE, "drop": DROP}  # the first that is pressed counts


class Avatar:
    """The agent of a mission.

    Attributes:
        game: The world and the body.
        mission: What it started from.
        ledger: Malmo's statistics.
        fire: Ticks of burning left over from the last fuel that was used for smelting.
        clock: Tick of the day at which a standing clock stands.
        answers: What the chat answered to commands that failed, in this tick.
    """

    def __init__(self, mission: Mission) -> None:
        """Starts a mission. Raises SimError where the embedded world cannot offer what it asks for."""
        self.mission = mission
        self.game: Game = start(mission)
        self.ledger = Ledger()
        self.fire = 0
        self.clock = self.game.clock
        self.answers: list[str] = []
        self._home = self.game.body[:3].copy()
        self._reporter = Reporter(self.game)

    def tick(self, commands: Sequence[Command]) -> None:
        """Advances one tick with the commands of one Malmo step."""
        game = self.game
        if not game.alive:
            self._respawn()
        self.answers = []
        pressed = {verb: argument == "1" for verb, argument in commands}
        for verb, argument in commands:
            self._event(verb, argument)
        action = [_axis(pressed, "forward", "back"), _axis(pressed, "left", "right"), 0, 12, 12, 0, 0, 0]
        action[2] = next((pose for key, pose in _POSES.items() if pressed.get(key)), 0)
        action[5] = next((verb for key, verb in _VERBS.items() if pressed.get(key)), 0)
        self._advance(action)

    def _event(self, verb: str, argument: str) -> None:
        """Carries out what takes effect at once: chat, camera, craft, smelt, equip, place."""
        if argument == "none":
            return
        if verb == "chat":
            answer = chat.run(self, argument)
            self.answers += [answer] if answer else []
        elif verb == "camera":
            self._turn(*(float(word) for word in argument.split()))
        elif verb == "craft" or (verb == "craftNearby" and self.near("crafting_table")):
            crafting.craft(self, argument)
        elif verb == "smeltNearby" and self.near("furnace"):
            crafting.smelt(self, argument)
        elif verb == "equip":
            crafting.equip(self, argument)
        elif verb == "place":
            slot = crafting.find(self, argument)
            if slot >= 0:
                put_down(self.game, slot)

    def _turn(self, pitch: float, yaw: float) -> None:
        if not (math.isfinite(pitch) and math.isfinite(yaw)):
            raise SimError(f"camera: {pitch} {yaw} are not two numbers")
        body = self.game.body
        if yaw:
            body[ph.YAW] = (body[ph.YAW] + yaw + 180.0) % 360.0 - 180.0
        body[ph.PITCH] = min(90.0, max(-90.0, body[ph.PITCH] + pitch))

    def _advance(self, action: list[int]) -> None:
        game = self.game
        if not game.alive:
            return
        known = game.entities.next_id
        self.ledger.before(game, action[5])
        game.tick(action)
        self.ledger.after(game, action[5])
        if not self.mission.time_passes:
            game.clock = self.clock
        if not self.mission.mobs_spawn and game.entities.next_id > known:
            self._unspawn(known)
        if not game.alive:
            self._fall()

    def _unspawn(self, known: int) -> None:
        """Takes away creatures that came by themselves since an entity id."""
        table = self.game.entities.table[: self.game.entities.rows]
        for row in np.flatnonzero((table[:, ent.KIND] > ent.ARROW) & (table[:, ent.EID] >= known)):
            self.game.entities.remove(int(row))

    # -- death ---------------------------------------------------------------------------------------------

    def die(self) -> None:
        """Kills the agent."""
        self.game.vitals.life = 0.0
        self._fall()

    def _fall(self) -> None:
        """Drops everything at the place of death."""
        game = self.game
        self.ledger.died()
        for slot in range(SLOTS):
            item, count, worn = (part[slot] for part in game.inventory.state())
            if count:
                game.inventory.take(slot, count)
                game.entities.item(item, count, game.body[:3].tolist(), worn=worn)

    def _respawn(self) -> None:
        """Comes to life again where the mission began, as the client does on the death screen."""
        game = self.game
        game.vitals = Vitals()
        game.hands.held, game.hands.guard, game.hands.progress = 0, False, 0.0
        game.body[: ph.Z + 1] = self._home
        game.body[ph.VX : ph.VZ + 1], game.body[ph.FALL] = 0.0, 0.0
        game.world.ensure(self._home[0], self._home[2])

    # -- what is to be seen --------------------------------------------------------------------------------

    def near(self, station: str) -> bool:
        """Whether a placed crafting table or furnace is near and in view."""
        return nearby(self.game, station, self.mission.image)

    def held(self, name: str) -> int:
        """Returns how many of a 1.11.2 item all 41 slots hold, whatever the variant."""
        held = self.game.inventory
        return sum(n for item, n in zip(held.items, held.counts, strict=True) if n and SHOWN[item][0] == name)

    def report(self) -> dict[str, Any]:
        """Returns Malmo's JSON of this moment, as a dictionary of plain values."""
        return self._reporter.report(self)

    def picture(self) -> Image:
        """Draws the first-person picture, (height, width, 3)."""
        return views.frame(self.game, *self.mission.image, FOV)


def _axis(pressed: dict[str, bool], ahead: str, back: str) -> int:
    return (pressed.get(ahead, False) - pressed.get(back, False)) % 3
