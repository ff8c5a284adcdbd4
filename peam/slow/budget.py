"""What a slow tier may cost, in tokens and in money. Knows prices and counts, nothing of who asks."""

from __future__ import annotations

from peam.config import Config
from peam.errors import BudgetError, ConfigError


class Budget:
    """Counts what was paid for since it was made, and ends the run once that reaches a limit.

    Looked at before each request, so that a limit is overshot by one request at most.
    """

    def __init__(self, config: Config) -> None:
        """Args: config: `slow.openai.budget` and `meter.money` are read; a limit of 0 is none.

        Raises:
            ConfigError: A limit is negative, or money is limited and no token has a price.
        """
        limits, prices = config.slow.openai.budget, config.meter.money
        self._most = (int(limits.tokens), float(limits.money))
        self._prices = (float(prices.prompt_token), float(prices.completion_token))
        if min(self._most) < 0:
            raise ConfigError("slow.openai.budget: a limit must not be negative; 0 is none")
        if self._most[1] and not any(self._prices):
            raise ConfigError(
                "slow.openai.budget.money needs prices: meter.money.prompt_token, completion_token"
            )
        self.calls = 0
        self.tokens = (0, 0)

    @property
    def money(self) -> float:
        """What the tokens cost, in the unit of the prices."""
        return self.tokens[0] * self._prices[0] + self.tokens[1] * self._prices[1]

    def check(self) -> None:
        """Raises BudgetError where a limit is reached."""
        for name, spent, most in zip(
            ("tokens", "money"), (sum(self.tokens), self.money), self._most, strict=True
        ):
            if most and spent >= most:
                raise BudgetError(
                    f"slow.openai.budget.{name} is spent: {spent:g} of {most:g} in {self.calls} requests; "
                    "nothing recorded is lost, and the same command (a life: with --resume) goes on"
                )

    def spend(self, tokens: tuple[int, int]) -> None:
        """Adds one request's (prompt, completion) tokens."""
        self.calls += 1
        self.tokens = (self.tokens[0] + tokens[0], self.tokens[1] + tokens[1])
