from __future__ import annotations

from pathlib import Path

from peam.benchmarks.forced import WORLDS, first_pairs, tasks_of
from peam.config import load_config
from peam.evaluation.suites import load_suite
from peam.memory.pairs import PairMiner, signature
from peam.memory.records import Score
from peam.memory.store import Store
from tests.memory.helpers import corrected_episode


def test_tasks_are_of_the_category_and_on_development_worlds() -> None:
    config = load_config()
    tasks = tasks_of(config, "smelt", 12, 0)
    assert len(tasks) == 12 and {task.category for task, _ in tasks} == {"smelt"}
    assert all(WORLDS[0] <= world < WORLDS[1] for _, world in tasks)
    kept = {*load_suite("life11").seeds, *load_suite("paper11").seeds, *range(*config.life.seeds)}
    assert not kept & set(range(*WORLDS)), "neither probe, evaluation nor training worlds"
    assert tasks == tasks_of(config, "smelt", 12, 0) != tasks_of(config, "smelt", 12, 1)


def test_first_pairs_come_in_order_and_admitted_alone_if_asked(tmp_path: Path) -> None:
    store, miner = Store.create(tmp_path / "store.db"), PairMiner()
    for index in range(3):
        with store.transaction():
            done = corrected_episode(index)
            store.append_episode(done)
            for pair in miner.add(done.segments):
                store.append_pair(pair, signature(pair.corrected))
                category = pair.corrected.subgoal.category
                store.append_score(Score(pair.id, category, 0.5, 0.1, 0.2, 0.3, 0.4, None, index > 0, "why"))
    listed = [e.pair for e in store.experience("gather")]
    assert [p.id for p in first_pairs(store, "gather", 2, False)] == listed[:2]
    admitted = [p.corrected.episode for p in first_pairs(store, "gather", 99, True)]
    assert 0 < len(admitted) < len(listed) and 0 not in admitted
