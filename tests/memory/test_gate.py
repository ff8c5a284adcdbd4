from __future__ import annotations

from peam.actions import Action
from peam.memory.gate import Measurement, judge, parted, probed, same_effect
from peam.memory.pairs import mine_pairs

from .helpers import corrected_episode, decision, segment


def measured(logs: list[float], margins: list[float | None], right: list[bool] | None = None) -> Measurement:
    return Measurement(tuple(logs), tuple(margins), tuple(right or []))


def test_a_candidate_that_prefers_more_corrections_passes() -> None:
    result = judge(measured([-1, -1], [1.0, 1.0]), measured([-2, -2], [1.0, -1.0]))
    assert result.accepted and (result.candidate_prefers, result.incumbent_prefers) == (2, 1)


def test_equal_preference_is_decided_by_log_probability() -> None:
    worse = judge(measured([-2, -2], [1.0, -1.0]), measured([-1, -1], [1.0, -1.0]))
    assert not worse.accepted and "is not above the incumbent's" in worse.reason
    assert judge(measured([-1, -1], [1.0, -1.0]), measured([-2, -2], [1.0, -1.0])).accepted


def test_fewer_preferred_twins_are_held_against_it_only_beyond_chance() -> None:
    chance = judge(measured([-1, -1], [1.0, -1.0]), measured([-2, -2], [1.0, 1.0]))
    assert chance.accepted and chance.candidate_prefers < chance.incumbent_prefers
    assert not judge(measured([-2, -2], [1.0, -1.0]), measured([-1, -1], [1.0, 1.0])).accepted
    sure = judge(measured([-1] * 5, [-1.0] * 5), measured([-2] * 5, [1.0] * 5))  # p = 1/32
    assert not sure.accepted and sure.reason == "prefers t+ in 0 held-out twins, the incumbent in 5"
    full = judge(measured([-1, -1], [1.0, 1.0]), measured([-2, -2], [1.0, 1.0]))
    assert full.accepted
    worse = judge(measured([-3, -3], [1.0, 1.0]), measured([-2, -2], [1.0, 1.0]))
    assert not worse.accepted


def test_without_twins_the_log_probability_must_rise() -> None:
    assert judge(measured([-1], [None]), measured([-2], [None])).accepted
    result = judge(measured([-2], [None]), measured([-2], [None]))
    assert not result.accepted and "not above" in result.reason


def test_more_preferred_corrections_outweigh_log_probability() -> None:
    """The preference loss lowers both sides' log-probabilities; what it must raise is their difference."""
    assert judge(measured([-1, -3], [1.0, None]), measured([-1, -2], [-1.0, None])).accepted


def test_nothing_held_out_is_refused() -> None:
    assert judge(measured([], []), measured([], [])).reason == "no held-out pairs to judge by"


def test_retained_exemplars_may_flip_by_chance_but_not_be_lost() -> None:
    better, worse = measured([-1], [None], [True] * 10), measured([-2], [-1.0], [True] * 10)
    assert judge(better, measured([-2], [None], [True] * 10)).p_value == 1.0
    few = judge(measured([-1], [1.0], [False] * 4 + [True] * 6), worse)
    assert few.accepted and few.losses == 4  # p = 1/16
    many = judge(measured([-1], [1.0], [False] * 5 + [True] * 5), worse)
    assert not many.accepted and many.p_value < 0.05 and "exemplars were lost" in many.reason
    swapped = judge(measured([-1], [None], [True] * 10), measured([-2], [None], [False] * 10))
    assert swapped.accepted and swapped.gains == 10


def test_the_probe_has_the_last_word() -> None:
    passed = judge(measured([-1], [None]), measured([-2], [None]))
    kept = probed(passed, [True] * 4 + [False] * 4, [True] * 8, (9.0, 1.0), False)
    assert kept.accepted and "candidate 4 of 8 probe episodes, incumbent 8" in kept.probe  # p = 1/16
    lost = probed(passed, [True] * 3 + [False] * 5, [True] * 8, (1.0, 9.0), False)
    assert not lost.accepted and lost.reason == "probe episodes were lost"


def test_a_successor_must_not_be_dearer_than_its_predecessor() -> None:
    passed, won = judge(measured([-1], [None]), measured([-2], [None])), [True] * 8
    assert passed.accepted
    assert probed(passed, won, won, (2.0, 1.0), successor=False).accepted
    assert probed(passed, won, won, (1.0, 1.0), successor=True).accepted
    dearer = probed(passed, won, won, (2.0, 1.0), successor=True)
    assert not dearer.accepted and dearer.reason == "dearer in probes than its predecessor"


def test_what_held_out_pairs_leave_open_the_cost_of_the_probe_decides() -> None:
    even = judge(measured([-2], [None], [True, False]), measured([-1], [None], [True, True]))
    assert even.undecided and not even.accepted and "right on 1 exemplars, not 2" in even.reason
    won = [True] * 8
    assert probed(even, won, won, (1.0, 2.0), False).accepted
    assert not probed(even, won, won, (2.0, 1.0), False).accepted
    assert not probed(even, [False, *won[1:]], won, (1.0, 2.0), False).accepted, "an early death is cheap"
    worse = judge(measured([-1] * 5, [-1.0] * 5), measured([-2] * 5, [1.0] * 5))
    assert not worse.undecided


def test_runs_are_compared_from_where_they_part() -> None:
    run = [
        decision(0, "mine(oak_log, 4)", "NOT_FOUND"),
        decision(1, "mine(birch_log, 4)", "NOT_FOUND"),
        decision(2, "mine(oak_log, 4)"),
        decision(3, "explore(north)"),
    ]
    (pair,) = mine_pairs([segment(run)])
    chosen, failed = parted(pair)
    assert [str(d.action) for d in chosen.decisions] == ["explore(north)"]
    assert [str(d.action) for d in failed.decisions] == ["mine(birch_log, 4)"]
    whole = mine_pairs(corrected_episode(0).segments)[0]
    assert parted(whole)[0] == whole.corrected


def test_directions_are_alike_but_down_is_not() -> None:
    north, east, down = (Action("explore", way) for way in ("north", "east", "down"))
    assert same_effect(north, east)
    assert not same_effect(north, down)
    assert not same_effect(north, Action("mine", "stone", 3))
