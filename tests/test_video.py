from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from peam import video
from peam.video import STRIP, WIDTH, Frame, captioned, episode_video, write_video
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
