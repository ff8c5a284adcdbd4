"""Videos of episodes: the pictures that decisions were made from, with a caption strip under each.

Knows decisions and files; nothing of the simulator. Writes mp4 where OpenCV has an encoder, else a gif.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from peam.types import Decision, Image

WIDTH = 512
LINE = 22
STRIP = 4 * LINE + 8
_TIER_COLOUR = {"fast": (90, 220, 120), "slow": (250, 200, 80)}


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and what stands under it."""

    rgb: Image
    task: str
    subgoal: str
    action: str
    tier: str
    diagnosis: str


def frame_of(decision: Decision, task: str) -> Frame:
    """Returns the frame of one decision."""
    action = str(decision.action) if decision.action else f"invalid: {decision.raw[:40]}"
    return Frame(
        rgb=decision.rgb,
        task=task,
        subgoal=str(decision.subgoal),
        action=action,
        tier=decision.tier,
        diagnosis=str(decision.outcome.diagnosis),
    )


def captioned(frame: Frame) -> Image:
    """Draws the picture, enlarged to 512 wide without smoothing, over its caption strip.

    Returns:
        (H, 512, 3) uint8, H even (encoders want that).
    """
    height, width = frame.rgb.shape[:2]
    shown = round(height * WIDTH / width / 2) * 2
    picture = cv2.resize(frame.rgb, (WIDTH, shown), interpolation=cv2.INTER_NEAREST)
    return np.concatenate([picture.astype(np.uint8), _strip(frame)])


def _strip(frame: Frame) -> Image:
    strip = Pillow.new("RGB", (WIDTH, STRIP), (24, 24, 28))
    draw = ImageDraw.Draw(strip)
    font = ImageFont.load_default(15)
    ok = frame.diagnosis == "OK"
    lines = [
        (f"task     {frame.task}", (235, 235, 235)),
        (f"subgoal  {frame.subgoal}", (190, 190, 190)),
        (f"{frame.tier}: {frame.action}", _TIER_COLOUR.get(frame.tier, (235, 235, 235))),
        (frame.diagnosis, (90, 220, 120) if ok else (250, 110, 100)),
    ]
    for row, (text, colour) in enumerate(lines):
        draw.text((10, 4 + row * LINE), text, fill=colour, font=font)
    return np.asarray(strip, dtype=np.uint8)


def episode_video(path: Path, decisions: Iterable[Decision], task: str, fps: float = 2.0) -> Path:
    """Writes the video of an episode's decisions; see `write_video`."""
    return write_video(path, [frame_of(decision, task) for decision in decisions], fps)


def write_video(path: Path, frames: Sequence[Frame], fps: float = 2.0) -> Path:
    """Writes captioned frames.

    Args:
        path: Target, its folder is made; its suffix becomes .mp4, or .gif where OpenCV cannot encode mp4.
        frames: At least one; all pictures of one shape.
        fps: Frames a second.

    Returns:
        The file written.

    Raises:
        ValueError: If there is no frame.
    """
    if not frames:
        raise ValueError("a video needs at least one frame")
    return write_images(path, [captioned(frame) for frame in frames], fps)


def side_by_side(images: Sequence[Image], gap: int = 4) -> Image:
    """Joins pictures into one, left to right, each enlarged without smoothing to the height of the tallest.

    Args:
        images: At least one, (H, W, 3) uint8.
        gap: Dark pixels between two.

    Returns:
        (H, W, 3) uint8, both even (encoders want that).

    Raises:
        ValueError: If there is no picture.
    """
    if not images:
        raise ValueError("side by side: needs at least one picture")
    height = max(image.shape[0] for image in images)
    height += height % 2
    parts: list[Image] = []
    for image in images:
        width = round(image.shape[1] * height / image.shape[0])
        parts.append(cv2.resize(image, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.uint8))
        parts.append(np.full((height, gap, 3), 24, np.uint8))
    joined = np.concatenate(parts[:-1], axis=1)
    return np.pad(joined, ((0, 0), (0, joined.shape[1] % 2), (0, 0)))


def write_images(path: Path, images: Sequence[Image], fps: float = 2.0) -> Path:
    """Writes pictures as they are; arguments and result as of `write_video`."""
    if not images:
        raise ValueError("a video needs at least one picture")
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.with_suffix(".mp4")
    return target if _mp4(target, images, fps) else _gif(path.with_suffix(".gif"), images, fps)


def _mp4(path: Path, images: Sequence[Image], fps: float) -> bool:
    height, width = images[0].shape[:2]
    writer = cv2.VideoWriter(str(path), _fourcc(), fps, (width, height))
    if not writer.isOpened():
        path.unlink(missing_ok=True)
        return False
    for image in images:
        writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    writer.release()
    return True


def _fourcc() -> int:
    return cv2.VideoWriter.fourcc(*"mp4v")


def _gif(path: Path, images: Sequence[Image], fps: float) -> Path:
    first, *rest = [Pillow.fromarray(image) for image in images]
    first.save(path, save_all=True, append_images=rest, duration=round(1000 / fps), loop=0)
    return path
