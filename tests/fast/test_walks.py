"""Pictures of random walks: the same for the same seed, labelled by what is really in view."""

from __future__ import annotations

import numpy as np

from peam.fast.labels import UNKNOWN
from peam.fast.vocabulary import SCENE
from peam.fast.walks import walk


def test_a_walk_repeats_and_its_labels_name_what_can_be_seen() -> None:
    shots, again = (walk(np.random.default_rng(5), 200_001, 6, 24) for _ in range(2))
    assert len(shots) == 6
    for shot, other in zip(shots, again, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(shot, other, strict=True))
    pictures = np.stack([rgb for rgb, _, _, _ in shots])
    assert len({rgb.tobytes() for rgb in pictures}) > 1, "an action that succeeds changes the view"
    for rgb, hit, tenths, facts in shots:
        assert rgb.shape == (128, 128, 3) and hit.shape == tenths.shape == (24, 24)
        assert int(hit.max()) <= len(SCENE) and (tenths[hit > 0] <= 160).all()
        assert facts[1] in (0, 1, UNKNOWN)
