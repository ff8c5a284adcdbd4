import io
from typing import Any

import numpy as np
from rich.console import Console

from peam.actions import Action
from peam.display import LifeDisplay, LifeState, bar, line, panel, sparkline
from peam.types import Decision, Diagnosis, Outcome, Predicate, Subgoal


def decision(tier: Any = "fast", diagnosis: Diagnosis = Diagnosis.OK) -> Decision:
    return Decision(
        index=0,
        subgoal=Subgoal("gather", Predicate("inventory", "oak_log", 4)),
        state="",
        rgb=np.zeros((4, 4, 3), np.uint8),
        seen=(),
        action=Action("mine", "oak_log", 4),
        tier=tier,
        outcome=Outcome(diagnosis),
    )


EVENTS: list[dict[str, Any]] = [
    {"kind": "episode_start", "index": 0, "task": "oak_logs", "seed": 7, "episodes": 12},
    {
        "kind": "decision",
        "task": "oak_logs",
        "decision": decision("slow", Diagnosis.NOT_FOUND),
        "trace": None,
    },
    {"kind": "decision", "task": "oak_logs", "decision": decision("fast")},
    {"kind": "score", "category": "gather", "worthiness": 0.625, "admitted": True},
    {"kind": "trigger", "category": "gather", "level": 5.0, "cost": 10.0},
    {
        "kind": "episode_end",
        "index": 0,
        "task": "oak_logs",
        "success": True,
        "slow_calls": 9,
        "decisions": 11,
    },
    {"kind": "trigger", "category": "gather", "level": 11.0, "cost": 10.0},
    {"kind": "consolidation_start", "category": "gather"},
]
ACCEPTED = {
    "kind": "consolidation_end",
    "category": "gather",
    "version": "v1",
    "accepted": True,
    "steps": 200,
    "gate": {"reason": "9 of 9"},
}


def rendered(state: LifeState) -> str:
    console = Console(file=io.StringIO(), width=110)
    console.print(panel(state))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_panel_shows_everything_that_the_issue_names() -> None:
    state = LifeState()
    for event in EVENTS:
        state.apply(event)
    text = rendered(state)
    for word in (
        "oak_logs",
        "gather: inventory.oak_log >= 4",
        "fast",
        "mine(oak_log, 4)",
        "OK",
        "0.625 admitted",
    ):
        assert word in text
    assert "episode 1/12" in text
    assert "R 11.0 / K 10.0" in text
    assert "now training: gather" in text
    assert "fast 50%" in text


def test_consolidation_end_names_the_version_or_the_rejection() -> None:
    state = LifeState()
    for event in [*EVENTS, ACCEPTED]:
        state.apply(event)
    assert state.versions == {"gather": "v1"}
    assert state.running == []
    state.apply({**ACCEPTED, "accepted": False, "version": "v2"})
    assert state.versions == {"gather": "v1"}
    assert state.rejected == 1
    assert "rejected by the gate: 1" in rendered(state)


def test_buffer_counts_what_is_not_trained_yet() -> None:
    state = LifeState()
    for event in EVENTS[:-1]:
        state.apply(event)
    state.apply({"kind": "score", "category": "gather", "worthiness": 0.9, "admitted": True})
    state.apply({"kind": "score", "category": "gather", "worthiness": 0.1, "admitted": False})
    assert state.buffers == {"gather": 2}
    state.apply(EVENTS[-1])
    assert sum(state.buffers.values()) == 0


def test_unknown_kinds_change_nothing() -> None:
    state = LifeState()
    state.apply({"kind": "weather", "rain": True})
    assert state == LifeState()


def test_an_action_that_did_not_parse_is_shown_as_text_not_as_markup() -> None:
    state = LifeState()
    bad = decision("slow", Diagnosis.INVALID_ACTION)
    object.__setattr__(bad, "action", None)
    object.__setattr__(bad, "raw", "[/bold] rm -rf")
    state.apply({"kind": "decision", "task": "x", "decision": bad})
    assert "invalid: [/bold] rm -rf" in rendered(state)


def test_plain_lines_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    with LifeDisplay(stream) as display:
        for event in [*EVENTS, ACCEPTED]:
            display.on_event(event)
    assert stream.getvalue().splitlines() == [
        "episode    1  ok    oak_logs             9 slow calls, 11 decisions",
        "consolidating gather",
        "consolidated gather v1: serves (9 of 9), 200 steps",
    ]


def test_live_panel_on_a_terminal() -> None:
    display = LifeDisplay()
    display.console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with display:
        for event in EVENTS:
            display.on_event(event)
    assert "oak_logs" in display.console.file.getvalue()  # type: ignore[attr-defined]


def test_line_leaves_decisions_out() -> None:
    assert line(EVENTS[1]) == ""
    assert line(EVENTS[4]) == ""


def test_sparkline_and_bar() -> None:
    assert sparkline([]) == ""
    assert sparkline([0, 0]) == "  "
    assert sparkline([0, 4, 8]) == " ▄█"
    assert len(sparkline(list(range(100)), width=10)) == 10
    assert bar(0.0, 10.0, 4) == "░░░░"
    assert bar(5.0, 10.0, 4) == "██░░"
    assert bar(50.0, 10.0, 4) == "████"
    assert bar(0.0, 0.0, 4) == "████"
