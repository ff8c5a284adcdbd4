"""Trust: which goals reflexes hand over, and what their successors start with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from peam.agents.bounds import Bounds
from peam.agents.trust import Trust
from peam.config import load_config
from peam.memory.memory import Memory
from peam.memory.serving import bounds_of
from peam.types import Segment, Subgoal, Tier
from tests.memory.fakes import BASE, WordTier
from tests.memory.helpers import LOGS, TABLE, corrected_episode, decision, episode, segment

FOUR: Sequence[Tier] = ("fast", "slow", "slow", "slow", "slow")


def pursuit(tiers: Sequence[Tier], number: int = 0, reached: bool = True, goal: Subgoal = LOGS) -> Segment:
    done = [decision(i, "explore(north)", subgoal=goal, tier=tier) for i, tier in enumerate(tiers)]
    return segment(done, number, reached)


def test_a_goal_is_handed_over_once_it_has_cost_one_pursuit_of_the_slow_tier_too_much() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow", "slow"]))
    trust.learn(pursuit(["slow", "slow", "slow", "slow"]))  # three calls on average
    lost = []
    for number in range(1, 6):
        trust.learn(pursuit(FOUR, number))  # one too many each
        lost.append(trust.lost(LOGS))
    assert lost == [False, False, False, True, True]
    assert not trust.lost(TABLE), "another goal"


def test_a_reflex_that_saves_calls_keeps_its_goal_however_long_it_lives() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow"] * 5))
    for number in range(200):
        trust.learn(pursuit(FOUR, number))
    assert not trust.lost(LOGS)


def test_one_unlucky_pursuit_after_many_cheap_ones_is_borne() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow"] * 4))
    for number in range(3):
        trust.learn(pursuit(["fast"], number))
    trust.learn(pursuit(["fast", *["slow"] * 19], 3))
    assert not trust.lost(LOGS), "16 saved calls bear 15 and one pursuit"
    trust.learn(pursuit(["fast", *["slow"] * 6], 4))
    assert trust.lost(LOGS)


def test_where_the_slow_tier_never_reached_it_alone_there_is_nothing_to_compare() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow"] * 3, reached=False))
    trust.learn(pursuit(["fast", *["slow"] * 50]))
    assert not trust.lost(LOGS)
    trust.learn(pursuit(["slow"] * 3))  # six calls for one success
    assert trust.lost(LOGS)


def test_what_the_slow_tier_began_says_nothing_about_reflexes() -> None:
    trust = Trust()
    trust.learn(pursuit(["slow"]))
    trust.learn(pursuit(["slow", *FOUR]))
    assert not trust.lost(LOGS)


def test_a_successor_starts_with_a_clean_sheet_and_the_slow_tiers_costs_remain() -> None:
    trust = Trust()
    for goal in (LOGS, TABLE):
        trust.learn(pursuit(["slow"], goal=goal))
        for number in (3, 9):
            trust.learn(pursuit(FOUR, number, goal=goal))
    trust.renew("gather", 5)
    assert trust.lost(LOGS), "episode 9 is still remembered"
    trust.renew("gather", 9)
    assert not trust.lost(LOGS)
    assert trust.lost(TABLE), "another adapter's"
    trust.renew("gather", 5)
    assert not trust.lost(LOGS), "an older renewal changes nothing"
    trust.renew(None, 9)
    assert not trust.lost(TABLE)
    trust.learn(pursuit(FOUR, 10))
    assert trust.lost(LOGS), "what it is compared with was not forgotten"


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
    memory.append(episode(60, pursuit(["fast", *["slow"] * 20], goal=TABLE)))
    accepted = {c.category: c.episode for c in memory.store.consolidations() if c.accepted}
    assert set(accepted) == {"gather", "craft"}
    live = memory.bounds().trust
    memory.close()
    resumed = opened()
    frozen = bounds_of(resumed.store).trust
    for trust in (live, resumed.bounds().trust, frozen):
        assert trust.lost(TABLE), "after the last version"
        assert vars(trust) == vars(live)
        assert trust._renewed == accepted
