from __future__ import annotations

from dataclasses import replace

from peam.memory.pairs import PairMiner, context_of, mine_pairs, signature, training_decisions
from peam.types import Segment

from .helpers import LOGS, TABLE, corrected_episode, decision, episode, segment


def words(run: Segment | None) -> list[str]:
    return [] if run is None else [str(d.action) for d in run.decisions]


def test_a_failure_is_paired_with_the_rest_of_its_own_pursuit() -> None:
    pairs = mine_pairs(corrected_episode(0).segments)
    assert [(words(p.failed), words(p.corrected)) for p in pairs] == [
        (["mine(oak_log, 4)"], ["explore(north)", "mine(oak_log, 4)"]),
        (["craft(crafting_table, 1)"], ["craft(oak_planks, 4)", "craft(crafting_table, 1)"]),
    ]
    assert all(not p.failed.reached and p.corrected.reached for p in pairs if p.failed)


def test_the_prefix_before_the_first_failure_is_a_plain_success() -> None:
    run = [
        decision(0, "explore(north)"),
        decision(1, "mine(oak_log, 4)", "NOT_FOUND"),
        decision(2, "explore(east)"),
    ]
    pairs = mine_pairs([segment([*run, decision(3, "mine(oak_log, 4)", delta={"oak_log": 4})])])
    assert [(words(p.failed), words(p.corrected)) for p in pairs] == [
        (["mine(oak_log, 4)"], ["explore(east)", "mine(oak_log, 4)"]),
        ([], ["explore(north)"]),
    ]


def test_consecutive_failures_in_one_context_are_one_run_and_unparsed_text_is_left_out() -> None:
    run = [
        decision(0, "mine(oak_log, 4)", "NOT_FOUND"),
        decision(1, "mine it!", "INVALID_ACTION"),
        decision(2, "mine(birch_log, 4)", "NOT_FOUND"),
        decision(3, "explore(north)"),
    ]
    (pair,) = mine_pairs([segment(run)])
    assert words(pair.failed) == ["mine(oak_log, 4)", "mine(birch_log, 4)"]


def test_an_unreached_pursuit_waits_for_the_first_later_one_in_an_equal_context() -> None:
    lost = segment(
        [decision(0, "craft(crafting_table, 1)", "MISSING_MATERIAL", TABLE, "oak_log 4")], 0, False
    )
    other = segment(
        [decision(0, "craft(crafting_table, 1)", "OK", TABLE, "oak_planks 4", {"oak_planks": -4})], 1
    )
    equal = segment(
        [
            decision(0, "explore(north)", "OK", TABLE, "nothing"),
            decision(1, "craft(oak_planks, 4)", "OK", TABLE, "oak_log 5", {"oak_log": -1}),
            decision(
                2, "craft(crafting_table, 1)", "OK", TABLE, "oak_log 4 oak_planks 4", {"oak_planks": -4}
            ),
        ],
        2,
    )
    miner = PairMiner()
    assert miner.add([lost]) == []
    assert [p.failed for p in miner.add([other])] == [None]
    twins = [p for p in miner.add([equal]) if p.failed]
    assert [(p.failed.episode, p.corrected.episode) for p in twins if p.failed] == [(0, 2)]
    assert words(twins[0].corrected) == ["craft(oak_planks, 4)", "craft(crafting_table, 1)"]
    assert [p.failed for p in miner.add([replace(equal, episode=3)])] == [None]  # corrected once, not again


def test_the_same_action_that_later_worked_is_no_contrast() -> None:
    run = [decision(0, "mine(oak_log, 4)", "TARGET_LOST"), decision(1, "mine(oak_log, 4)")]
    assert mine_pairs([segment(run)]) == []


def test_context_ignores_place_vitals_and_what_does_not_matter() -> None:
    a = decision(0, "mine(oak_log, 4)", has="dirt 9 oak_log 5")
    b = decision(7, "mine(oak_log, 4)", has="oak_log 7")
    assert context_of(a) != context_of(b)
    assert context_of(a, {"oak_log"}) == context_of(b, {"oak_log"})
    assert context_of(a, {"oak_log"}) != context_of(
        decision(0, "mine(oak_log, 4)", has="oak_log 8"), {"oak_log"}
    )
    assert context_of(b) != context_of(decision(7, "mine(oak_log, 4)", has="oak_log 7", near="furnace"))
    assert context_of(decision(0, "wait(100)", subgoal=TABLE)) != context_of(
        decision(0, "wait(100)", subgoal=LOGS)
    )


def test_incremental_and_whole_mining_agree_and_ids_are_stable() -> None:
    episodes = [corrected_episode(i) for i in range(3)]
    miner = PairMiner()
    one = [p.id for e in episodes for p in miner.add(e.segments)]
    assert one == [p.id for p in mine_pairs([s for e in episodes for s in e.segments])]
    assert len(set(one)) == len(one)


def test_training_decisions_are_unique() -> None:
    run = [
        decision(0, "mine(oak_log, 4)", "NOT_FOUND"),
        decision(1, "explore(north)"),
        decision(2, "mine(oak_log, 4)", "UNREACHABLE"),
        decision(3, "explore(east)"),
        decision(4, "mine(oak_log, 4)"),
    ]
    pairs = mine_pairs([segment(run)])
    assert sum(len(p.corrected.decisions) for p in pairs) == 5
    assert [d.index for _, d in training_decisions(pairs)] == [1, 3, 4]


def test_signature_ignores_counts_repetition_and_direction() -> None:
    a = segment(
        [decision(0, "explore(north)"), decision(1, "explore(east)"), decision(2, "mine(oak_log, 4)")]
    )
    b = segment(
        [decision(0, "explore(west)"), decision(1, "mine(oak_log, 1)"), decision(2, "mine(oak_log, 2)")]
    )
    assert signature(a) == signature(b) == "gather inventory.oak_log: explore mine(oak_log)"
    assert episode(0, a).segments == (a,)


def test_without_failures_only_what_went_well_at_the_first_try_is_learned() -> None:
    done = [corrected_episode(0), corrected_episode(1)]
    plain = episode(2, segment([decision(0, "explore(north)"), decision(1, "mine(oak_log, 4)")]))
    lost = episode(3, segment([decision(0, "mine(oak_log, 4)", "NOT_FOUND")], reached=False), success=False)
    begun = [
        decision(0, "explore(east)"),
        decision(1, "mine(oak_log, 4)", "NOT_FOUND"),
        decision(2, "explore(up)"),
    ]
    miner = PairMiner(failures=False)
    episodes = [*done, plain, lost, episode(4, segment(begun)), plain]
    pairs = [p for e in episodes for p in miner.add(e.segments)]
    assert pairs and all(p.failed is None for p in pairs) and not any(miner.waiting.values())
    assert [words(p.corrected) for p in pairs][:2] == [
        ["explore(north)", "mine(oak_log, 4)"],
        ["explore(east)"],
    ]
