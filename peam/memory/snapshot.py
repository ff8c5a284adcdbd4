"""What one consolidation works on: admitted experience as it is now, split, with retained exemplars.

Knows the store's listing and the registry's lineage; nothing of training. Deterministic: the held-out share
and the exemplars are drawn by hashes of ids and the seed. Nothing that a version was trained on judges the
next; the bottom-k of hashes is a uniform reservoir that does not depend on the order of arrival.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Sequence

from peam.config import Config
from peam.fast.roster import covered
from peam.memory.job import Job
from peam.memory.reader import Reader
from peam.memory.records import Experience
from peam.memory.registry import AdapterRegistry


def plan_job(
    store: Reader, registry: AdapterRegistry, category: str, config: Config, episode: int
) -> Job | None:
    """Snapshots what a consolidation of the category's expert would work on now.

    Args:
        store: Experience.
        registry: Versions.
        category: The expert: a category, or the one expert of all.
        config: Of the run.
        episode: The last episode.

    Returns:
        The job; None where nothing new was admitted, or nothing could be held out.
    """
    options = config.consolidation
    parent = registry.head(category) or ""
    listed = [e for e in store.experience(covered(category)) if not e.quarantined and e.score is not None]
    admitted = [e for e in listed if e.score is not None and e.score.admitted]
    learned = trained_pairs(store, registry, category)
    held = held_out(admitted, learned, float(options.heldout), int(config.seed))
    new = [e.pair for e in admitted if e.pair not in held and e.pair not in learned]
    if not new or not held:
        return None
    recent = [e.pair for e in admitted if e.pair in held][-int(options.exemplars) :]
    return Job(
        category=category,
        version=next_version(store, registry, category),
        parent=parent,
        episode=episode,
        train=tuple(new),
        replay=tuple(_rehearsed(listed, learned, config)) if options.replay else (),
        heldout=tuple(recent),
        admitted=len(admitted),
        rejected=len(listed) - len(admitted),
        seed=int(draw(int(config.seed), f"{category}:{episode}")[:8], 16),
        config=config.to_dict(),
    )


def _rehearsed(listed: Sequence[Experience], learned: Sequence[str], config: Config) -> list[str]:
    """Draws the pairs to rehearse: so many of each category that the expert has learned from."""
    category, chosen = {e.pair: e.category for e in listed}, list[str]()
    for kind in sorted({category[pair] for pair in learned if pair in category}):
        own = [pair for pair in learned if category.get(pair) == kind]
        chosen += exemplars(own, int(config.consolidation.exemplars), int(config.seed))
    return sorted(chosen)


def draw(seed: int, name: str) -> str:
    """Returns a uniform hexadecimal draw for a name: sha256 of seed and name."""
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def held_out(admitted: Sequence[Experience], learned: Collection[str], share: float, seed: int) -> set[str]:
    """Returns the pairs to hold out: whole pursuits, so that no decision is on both sides.

    Pursuits (an episode's subgoal) that no serving version was trained on are taken by ascending draw while
    they fit into the share of all admitted pairs; where none fits, the smallest. One is always left to train
    on.

    Args:
        admitted: The category's admitted experience.
        learned: Ids that the serving version and its ancestors were trained on.
        share: Of pairs.
        seed: Of the draw.
    """
    pursuits: dict[str, list[str]] = {}
    for e in admitted:
        pursuits.setdefault(f"{e.episode} {e.predicate}", []).append(e.pair)
    fresh = sorted(
        (draw(seed, name), pairs) for name, pairs in pursuits.items() if not set(pairs) & set(learned)
    )
    chosen: set[str] = set()
    for _, pairs in fresh[:-1]:
        if len(chosen) + len(pairs) <= math.ceil(share * len(admitted)):
            chosen.update(pairs)
    if not chosen and len(fresh) > 1 and share > 0.0:
        chosen.update(min(fresh, key=lambda pursuit: (len(pursuit[1]), pursuit[0]))[1])
    return chosen


def trained_pairs(store: Reader, registry: AdapterRegistry, category: str) -> list[str]:
    """Lists the pairs that the serving version and its ancestors were trained on, oldest first."""
    done = {c.version: c for c in store.consolidations(category) if c.accepted}
    lineage: list[str] = []
    version = registry.head(category) or ""
    while version and version not in lineage:
        lineage.append(version)
        version = str(registry.manifest(category, version).get("parent", ""))
    return [pair for v in reversed(lineage) if v in done for pair in done[v].pairs]


def exemplars(learned: Iterable[str], size: int, seed: int) -> list[str]:
    """Draws the retained pairs: the `size` smallest of sha256(seed, id)."""
    return sorted(sorted(set(learned), key=lambda pair: draw(seed, pair))[:size])


def next_version(store: Reader, registry: AdapterRegistry, category: str) -> str:
    """Returns the first name that neither a registered nor a rejected version has."""
    used = [*registry.versions(category), *(c.version for c in store.consolidations(category))]
    return f"v{max((int(v[1:]) for v in used), default=0) + 1:04d}"
