"""Suites: the shipped ones load, mistakes are named, streams repeat."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from peam.actions import legal_actions
from peam.build import WORLDS, make_sim
from peam.config import configs_dir, load_config
from peam.errors import ConfigError
from peam.evaluation.suites import draw_stream, load_suite, suited

GOOD = {
    "name": "mine",
    "seeds": [1],
    "max_decisions": 5,
    "attempts": 1,
    "tasks": [{"name": "stick", "text": "craft sticks", "goal": "inventory.stick >= 1", "category": "craft"}],
}


def write(folder: Path, **changes: object) -> Path:
    path = folder / "suite.yaml"
    path.write_text(yaml.safe_dump({**GOOD, **changes}), encoding="utf-8")
    return path


def task(**changes: object) -> list[dict[str, object]]:
    return [{**GOOD["tasks"][0], **changes}]


def test_paper11_is_the_papers() -> None:
    suite = load_suite("paper11")
    assert [t.name for t in suite.tasks] == [
        "crafting_table", "wooden_pickaxe", "stone_pickaxe", "furnace", "iron_pickaxe", "oak_log_4",
        "cobblestone_8", "iron_ingot_2", "coal_4", "zombie", "skeleton",
    ]  # fmt: skip
    assert suite.seeds == (42, 43, 44)
    assert (suite.max_decisions, suite.attempts) == (200, 4)
    assert suite.task("zombie").start["inventory"] == {"stone_sword": 1}
    assert str(suite.task("iron_ingot_2").goal) == "inventory.iron_ingot >= 2"
    assert suite.task("furnace").start == {"time": 1000}


def test_life11_expands_counts_to_unique_tasks() -> None:
    suite = load_suite("life11")
    names = [t.name for t in suite.tasks]
    assert len(set(names)) == len(names)
    assert str(suite.task("coal_3").goal) == "inventory.coal >= 3"
    assert suite.task("coal_3").text == "collect 3 coal"
    assert {t.category for t in suite.tasks} >= {"gather", "craft", "smelt", "combat"}


def test_a_family_shares_its_weight(tmp_path: Path) -> None:
    entry = {"name": "log_{n}", "text": "{n} logs", "goal": "inventory.oak_log >= {n}", "category": "gather"}
    path = write(tmp_path, tasks=[{**entry, "counts": [1, 2, 4], "weight": 3}, *task(weight=2)])
    assert load_suite(path).weights == (1.0, 1.0, 1.0, 2.0)


def test_streams_repeat_and_follow_the_weights() -> None:
    suite = load_suite("life11")
    stream = draw_stream(suite, 3000, 5, (1000, 100000))
    assert stream == draw_stream(suite, 3000, 5, (1000, 100000))
    assert stream[:10] == draw_stream(suite, 10, 5, (1000, 100000))
    assert stream[:50] != draw_stream(suite, 50, 6, (1000, 100000))
    assert all(1000 <= seed < 100000 for _, seed in stream)
    counts = Counter(t.name for t, _ in stream)
    share = suite.weights[[t.name for t in suite.tasks].index("furnace")] / sum(suite.weights)
    assert counts["furnace"] / 3000 == pytest.approx(share, abs=0.02)
    assert set(counts) == {t.name for t in suite.tasks}


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(ConfigError, match="empty"):
        draw_stream(load_suite("life11"), 1, 1, (5, 5))


def test_names_are_suggested() -> None:
    with pytest.raises(ConfigError, match="did you mean 'paper11'"):
        load_suite("papr11")
    with pytest.raises(ConfigError, match="did you mean 'iron_pickaxe'"):
        load_suite("paper11").task("iron_pikaxe")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sedes": [1]}, "unknown key 'sedes' .did you mean 'seeds'"),
        ({"attempts": 0}, "attempts must be a whole number >= 1"),
        ({"max_decisions": True}, "max_decisions must be a whole number"),
        ({"tasks": []}, "no tasks"),
        ({"tasks": task() + task()}, "'stick' occurs twice"),
        ({"tasks": task(goal="stick > 1")}, "task 'stick': predicate"),
        ({"tasks": task(category="gathr")}, "did you mean 'gather'"),
        ({"tasks": task(wieght=1)}, "unknown key 'wieght' .did you mean 'weight'"),
        ({"tasks": task(weight=0)}, "weight must be a number above 0"),
        ({"tasks": task(start={"tiem": 1})}, "unknown key 'tiem' .did you mean 'time'"),
        ({"tasks": task(start={"time": 24000})}, "start.time must be 0..23999"),
        ({"tasks": task(start={"inventory": {"bow": 0}})}, "start.inventory.bow must be"),
        ({"tasks": task(start={"creatures": [{"name": "zombie"}]})}, "key 'distance' is missing"),
        ({"tasks": task(counts=[1])}, "name must contain {n}"),
        ({"tasks": 3}, "tasks must be a list"),
        ({"obfuscation": -1}, "obfuscation must be a whole number >= 0"),
        ({"tasks": task(first=4, last=3)}, "task 'stick': last must be a whole number >= 4"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_suite(write(tmp_path, **changes))


def test_broken_yaml_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("tasks: [", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_suite(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("path", sorted((configs_dir() / "suite").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_suite_asks_for_what_the_simulator_takes(path: Path, world: str) -> None:
    """Names are the file's, and every start is a reset that succeeds, its goal not reached yet."""
    suite = load_suite(path.stem)
    assert suite.name == path.stem and suite.description
    sim = make_sim(suited(load_config(overrides=[f"sim.world={world}"]), suite))
    for start in {str(task.start): task.start for task in suite.tasks}.values():
        sim.reset(seed=500, options=dict(start))
        seen = sim.observe()
        assert not any(task.goal.holds(seen) for task in suite.tasks if task.start == start)
    sim.close()


def test_techtree_has_twelve_goals_and_says_what_is_given() -> None:
    suite = load_suite("techtree")
    assert len(suite.tasks) == 12
    assert {t.name: t.start["inventory"] for t in suite.tasks if "inventory" in t.start} == {
        "bow_of_given_string": {"string": 3}
    }
    assert {"diamond_pickaxe", "shield", "bow"} <= {t.goal.item for t in suite.tasks}
    words = {action.target for action in legal_actions()}
    assert {t.goal.item for t in suite.tasks} <= words | {"diamond"}


def test_a_window_is_kept_and_a_longer_life_begins_with_the_shorter_one() -> None:
    suite = load_suite("life_recall")
    stream = draw_stream(suite, 120, 3, (1000, 100000))
    assert stream[:40] == draw_stream(suite, 40, 3, (1000, 100000))
    early, late = ({task.name for task, _ in part} for part in (stream[:40], stream[40:]))
    assert not early & late and len(early) > 8 and len(late) > 8
    recalled = {str(task.goal) for task in load_suite("recall").tasks}
    assert recalled <= {
        str(task.goal) for task, w in zip(suite.tasks, suite.windows, strict=True) if w[1] < 40
    }


def test_an_episode_that_no_task_may_have_is_refused(tmp_path: Path) -> None:
    suite = load_suite(write(tmp_path, tasks=task(first=2)))
    with pytest.raises(ConfigError, match="no task may be drawn in episode 0"):
        draw_stream(suite, 3, 1, (1, 9))


def test_names_and_recipes_are_the_suites_own() -> None:
    config = load_config(overrides=["sim.obfuscation=5", "sim.sight=9"])
    assert suited(config, load_suite("paper11")).sim.obfuscation == 0
    there = suited(config, load_suite("obfuscated"))
    assert (there.sim.obfuscation, there.sim.sight) == (1, 9.0)
