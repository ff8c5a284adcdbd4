"""The live picture of a life: a panel on a terminal, plain lines anywhere else. Driven by events alone.

Knows nothing of the simulator, the agent or the store: the loop tells what happened with dictionaries,

    {"kind": "episode_start", "index", "task", "seed", "episodes"}    episodes: how many in all
    {"kind": "decision", "task", "decision": Decision}
    {"kind": "score", "category", "worthiness", "admitted"}
    {"kind": "trigger", "category", "level", "cost"}                  R and K, in the meter's unit
    {"kind": "episode_end", "index", "task", "success", "slow_calls", "decisions"}
    {"kind": "consolidation_start", "category"}
    {"kind": "consolidation_end", "category", "version", "accepted", "steps", "gate": {"reason", ...}}

Other kinds and keys are left alone, so that the loop may tell more than this shows.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

BLOCKS = " ▁▂▃▄▅▆▇█"


def sparkline(values: list[int], width: int = 48) -> str:
    """Returns the last `width` values as block characters, scaled to their largest."""
    shown = values[-width:]
    top = max(shown, default=0) or 1
    return "".join(BLOCKS[round(value / top * (len(BLOCKS) - 1))] for value in shown)


def bar(level: float, cost: float, width: int = 20) -> str:
    """Returns how far `level` has come towards `cost`, as a bar of `width` characters."""
    share = min(level / cost, 1.0) if cost > 0 else 1.0
    full = round(share * width)
    return "█" * full + "░" * (width - full)


@dataclass(slots=True)
class LifeState:
    """What a viewer wants to know now; `apply` folds one event into it.

    Attributes:
        levels: Category -> (R, K) of its trigger.
        buffers: Category -> experiences admitted since its last consolidation began.
        slow_calls: Slow calls of each ended episode.
        versions: Category -> version that serves.
    """

    episode: int = 0
    episodes: int = 0
    task: str = ""
    subgoal: str = ""
    tier: str = ""
    action: str = ""
    diagnosis: str = ""
    worthiness: str = ""
    levels: dict[str, tuple[float, float]] = field(default_factory=dict)
    buffers: dict[str, int] = field(default_factory=dict)
    slow_calls: list[int] = field(default_factory=list)
    successes: list[bool] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    rejected: int = 0
    fast: int = 0
    decisions: int = 0

    def apply(self, event: Mapping[str, Any]) -> None:
        """Folds one event in; an unknown kind changes nothing."""
        fold = _FOLDS.get(event["kind"])
        if fold is not None:
            fold(self, event)


def _episode_start(state: LifeState, event: Mapping[str, Any]) -> None:
    state.episode, state.task = int(event["index"]), str(event["task"])
    state.episodes = int(event.get("episodes", state.episodes))
    state.subgoal = state.tier = state.action = state.diagnosis = ""


def _decision(state: LifeState, event: Mapping[str, Any]) -> None:
    decision = event["decision"]
    state.subgoal, state.tier = str(decision.subgoal), str(decision.tier)
    state.action = str(decision.action) if decision.action else f"invalid: {decision.raw[:40]}"
    state.diagnosis = str(decision.outcome.diagnosis)
    state.decisions += 1
    state.fast += decision.tier == "fast"


def _score(state: LifeState, event: Mapping[str, Any]) -> None:
    verdict = "admitted" if event["admitted"] else "rejected"
    state.worthiness = f"{event['category']} {float(event['worthiness']):.3f} {verdict}"
    category = str(event["category"])
    state.buffers[category] = state.buffers.get(category, 0) + bool(event["admitted"])


def _trigger(state: LifeState, event: Mapping[str, Any]) -> None:
    state.levels[event["category"]] = (float(event["level"]), float(event["cost"]))


def _episode_end(state: LifeState, event: Mapping[str, Any]) -> None:
    state.slow_calls.append(int(event["slow_calls"]))
    state.successes.append(bool(event["success"]))


def _consolidation_start(state: LifeState, event: Mapping[str, Any]) -> None:
    state.running.append(str(event["category"]))
    state.buffers[str(event["category"])] = 0


def _consolidation_end(state: LifeState, event: Mapping[str, Any]) -> None:
    state.running = [c for c in state.running if c != event["category"]]
    if event["accepted"]:
        state.versions[str(event["category"])] = str(event["version"])
    else:
        state.rejected += 1


_FOLDS = {
    "episode_start": _episode_start,
    "decision": _decision,
    "score": _score,
    "trigger": _trigger,
    "episode_end": _episode_end,
    "consolidation_start": _consolidation_start,
    "consolidation_end": _consolidation_end,
}


def panel(state: LifeState) -> Panel:
    """Draws the state."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", justify="right")
    rows.add_column()
    tier = Text(state.tier, style={"fast": "bold green", "slow": "bold yellow"}.get(state.tier, ""))
    rows.add_row("task", state.task)
    rows.add_row("subgoal", state.subgoal)
    rows.add_row("tier", tier)
    rows.add_row("action", Text(f"{state.action}  {state.diagnosis}"))
    rows.add_row("experience", f"{state.worthiness or '-'}   buffer {sum(state.buffers.values())}")
    rows.add_row("slow calls", sparkline(state.slow_calls))
    rows.add_row("success", f"{sum(state.successes)}/{len(state.successes)}   fast {_share(state)}")
    rows.add_row("consolidated", _consolidated(state))
    title = f"PEAM  episode {state.episode + 1}" + (f"/{state.episodes}" if state.episodes else "")
    return Panel(Group(rows, _levels(state)), title=title, border_style="cyan")


def _share(state: LifeState) -> str:
    return f"{state.fast / state.decisions:.0%}" if state.decisions else "-"


def _consolidated(state: LifeState) -> str:
    served = ", ".join(f"{category} {version}" for category, version in state.versions.items()) or "none yet"
    running = f"   now training: {', '.join(state.running)}" if state.running else ""
    rejected = f"   rejected by the gate: {state.rejected}" if state.rejected else ""
    return served + running + rejected


def _levels(state: LifeState) -> Table:
    table = Table.grid(padding=(0, 2))
    for category, (level, cost) in state.levels.items():
        table.add_row(Text(f"{category:>12}", style="dim"), bar(level, cost), f"R {level:.1f} / K {cost:.1f}")
    return table


def line(event: Mapping[str, Any]) -> str:
    """Returns the one line that a log shows for an event, "" for the kinds that it leaves out."""
    if event["kind"] == "episode_end":
        mark = "ok  " if event["success"] else "fail"
        counts = f"{event['slow_calls']} slow calls, {event['decisions']} decisions"
        return f"episode {event['index'] + 1:>4}  {mark}  {event['task']:<20} {counts}"
    if event["kind"] == "consolidation_start":
        return f"consolidating {event['category']}"
    if event["kind"] == "consolidation_end":
        verdict = "serves" if event["accepted"] else "rejected by the gate"
        what = f"consolidated {event['category']} {event['version']}: {verdict}"
        return f"{what} ({event['gate']['reason']}), {event['steps']} steps"
    return ""


class LifeDisplay:
    """Shows a life: `with LifeDisplay() as display: run_life(config, False, display.on_event)`."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.console = Console(file=stream or sys.stdout)
        self.state = LifeState()
        self._live: Live | None = None

    def __enter__(self) -> LifeDisplay:
        if self.console.is_terminal:
            self._live = Live(panel(self.state), console=self.console, refresh_per_second=4)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def on_event(self, event: Mapping[str, Any]) -> None:
        """Takes one event; see the module's head for the kinds."""
        self.state.apply(event)
        if self._live is not None:
            self._live.update(panel(self.state))
        elif text := line(event):
            self.console.print(text, highlight=False, markup=False, soft_wrap=True)
