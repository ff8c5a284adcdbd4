"""Trust: which goals reflexes hand over, after which failures, and what their successors start with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from peam.agents.bounds import Bounds
from peam.agents.trust import Trust
from peam.config import load_config
from peam.memory.memory import Memory
from peam.memory.serving import bounds_of
from peam.types import Decision, Segment, Subgoal, Tier
from tests.memory.fakes import BASE, WordTier
from tests.memory.helpers import LOGS, TABLE, corrected_episode, decision, episode, segment

FOUR: Sequence[Tier] = ("fast", "slow", "slow", "slow", "slow")


def pursuit(tiers: Sequence[Tier], number: int = 0, reached: bool = True, goal: Subgoal = LOGS) -> Segment:
    done = [decision(i, "explore(north)", subgoal=goal, tier=tier) for i, tier in enumerate(tiers)]
    return segment(done, number, reached)


def stuck(diagnosis: str = "MISSING_TOOL", tier: Tier = "fast", goal: Subgoal = LOGS) -> Decision:
    return decision(0, "explore(down)", diagnosis, subgoal=goal, tier=tier)


def failure(number: int = 0, found: bool = False, helped: bool = False, goal: Subgoal = LOGS) -> Segment:
    """A pursuit in which a reflex failed: what it found afterwards, and whether it was helped."""
    tier: Tier = "slow" if helped else "fast"
    after = decision(1, "mine(oak_log, 4)", subgoal=goal, tier=tier)
    return segment([stuck(goal=goal), after], number, reached=found)


def test_a_goal_is_handed_over_once_it_has_cost_one_pursuit_of_the_slow_tier_too_much() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow", "slow"]))
    trust.learn(pursuit(["slow", "slow", "slow", "slow"]))  # three calls on average
    lost = []
    for number in range(1, 6):
        trust.learn(pursuit(FOUR, number))  # one too many each
        lost.append(trust.lost(LOGS, []))
    assert lost == [False, False, False, True, True]
    assert not trust.lost(TABLE, []), "another goal"


def test_a_reflex_that_saves_calls_keeps_its_goal_however_long_it_lives() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow"] * 5))
    for number in range(200):
        trust.learn(pursuit(FOUR, number))
    assert not trust.lost(LOGS, [])


def test_one_unlucky_pursuit_after_many_cheap_ones_is_borne() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow"] * 4))
    for number in range(3):
        trust.learn(pursuit(["fast"], number))
    trust.learn(pursuit(["fast", *["slow"] * 19], 3))
    assert not trust.lost(LOGS, []), "16 saved calls bear 15 and one pursuit"
    trust.learn(pursuit(["fast", *["slow"] * 6], 4))
    assert trust.lost(LOGS, [])


def test_where_the_slow_tier_never_reached_it_alone_there_is_nothing_to_compare() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow"] * 3, reached=False))
    trust.learn(pursuit(["fast", *["slow"] * 50]))
    assert not trust.lost(LOGS, [])
    trust.learn(pursuit(["slow"] * 3))  # six calls for one success
    assert trust.lost(LOGS, [])


def test_what_the_slow_tier_began_says_nothing_about_reflexes() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow"]))
    trust.learn(pursuit(["slow", *FOUR]))
    assert not trust.lost(LOGS, [])


@pytest.mark.parametrize(
    ("past", "lost"),
    [
        ([], False),
        ([failure(0, found=False)], True),
        ([failure(0, found=True, helped=True)], True),
        ([failure(0, found=True)], False),
        ([failure(0, found=True), failure(1, found=False)], False),
        ([failure(0, found=True), failure(1, found=False), failure(2, found=False)], True),
    ],
)
def test_after_a_failure_that_led_nowhere_more_often_than_not_the_slow_tier_decides(
    past: list[Segment], lost: bool
) -> None:
    trust = Trust()
    for done in past:
        trust.learn(done)
    assert trust.lost(LOGS, [stuck()]) is lost
    assert not trust.lost(LOGS, [stuck(), decision(1, "explore(north)", tier="fast")]), "only right after it"
    assert not trust.lost(LOGS, [stuck("NOT_FOUND")]), "another diagnosis"
    assert not trust.lost(LOGS, [stuck(tier="slow")]), "not a reflex's"
    assert not trust.lost(TABLE, [stuck()]), "for another goal"


def test_of_repeated_failures_in_one_pursuit_the_last_counts_once() -> None:
    trust = Trust()
    trust.learn(segment([stuck(), stuck(), stuck(), decision(3, "mine(oak_log, 4)", tier="fast")]))
    trust.learn(failure(1))
    assert not trust.lost(LOGS, [stuck()]), "one found, one not"


def test_a_successor_starts_with_a_clean_sheet_and_the_slow_tiers_costs_remain() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow"]))
    for number in (3, 9):
        trust.learn(pursuit(FOUR, number))
        trust.learn(failure(number))
        trust.learn(failure(number, goal=TABLE))
    trust.renew("gather", 5)
    assert trust.lost(LOGS, []) and trust.lost(LOGS, [stuck()]), "episode 9 is still remembered"
    trust.renew("gather", 9)
    assert not trust.lost(LOGS, []) and not trust.lost(LOGS, [stuck()])
    assert trust.lost(TABLE, [stuck(goal=TABLE)]), "another adapter's"
    trust.renew("gather", 5)
    assert not trust.lost(LOGS, []), "an older renewal changes nothing"
    trust.renew(None, 9)
    assert not trust.lost(TABLE, [stuck(goal=TABLE)])
    trust.learn(pursuit(FOUR, 10))
    assert trust.lost(LOGS, []), "what it is compared with was not forgotten"


def test_bounds_ask_patience_and_trust() -> None:
    bounds = Bounds()
    bounds.learn([pursuit(["slow"])])
    assert not bounds.lost(LOGS, [])
    assert bounds.lost(LOGS, [decision(i, "explore(north)", tier="fast") for i in range(2)]), "patience"
    bounds.learn([pursuit(FOUR, 1)])
    assert bounds.lost(LOGS, []), "trust"


def test_live_resumed_and_frozen_memories_trust_alike(tmp_path: Path) -> None:
    config = load_config(overrides=["consolidation.background=false", "meter.declared.training_step=0.5"])

    def opened() -> Memory:
        return Memory(tmp_path, config, WordTier(), WordTier(), WordTier, BASE)

    memory = opened()
    for index in range(60):
        memory.append(corrected_episode(index))
        for category in memory.due():
            memory.consolidate(category)
    memory.append(episode(60, failure(60, goal=TABLE)))
    accepted = {c.category: c.episode for c in memory.store.consolidations() if c.accepted}
    assert set(accepted) == {"gather", "craft"}
    live = memory.bounds().trust
    memory.close()
    resumed = opened()
    frozen = bounds_of(resumed.store).trust
    for trust in (live, resumed.bounds().trust, frozen):
        assert trust.lost(TABLE, [stuck(goal=TABLE)]), "after the last version"
        assert vars(trust) == vars(live)
        assert trust._renewed == accepted
