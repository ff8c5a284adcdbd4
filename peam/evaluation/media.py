"""The pictures and videos of a report's folders: embedded where a browser shows them, else stills and a link.

Knows files and how much a page may carry. OpenCV's wheels write mp4 as MPEG-4 part 2 ("mp4v"), which Chromium
does not play; of such a video the page has four of its pictures, beside each other.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np

from peam.evaluation.document import Media
from peam.evaluation.folders import MEDIA, Folder

LARGEST_EMBEDDED = 3_000_000  # bytes of one picture or video
LARGEST_PAGE = 24_000_000  # bytes embedded in all
STILLS = 4
STILL_HEIGHT = 240


def media(folders: Sequence[Folder], base: Path) -> list[Media]:
    """Returns what the folders have, in the order of names; links start at `base`.

    A file is embedded while it and the page stay small; what was left out is linked.
    """
    shown = []
    left = LARGEST_PAGE
    for folder in folders:
        for path in folder.media:
            kind, content = _shown(path, min(LARGEST_EMBEDDED, left))
            left -= len(content)
            name = f"{folder.name}/{path.relative_to(folder.path).as_posix()}"
            link = quote(os.path.relpath(path, base).replace(os.sep, "/"))
            data = f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}" if content else None
            shown.append(Media(name, link, kind, data, still=kind == "image/jpeg"))
    return shown


def _shown(path: Path, room: int) -> tuple[str, bytes]:
    """Returns (MIME type, what the page shows of it); nothing where that is too large."""
    if path.suffix == ".mp4" and b"mp4v" in path.read_bytes():
        kind, content = "image/jpeg", _stills(path)
    else:
        kind, content = MEDIA[path.suffix], path.read_bytes() if path.stat().st_size <= room else b""
    return kind, content if len(content) <= room else b""


def _stills(path: Path) -> bytes:
    """Returns pictures of a video at even distances, the first and the last among them, as one JPEG."""
    reader = cv2.VideoCapture(str(path))
    frames = []
    while (read := reader.read())[0]:
        height, width = read[1].shape[:2]
        frames.append(cv2.resize(read[1], (round(width * STILL_HEIGHT / height), STILL_HEIGHT)))
    reader.release()
    if not frames:
        return b""
    picked = sorted({round(i) for i in np.linspace(0, len(frames) - 1, STILLS)})
    return cv2.imencode(".jpg", np.concatenate([frames[i] for i in picked], axis=1))[1].tobytes()
