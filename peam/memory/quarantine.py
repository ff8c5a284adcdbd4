"""Imported experience: kept apart until replay in the simulator has reproduced it.

Knows the store and a replay function, not the simulator. A text that claims success releases nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from peam.memory.reader import Reader
from peam.memory.store import Store
from peam.types import Episode, Outcome

Replay = Callable[[Episode], tuple[Sequence[Outcome], bool]]


def import_from(store: Store, other: Reader) -> list[int]:
    """Copies another store's episodes into quarantine; returns their new numbers, from -1 downwards."""
    number = store.lowest_episode()
    added: list[int] = []
    with store.transaction():
        for episode in other.episodes():
            number -= 1
            store.append_episode(_renumbered(episode, number), origin=str(other.path))
            added.append(number)
    return added


def reproduce(store: Store, replay: Replay) -> dict[int, bool]:
    """Replays quarantined episodes and releases those that come out the same.

    Args:
        store: Whose quarantine is tried; every attempt is recorded.
        replay: Carries out an episode's actions from its task and seed in the simulator; returns the outcomes
            and whether the task's goal held at the end.

    Returns:
        Episode -> whether diagnoses, inventory differences and success were the recorded ones.
    """
    result = {}
    for episode in list(store.episodes(quarantined=True)):
        detail = _difference(episode, *replay(episode))
        store.append_reproduction(episode.index, not detail, detail)
        result[episode.index] = not detail
    return result


def _renumbered(episode: Episode, number: int) -> Episode:
    segments = tuple(replace(s, episode=number) for s in episode.segments)
    return replace(episode, index=number, segments=segments)


def _difference(episode: Episode, outcomes: Sequence[Outcome], success: bool) -> str:
    """Returns how a replay differs from the record in what the simulator's state says, or ""."""
    recorded = [d.outcome for s in episode.segments for d in s.decisions]
    if len(recorded) != len(outcomes):
        return f"{len(outcomes)} outcomes instead of {len(recorded)}"
    for index, (old, new) in enumerate(zip(recorded, outcomes, strict=True)):
        if (old.diagnosis, dict(old.delta)) != (new.diagnosis, dict(new.delta)):
            was, now = f"{old.diagnosis} {dict(old.delta)}", f"{new.diagnosis} {dict(new.delta)}"
            return f"decision {index}: {now} instead of {was}"
    return "" if success == episode.success else "the goal's truth at the end differs"
