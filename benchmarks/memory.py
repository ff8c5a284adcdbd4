"""What a decision costs as memory grows: milliseconds, context tokens, bytes; weights beside texts.

    peam bench memory --out DIR      # a table, memory.json and memory.png

One run, one stream of made-up experience (`made_up.py`), every kind of memory (`hoards.py`) at every size.
Milliseconds are medians of processor time, which other jobs of the machine disturb less, and of the clock on
the wall. `weights` at different sizes are timed in turns, decision by decision, so that what slows the
machine slows all of them. What grows in PEAM outside a decision is in `growth` (`upkeep.py`).
"""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from peam.actions import Action
from peam.agents.base import Situation
from peam.agents.peam import Peam
from peam.benchmarks.fast import STATE, lesson
from peam.benchmarks.hoards import Cells, Everything, Hoard, Search, Weights
from peam.benchmarks.made_up import experiences
from peam.benchmarks.upkeep import growth
from peam.build import make_planner
from peam.config import Config, load_config
from peam.fast.base import Tried
from peam.fast.objective import train_adapter
from peam.fast.tier import LoraFastTier
from peam.plots import cost_curves
from peam.types import Image, Observation, Segment

SIZES = tuple(10**k for k in range(1, 7))
SEED = 9
QUERIES = 30  # decisions timed at each size, at most
WARM = 3  # before them
PATIENCE = 4.0  # seconds after which no further query is timed
APPROXIMATE = 100_000  # above so many, FAISS is timed beside the full search
CHUNK = 20_000  # experiences made and taken up together
VIEWS = 8
Row = dict[str, Any]


def run(sizes: Sequence[int] = ()) -> dict[str, Any]:
    """Measures every kind of memory at every size.

    Args:
        sizes: Numbers of experiences; none: `SIZES`.

    Returns:
        rows: kind, n, cpu_ms, wall_ms (medians), calls, tokens (mean), bytes; of weights also tables_bytes
        and calibration_bytes, which are part of bytes. flat: largest deviation of the weights' cpu_ms from
        that at the smallest size, as a share. growth: see `peam.benchmarks.upkeep`.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        config = load_config([], ["fast.device=cpu", "consolidation.steps=30", "consolidation.passes=60",
                                  "consolidation.batch=8", "consolidation.augment=false"])  # fmt: skip
        weights = _weights(config)
        rows, frozen = _texts(sizes or SIZES, weights, config)
        rows += _in_turns(frozen)
        return {"rows": rows, "flat": flatness(rows), "growth": growth(), "seed": SEED}
    finally:
        torch.set_num_threads(before)


def _texts(sizes: Sequence[int], weights: Weights, config: Config) -> tuple[list[Row], dict[int, Weights]]:
    """Grows all memories by one stream, timing those of text at each size; returns weights at each size."""
    tier = weights.tier
    words = tier.experts.backbone.processor.tokenizer.backend_tokenizer

    def count(text: str) -> int:
        return len(words.encode(text).ids)

    hoards: list[Hoard] = [Everything(count), Search(count)]
    if importlib.util.find_spec("faiss") and max(sizes) > APPROXIMATE:
        hoards.append(Cells(count))
    queries = list(experiences(SEED + 1, QUERIES + WARM))
    rows, frozen, held = [], dict[int, Weights](), 0
    stream = experiences(SEED, max(sizes))
    for size in sorted(sizes):
        while chunk := list(islice(stream, min(CHUNK, size - held))):
            held += len(chunk)
            for hoard in (*hoards, weights):
                hoard.add(chunk)
        frozen[size] = weights.frozen(config)
        for hoard in hoards:
            if not isinstance(hoard, Cells) or size > APPROXIMATE:
                rows.append({"kind": hoard.name, "n": size, **_timed(hoard, queries)})
    return rows, frozen


def _timed(hoard: Hoard, queries: Sequence[Segment]) -> Row:
    cpu, wall, tokens, begun = [], [], [], time.perf_counter()
    for query in queries:
        spent = _once(hoard, query)
        cpu.append(spent[0])
        wall.append(spent[1])
        tokens.append(spent[2])
        if time.perf_counter() - begun > PATIENCE:
            break
    skip = WARM if len(cpu) > 2 * WARM else 0
    return _row(cpu[skip:], wall[skip:], tokens[skip:], hoard)


def _in_turns(frozen: dict[int, Weights]) -> list[Row]:
    """Times one decision at each size, then the next at each size, and so on, in changing order."""
    query = next(experiences(SEED + 1, 1))
    spent: dict[int, list[tuple[float, float, int]]] = {size: [] for size in frozen}
    rng = np.random.default_rng(SEED)
    for _ in range(QUERIES + WARM):
        for size in rng.permutation(sorted(frozen)).tolist():
            spent[size].append(_once(frozen[size], query))
    rows = []
    for size, found in spent.items():
        cpu, wall, tokens = (list(column) for column in zip(*found[WARM:], strict=True))
        held = frozen[size]
        parts = {"tables_bytes": held.tables_bytes(), "calibration_bytes": held.calibration_bytes()}
        rows.append({"kind": Weights.name, "n": size, **_row(cpu, wall, tokens, held), **parts})
    return rows


def _once(hoard: Hoard, query: Segment) -> tuple[float, float, int]:
    """Returns (processor milliseconds, wall milliseconds, tokens)."""
    wall, cpu = time.perf_counter(), time.process_time()
    tokens = hoard.decide(query)
    return (time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3, tokens


def _row(cpu: Sequence[float], wall: Sequence[float], tokens: Sequence[int], hoard: Hoard) -> Row:
    return {
        "cpu_ms": round(float(np.median(cpu)), 3),
        "wall_ms": round(float(np.median(wall)), 3),
        "calls": len(cpu),
        "tokens": round(float(np.mean(tokens)), 1),
        "bytes": hoard.nbytes(),
    }


def flatness(rows: Sequence[Row]) -> float:
    """Returns the largest deviation of the weights' processor time from that at the smallest size."""
    known = sorted((int(r["n"]), float(r["cpu_ms"])) for r in rows if r["kind"] == Weights.name)
    times = [ms for _, ms in known]
    return round(max(abs(t / times[0] - 1.0) for t in times), 4)


# ---- the decision of PEAM


def _weights(config: Config) -> Weights:
    """Returns PEAM with a trained adapter, and tables and calibration that let it act."""
    tier = LoraFastTier(config)
    known = lesson()
    train_adapter(tier.experts, "craft", [known], config=config, seed=0)
    if tier.experts.folds:
        tier.experts.refold("craft")
    weights = Weights(
        tier, lambda tier, bounds: Peam(make_planner(config), tier, bounds), _Act(known.corrected)
    )
    first = [d.action for d in known.corrected.decisions if d.action is not None]
    weights.prime([known.corrected], [Tried(a.word, 3.0 + i, True) for i in range(5) for a in first])
    return weights


class _Act:
    """One whole decision, `Peam.propose`, on a picture that was not seen before."""

    def __init__(self, known: Segment) -> None:
        rng = np.random.default_rng(0)
        self._views: list[Image] = [rng.integers(0, 256, (128, 128, 3), dtype=np.uint8) for _ in range(VIEWS)]
        self._subgoal = known.decisions[0].subgoal
        self._state, self._calls = STATE.format(goal=self._subgoal.predicate.item), 0

    def __call__(self, agent: Peam) -> int:
        self._calls += 1
        rgb = np.roll(self._views[self._calls % VIEWS], self._calls, axis=1)
        seen = Observation(
            rgb=rgb, inventory={}, hand="air", life=20.0, food=20.0, position=(0.0, 64.0, 0.0), yaw=0.0,
            pitch=0.0, time=1000, tick=0, stats={},
        )  # fmt: skip
        proposal = agent.propose(Situation(self._subgoal, seen, self._state, ("crafting_table",), ()))
        assert proposal.tier == "fast" and isinstance(proposal.action, Action), "calibrated to act"
        tier = agent.fast
        assert isinstance(tier, LoraFastTier)
        return tier.prompt_tokens(self._state, proposal.seen)


# ---- shown


def lines(figures: dict[str, Any]) -> list[str]:
    """Returns the figures as a table of text."""
    names = f"{'memory':<16}{'experiences':>12}{'cpu ms':>12}{'wall ms':>12}"
    head = f"{names}{'tokens':>13}{'MB':>10}{'calls':>7}"
    told = [head]
    for r in sorted(figures["rows"], key=lambda r: (r["kind"], r["n"])):
        told.append(
            f"{r['kind']:<16}{r['n']:>12,}{r['cpu_ms']:>12.2f}{r['wall_ms']:>12.2f}{r['tokens']:>13,.0f}"
            f"{r['bytes'] / 1e6:>10.2f}{r['calls']:>7}"
        )
    told.append(f"weights: processor time within {figures['flat']:.1%} of that at the smallest memory")
    told += ["", "what grows in PEAM, outside a decision:"]
    return told + [f"  {name}: {value}" for name, value in figures["growth"].items()]


def write(figures: dict[str, Any], out: Path) -> list[Path]:
    """Writes memory.json and memory.png."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "memory.json"
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return [path, cost_curves(out / "memory.png", figures["rows"])]


if __name__ == "__main__":
    print("\n".join(lines(run())))
