from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from peam import video
from peam.video import (
    STRIP,
    WIDTH,
    Frame,
    captioned,
    episode_video,
    side_by_side,
    write_images,
    write_video,
)
from tests.test_display import decision


def frame(level: int = 90, diagnosis: str = "OK", tier: str = "fast") -> Frame:
    rgb = np.full((32, 64, 3), level, np.uint8)
    return Frame(rgb, "oak_logs", "gather: inventory.oak_log >= 4", "mine(oak_log, 4)", tier, diagnosis)


def test_caption_stands_under_the_unsmoothed_picture() -> None:
    image = captioned(frame(90))
    assert image.shape == (256 + STRIP, WIDTH, 3)
    assert (image[:256] == 90).all()
    assert len(np.unique(image[256:])) > 10


def test_diagnosis_and_tier_change_the_caption() -> None:
    good, bad, slow = (
        captioned(frame()),
        captioned(frame(diagnosis="NOT_FOUND")),
        captioned(frame(tier="slow")),
    )
    assert (good != bad).any()
    assert (good != slow).any()


def test_mp4_has_every_frame(tmp_path: Path) -> None:
    path = write_video(tmp_path / "new" / "first", [frame(40), frame(120), frame(200)], fps=5)
    assert path.suffix == ".mp4"
    reader = cv2.VideoCapture(str(path))
    levels = []
    while (read := reader.read())[0]:
        levels.append(int(read[1][100, 100].mean()))
    assert levels == pytest.approx([40, 120, 200], abs=8)


def test_gif_where_there_is_no_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_encoder(path: Path, images: Any, fps: float) -> bool:
        return False

    monkeypatch.setattr(video, "_mp4", no_encoder)
    path = write_video(tmp_path / "first.mp4", [frame(40), frame(200)])
    assert path.suffix == ".gif"
    with Image.open(path) as image:
        assert getattr(image, "n_frames", 1) == 2


def test_a_failed_encoder_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "_fourcc", lambda: cv2.VideoWriter.fourcc(*"zzzz"))
    path = write_video(tmp_path / "first.mp4", [frame()])
    assert path.suffix == ".gif"
    assert not (tmp_path / "first.mp4").exists()


def test_episode_video_takes_decisions(tmp_path: Path) -> None:
    assert episode_video(tmp_path / "e", [decision(), decision("slow")], "oak_logs").stat().st_size > 500


def test_no_frame_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        write_video(tmp_path / "none", [])


def test_side_by_side_joins_pictures_of_several_sizes(tmp_path: Path) -> None:
    left, right = np.full((10, 21, 3), 50, np.uint8), np.full((5, 10, 3), 200, np.uint8)
    image = side_by_side([left, right])
    assert image.shape == (10, 46, 3), "21 + 4 + 20, and one more to be even"
    assert (image[:, :21] == 50).all() and (image[:, 25:45] == 200).all() and (image[:, 21:25] < 50).all()
    assert (side_by_side([left[:, :20]]) == left[:, :20]).all()
    assert write_images(tmp_path / "both", [image, image]).stat().st_size > 200
    for nothing in (lambda: side_by_side([]), lambda: write_images(tmp_path / "none", [])):
        with pytest.raises(ValueError, match="at least one picture"):
            nothing()
