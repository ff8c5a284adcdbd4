"""A consolidation's training on each device: the pairs of a run's serving version, a fresh adapter each time.

`python -m peam.benchmarks.train RUN [--category craft] [--devices cpu,cuda] [--seeds 0,1] --json`. Says how
many tokens a second are trained, what was learnt of held-out pairs, and what a decision takes there.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from peam.benchmarks.fast import CALLS, times
from peam.commands.evaluate import whole_numbers
from peam.config import Config, load_config
from peam.errors import PeamError, nearest
from peam.fast.experts import Experts
from peam.fast.objective import train_adapter
from peam.fast.scores import segment_log_prob
from peam.fast.tier import LoraFastTier
from peam.memory.pairs import training_decisions
from peam.memory.registry import AdapterRegistry
from peam.memory.store import Store
from peam.types import Decision, Pair


def material(run: Path, category: str) -> tuple[list[Pair], list[Pair]]:
    """Returns the pairs that a run's serving version was trained on, and those held out.

    Raises:
        PeamError: If the category has no version, or the store is not a store.
    """
    registry = AdapterRegistry(run / "adapters")
    head = registry.head(category)
    if head is None:
        raise PeamError(f"{run}: no adapter serves '{category}'{nearest(category, registry.categories())}")
    known = registry.manifest(category, head)["experience"]
    with Store.open(run / "store.db", readonly=True) as store:
        return store.pairs(known["train"]), store.pairs(known["heldout"])


def measure(
    config: Config, category: str, train: Sequence[Pair], heldout: Sequence[Pair], seed: int = 0
) -> dict[str, Any]:
    """Trains a fresh adapter and asks it for decisions.

    Args:
        config: Its `fast.device` and `fast.base` say where and what.
        category: Whose pairs they are.
        train: Pairs to train on.
        heldout: Pairs whose corrected runs are scored before and after, and whose states are decided in.
        seed: Of the training.

    Returns:
        device, dtype, base, parameters (of the base and of the adapter), threads, seed, steps, tokens,
        seconds, tokens_per_s, loss, heldout (mean log-probability of a held-out action token, before and
        after), agreed (share of held-out decisions that it takes alike), decision_ms (median, 95th
        percentile; whole calls, wall).
    """
    tier = LoraFastTier(config)
    experts = tier.experts
    before = _score(experts, None, heldout)
    begun = time.perf_counter()
    numbers = train_adapter(experts, category, train, config=config, seed=seed)
    seconds = time.perf_counter() - begun
    after = _score(experts, category, heldout)
    decisions = [d for _, d in training_decisions(heldout) if d.action]
    taken = [tier.decide(category, d.state, d.rgb).action for d in decisions]
    on_gpu = experts.backbone.device.type == "cuda"
    return {
        "device": torch.cuda.get_device_name() if on_gpu else "cpu",
        "dtype": str(experts.backbone.dtype).removeprefix("torch."),
        "base": config.fast.base,
        "parameters": [_size(experts), int(numbers["parameters"])],
        "threads": torch.get_num_threads(),
        "seed": seed,
        "steps": int(numbers["steps"]),
        "tokens": int(numbers["tokens"]),
        "seconds": round(seconds, 2),
        "tokens_per_s": round(numbers["tokens"] / seconds),
        "loss": round(numbers["loss"], 3),
        "heldout": [round(before, 3), round(after, 3)],
        "agreed": round(float(np.mean([a == d.action for a, d in zip(taken, decisions, strict=True)])), 3),
        "decision_ms": _decision_ms(tier, category, decisions),
    }


def _size(experts: Experts) -> int:
    with experts.live(None) as handle:
        named = handle.module.named_parameters()
        return sum(p.numel() for name, p in named if ".lora_" not in name)


def _score(experts: Experts, category: str | None, pairs: Sequence[Pair]) -> float:
    found = [segment_log_prob(experts, category, pair.corrected) for pair in pairs]
    return sum(value for value, _ in found) / max(1, sum(tokens for _, tokens in found))


def _decision_ms(tier: LoraFastTier, category: str, decisions: Sequence[Decision]) -> list[float]:
    asked = [decisions[index % len(decisions)] for index in range(CALLS)]
    # Each is new to the picture cache.
    pictures = [np.roll(decision.rgb, 1 + index, axis=1) for index, decision in enumerate(asked)]
    wall, _ = times(lambda index: tier.decide(category, asked[index].state, pictures[index]))
    return [round(float(np.percentile(wall, share)), 2) for share in (50, 95)]


def main() -> int:
    """Prints one row a device, rates as ratios to the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--category", default="craft")
    parser.add_argument("--devices", default="cpu")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--base", default="nano")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="sets")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        seeds = whole_numbers(args.seeds)
        train, heldout = material(args.run, args.category)
        rows = []
        for device in args.devices.split(","):
            fast = [f"fast.device={device}", f"fast.base={args.base}"]
            config = load_config([args.run / "config.yaml"], [*fast, *args.sets])
            rows += [measure(config, args.category, train, heldout, seed) for seed in seeds]
    except PeamError as error:
        print(error, file=sys.stderr)
        return 2
    for row in rows:
        row["ratio"] = round(row["tokens_per_s"] / rows[0]["tokens_per_s"], 2)
    if args.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            print(*(f"{name} {value}" for name, value in row.items()), sep="  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
