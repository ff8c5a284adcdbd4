"""The screen of `peam play`: the view with its bars, menus and help over it, and the window with the mouse.

Changes nothing in a game but through `Player`.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from peam.commands.play import (
    ATTACK,
    DEEDS,
    FUNCTION,
    HELP,
    KEYS,
    LEAVE,
    PITCH,
    USE,
    YAW,
    Player,
)
from peam.errors import PeamError
from peam.sims.voxel import overlay
from peam.sims.voxel.bars import draw_bars
from peam.sims.voxel.cameras import third_person
from peam.sims.voxel.topdown import top_down
from peam.types import Image

SIZE: Final = (360, 640)
STRIP: Final = 44  # pixels of the two lines of text under the view
_GLASS: Final = overlay.Overlay(True, True, True, True, True, True, bars=False)
_LINE: Final = 17  # pixels from one line of a panel to the next
_STEP: Final = 40  # mouse pixels that turn the view by 15 degrees
_WHITE, _GREY, _GOLD = (235, 235, 235), (150, 150, 150), (250, 210, 90)
_ARROWS: Final = {  # codes of the arrow keys: GTK, Windows, macOS
    **dict.fromkeys((65362, 2490368, 63232), "i"),
    **dict.fromkeys((65364, 2621440, 63233), "k"),
    **dict.fromkeys((65361, 2424832, 63234), "j"),
    **dict.fromkeys((65363, 2555904, 63235), "l"),
}


def picture(player: Player) -> Image:
    """Draws what the player sees, with bars, menu or help over it, and two lines of text below.

    Returns:
        (404, 640, 3) uint8.
    """
    game = player.sim.game
    view = _view(player)
    draw_bars(view, overlay.slots_of(game, player.order), player.selected, overlay.condition_of(game))
    if player.menu is not None:
        first, rows = player.menu.page()
        lines = [(f"{player.menu.verb}: number or arrows and space; any other key closes", _WHITE)]
        for n, row in enumerate(rows, 1):
            mark = ">" if first + n - 1 == player.menu.cursor else " "
            lines.append((f"{mark} {n}  {row.item}   {row.text}", _GOLD if row.argument >= 0 else _GREY))
        if len(player.menu.rows) > len(rows):
            lines.append((f"{first + len(rows)} of {len(player.menu.rows)}", _WHITE))
        _panel(view, lines)
    elif player.manual:
        listed = {**{k: v[0] for k, v in KEYS.items()}, **{k: v[0] for k, v in DEEDS.items()}}
        words = [f"{'space' if key == ' ' else key}  {text}" for key, text in listed.items()]
        half = -(-len(words) // 2)
        _panel(view, [(text, _WHITE) for text in words[:half]], column=0)
        _panel(view, [(text, _WHITE) for text in words[half:]], column=1)
    return np.concatenate([view, _strip(player)])


def _view(player: Player) -> Image:
    game = player.sim.game
    if player.view == "third":
        return third_person(game, *SIZE, fov=player.sim.fov)
    if player.view == "map":
        return top_down(game, *SIZE)
    return overlay.frame(game, *SIZE, player.sim.fov, _GLASS)


def _panel(view: Image, lines: list[tuple[str, tuple[int, int, int]]], column: int = -1) -> None:
    """Writes lines on a darkened part of the view: the middle, or its left (0) or right (1) half."""
    height, width = view.shape[:2]
    left, right = (
        (60, width - 60) if column < 0 else (20 + column * (width // 2 - 10), width // 2 + column * 300)
    )
    top, bottom = 16, min(height - 60, 28 + _LINE * len(lines))
    view[top:bottom, left:right] //= 4
    drawn = Pillow.fromarray(view)
    draw = ImageDraw.Draw(drawn)
    font = ImageFont.load_default(13)
    for n, (text, colour) in enumerate(lines):
        draw.text((left + 10, top + 5 + _LINE * n), text, fill=colour, font=font)
    view[...] = np.asarray(drawn)


def _strip(player: Player) -> Image:
    strip = Pillow.new("RGB", (SIZE[1], STRIP), (24, 24, 28))
    draw = ImageDraw.Draw(strip)
    font = ImageFont.load_default(12)
    x, y, z = player.sim.body().position
    draw.text((8, 4), f"{player.message or 'h: all keys'}", fill=_WHITE, font=font)
    draw.text((500, 4), f"x {x:.0f}  y {y:.0f}  z {z:.0f}", fill=_GREY, font=font)
    draw.text((8, 23), HELP, fill=_GREY, font=ImageFont.load_default(11))
    return np.asarray(strip, dtype=np.uint8)


class Mouse:
    """What the mouse does: moving looks, the left button digs and hits, the right one uses and places.

    Attributes:
        digging: Whether the left button is down.
        using: Whether the right button is down.
    """

    def __init__(self, player: Player) -> None:
        self._player = player
        self._at: tuple[int, int] | None = None
        self.digging = self.using = False

    def on(self, event: int, x: int, y: int, flags: int) -> None:
        """Takes an event of OpenCV's mouse callback."""
        if event in (cv2.EVENT_LBUTTONDOWN, cv2.EVENT_LBUTTONUP):
            self.digging = event == cv2.EVENT_LBUTTONDOWN
        elif event in (cv2.EVENT_RBUTTONDOWN, cv2.EVENT_RBUTTONUP):
            self.using = event == cv2.EVENT_RBUTTONDOWN
        elif event == cv2.EVENT_MOUSEWHEEL:
            self._player.scroll(-1 if flags > 0 else 1)
        elif event == cv2.EVENT_MOUSEMOVE:
            self._look(x, y)

    def _look(self, x: int, y: int) -> None:
        """Turns by 15 degrees for every 40 pixels; the remainder waits for the next move."""
        if self._at is None:
            self._at = (x, y)
        turned = [int((new - old) / _STEP) for new, old in zip((x, y), self._at, strict=True)]
        self._at = (self._at[0] + turned[0] * _STEP, self._at[1] + turned[1] * _STEP)
        for index, steps in ((YAW, turned[0]), (PITCH, turned[1])):
            if steps:
                self._player.hold(index, 12 + max(-12, min(12, steps)), 1)

    def press(self) -> None:
        """Holds down for one tick what the buttons hold."""
        if self.digging:
            self._player.hold(FUNCTION, ATTACK, 1)
        elif self.using:
            self._player.hold(FUNCTION, USE, 1)


def window(player: Player) -> None:
    """Plays in a window, 20 ticks a second, until the player leaves or dies."""
    name = "PEAM"
    try:
        cv2.namedWindow(name)
    except cv2.error as error:
        raise PeamError("no window can be opened here; play with --headless --keys") from error
    mouse = Mouse(player)
    cv2.setMouseCallback(name, lambda event, x, y, flags, _: mouse.on(event, x, y, flags))
    while player.sim.body().alive:
        started = cv2.getTickCount()
        cv2.imshow(name, cv2.cvtColor(picture(player), cv2.COLOR_RGB2BGR))
        spent = 1000.0 * (cv2.getTickCount() - started) / cv2.getTickFrequency()
        code = cv2.waitKeyEx(max(1, round(50 - spent)))
        key = _ARROWS.get(code) or (chr(code & 0xFF) if code != -1 else "")
        if key in (LEAVE, "\x1b"):
            break
        if key:
            _try(player, key)
        mouse.press()
        if player.menu is None and not player.manual:
            player.advance()
    cv2.destroyAllWindows()


def _try(player: Player, key: str) -> None:
    try:
        player.push(key)
    except PeamError as error:
        player.message = str(error).split(";")[0]
