"""What a slow tier may cost, in tokens and in money, over all processes and runs that share a ledger.

The ledger is a file with one JSON line a paid request. Looked at before each request, so that a limit is
overshot by one request of each process at most. Knows prices and counts, nothing of who asks.
"""

from __future__ import annotations

import json
from pathlib import Path

from peam.config import Config
from peam.errors import BudgetError, ConfigError, PlannerError


class Budget:
    """Counts what was paid for one model, and ends the run once that reaches a limit."""

    def __init__(self, config: Config, ledger: Path | None) -> None:
        """Takes limits and prices.

        Args:
            config: `slow.openai.budget` and `meter.money` are read; a limit of 0 is none.
            ledger: Where payments are written and read; None counts those of this object alone.

        Raises:
            ConfigError: A limit is negative, or money is limited and no token has a price.
        """
        limits, prices = config.slow.openai.budget, config.meter.money
        self._most = (int(limits.tokens), float(limits.money))
        self._prices = (float(prices.prompt_token), float(prices.completion_token))
        if min(self._most) < 0:
            raise ConfigError("slow.openai.budget: a limit must not be negative; 0 is none")
        if self._most[1] and not any(self._prices):
            raise ConfigError("slow.openai.budget.money needs meter.money.prompt_token or completion_token")
        self._model, self._ledger, self._read = str(config.slow.openai.model), ledger, 0
        self.calls = 0
        self.tokens = (0, 0)

    @property
    def money(self) -> float:
        """What the tokens cost, in the unit of the prices."""
        return self.tokens[0] * self._prices[0] + self.tokens[1] * self._prices[1]

    def check(self) -> None:
        """Raises BudgetError where a limit is reached."""
        self._catch_up()
        spent = (sum(self.tokens), self.money)
        for name, amount, most in zip(("tokens", "money"), spent, self._most, strict=True):
            if most and amount >= most:
                anew = f", or begin a new count by deleting {self._ledger}" if self._ledger else ""
                raise BudgetError(
                    f"slow.openai.budget.{name} is spent: {amount:g} of {most:g} in {self.calls} requests. "
                    f"Nothing recorded is lost; to go on, raise it{anew}; "
                    "then repeat the command (a life: with --resume)"
                )

    def spend(self, tokens: tuple[int, int]) -> None:
        """Adds one request's (prompt, completion) tokens."""
        if self._ledger is None:
            self._add(tokens)
            return
        line = json.dumps({"model": self._model, "tokens": list(tokens)}) + "\n"
        with self._ledger.open("a", encoding="utf-8") as file:
            file.write(line)  # one short write at the end: lines of several processes do not mix
        self._catch_up()

    def _catch_up(self) -> None:
        """Reads what has been paid since the ledger was last read, by whichever process."""
        if self._ledger is None or not self._ledger.exists():
            return
        with self._ledger.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            try:
                paid = json.loads(line)
                prompt, completion = map(int, paid["tokens"])
                model = paid["model"]
            except (ValueError, LookupError, TypeError) as error:
                raise PlannerError(f"{self._ledger} holds a line that is no payment ({error})") from error
            if model == self._model:
                self._add((prompt, completion))

    def _add(self, tokens: tuple[int, int]) -> None:
        self.calls += 1
        self.tokens = (self.tokens[0] + tokens[0], self.tokens[1] + tokens[1])
