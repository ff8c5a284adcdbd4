from pathlib import Path

import numpy as np
from PIL import Image

from peam.plots import learning_curve, rolling_mean


def test_rolling_mean_uses_what_there_is() -> None:
    assert rolling_mean([1, 2, 3, 4], 2).tolist() == [1.0, 1.5, 2.5, 3.5]
    assert rolling_mean([True, False], 10).tolist() == [1.0, 0.5]
    assert rolling_mean([], 3).size == 0


def test_learning_curve_is_a_png_with_something_on_it(tmp_path: Path) -> None:
    calls = [12, 10, 11, 4, 3, 2]
    path = learning_curve(
        tmp_path / "curve.png",
        calls,
        [False, True, True, True, True, True],
        [0, 0, 0.1, 0.6, 0.8, 0.9],
        [(2, "gather"), (3, "craft"), (4, "gather")],
        "seed 1",
    )
    with Image.open(path) as image:
        assert image.format == "PNG"
        pixels = np.asarray(image.convert("RGB"))
    assert pixels.shape[1] > 600
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50


def test_same_numbers_same_bytes(tmp_path: Path) -> None:
    one, two = (learning_curve(tmp_path / name, [3, 1], [True, True], [0, 1]) for name in ("a.png", "b.png"))
    assert one.read_bytes() == two.read_bytes()


def test_a_life_of_no_episodes(tmp_path: Path) -> None:
    assert learning_curve(tmp_path / "empty.png", [], [], []).stat().st_size > 1000
