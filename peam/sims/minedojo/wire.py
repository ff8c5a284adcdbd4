"""Messages between PEAM and the process that runs the real MineDojo: JSON and raw arrays, nothing executable.

A message is: 4 bytes length of the JSON (big endian), 4 bytes length of the arrays, the JSON, the arrays one
after the other. In the JSON an array stands as {"__array__": [dtype, shape]}, an array of strings as
{"__text__": [shape, strings]}. Unknown types, foreign dtypes and oversized or cut messages are errors.

Runs in both environments: it needs Python and numpy only, and imports nothing of PEAM.
"""

from __future__ import annotations

import json
import math
import struct
from typing import IO, Any

import numpy as np

DTYPES = ("|b1", "|u1", "<i4", "<i8", "<f4", "<f8")
MOST = 256 * 2**20  # bytes of one part
_ARRAY, _TEXT = "__array__", "__text__"


class WireError(Exception):
    """A message that is cut, oversized or not of this form."""


def send(stream: IO[bytes], message: Any) -> None:
    """Writes one message. Raises WireError for a value that has no form here."""
    arrays: list[bytes] = []
    text = json.dumps(_plain(message, arrays), separators=(",", ":")).encode()
    raw = b"".join(arrays)
    stream.write(struct.pack("!II", len(text), len(raw)) + text + raw)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Reads one message; None at the end of the stream. Raises WireError for a malformed one."""
    head = stream.read(8)
    if not head:
        return None
    if len(head) < 8:
        raise WireError("cut within its lengths")
    sizes = struct.unpack("!II", head)
    if max(sizes) > MOST:
        raise WireError(f"a part of {max(sizes)} bytes, more than {MOST}")
    text, raw = (_exactly(stream, size) for size in sizes)
    try:
        tree = json.loads(text)
    except ValueError as error:
        raise WireError(f"no JSON: {error}") from None
    reader = _Reader(raw)
    out = reader.rich(tree)
    if reader.at != len(raw):
        raise WireError(f"{len(raw) - reader.at} bytes of arrays that nothing names")
    return out


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise WireError(f"cut: {len(data)} of {size} bytes")
    return data


def _plain(value: Any, arrays: list[bytes]) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(part, arrays) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, arrays) for part in value]
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "U":
            return {_TEXT: [list(value.shape), value.ravel().tolist()]}
        if value.dtype.str not in DTYPES:
            raise WireError(f"an array of {value.dtype} cannot be sent")
        arrays.append(value.tobytes())
        return {_ARRAY: [value.dtype.str, list(value.shape)]}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise WireError(f"a {type(value).__name__} cannot be sent")


class _Reader:
    """Puts the arrays back where the JSON names them, in order."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self.at = raw, 0

    def rich(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.rich(part) for part in value]
        if not isinstance(value, dict):
            return value
        if _ARRAY in value:
            return self._array(value[_ARRAY])
        if _TEXT in value:
            return _text(value[_TEXT])
        return {key: self.rich(part) for key, part in value.items()}

    def _array(self, form: Any) -> Any:
        if not (isinstance(form, list) and len(form) == 2 and form[0] in DTYPES and _is_shape(form[1])):
            raise WireError(f"no array: {form!r}")
        dtype = np.dtype(form[0])
        size = math.prod(form[1]) * dtype.itemsize
        if self.at + size > len(self._raw):
            raise WireError("an array that is longer than what came")
        part = self._raw[self.at : self.at + size]
        self.at += size
        return np.frombuffer(part, dtype).reshape(form[1]).copy()


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, list) and all(type(n) is int and 0 <= n <= MOST for n in shape)


def _text(form: Any) -> Any:
    if not (isinstance(form, list) and len(form) == 2 and _is_shape(form[0]) and isinstance(form[1], list)):
        raise WireError("no array of strings")
    if len(form[1]) != math.prod(form[0]) or not all(isinstance(word, str) for word in form[1]):
        raise WireError("an array of strings of another shape")
    return np.array(form[1], np.str_).reshape(form[0])
