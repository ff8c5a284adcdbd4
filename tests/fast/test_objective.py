from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from peam.actions import Action
from peam.config import Config, load_config
from peam.errors import PeamError
from peam.fast.experts import Experts
from peam.fast.objective import (
    Sampler,
    bc_gradient,
    contrast,
    learning_rate,
    pair_loss,
    steps_of,
    train_adapter,
)
from peam.fast.policy import Policy
from peam.fast.scores import (
    Example,
    bifurcation,
    decision_log_probs,
    examples_of,
    pair_difference,
    score,
    segment_log_prob,
)
from peam.types import Decision, Diagnosis, Outcome, Pair, Segment
from tests.fast.conftest import disturb
from tests.fast.symbolic import BLANK, chain


def small(*extra: str) -> Config:
    return load_config([], ["consolidation.steps=4", "consolidation.batch=4", *extra])


def failed_twin(pair: Pair, at: int = 1, wrong: Action | None = None) -> Pair:
    """A failed run that takes the same first `at` decisions, then a wrong one."""
    wrong = wrong or Action("wait", "", 200)
    run = pair.corrected.decisions
    bad = replace(run[at], action=wrong, outcome=Outcome(Diagnosis.MISSING_MATERIAL))
    return replace(pair, failed=Segment(0, pair.corrected.subgoal, (*run[:at], bad), False))


# ---- the loss


def test_loss_by_hand() -> None:
    cloned, ahead = torch.tensor([-1.0, -3.0]), torch.tensor([0.5, 0.7])
    behind = torch.tensor([-0.2, -0.4, 0.0])
    both = {"beta": 0.1, "weight": 2.0}
    summed = pair_loss(cloned, ahead, behind, length_normalised=False, **both)
    assert float(summed) == pytest.approx(2.0 + 2.0 * np.log1p(np.exp(-0.1 * (1.2 + 0.6))), abs=1e-6)
    mean = pair_loss(cloned, ahead, behind, length_normalised=True, **both)
    assert float(mean) == pytest.approx(2.0 + 2.0 * np.log1p(np.exp(-0.1 * (0.6 + 0.2))), abs=1e-6)
    assert float(pair_loss(cloned, None, None, length_normalised=True, **both)) == 2.0


def test_loss_equals_trls_dpo_trainer(tmp_path: Path) -> None:
    """The oracle: same batch, policy and reference; TRL's sft term is a token mean over the batch."""
    trl = pytest.importorskip("trl")
    datasets = pytest.importorskip("datasets")
    from transformers import LlamaConfig, LlamaForCausalLM

    from peam.fast.nano import tokenizer

    words = tokenizer()
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=2, pad_token_id=words.pad_token_id, eos_token_id=words.eos_token_id,
    )  # fmt: skip
    policy, reference = LlamaForCausalLM(shape), LlamaForCausalLM(shape)
    with torch.no_grad():
        for parameter in policy.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    rows = [
        {"prompt": "goal stick 4 =>", "chosen": " craft(stick, 4)", "rejected": " mine(oak_log, 1)"},
        {"prompt": "goal torch =>", "chosen": " craft(torch, 4)", "rejected": " explore(north)"},
        {"prompt": "has oak_log 2 =>", "chosen": " place(furnace)", "rejected": " wait(20)"},
    ]
    beta, weight = 0.1, 0.7
    arguments = trl.DPOConfig(
        output_dir=str(tmp_path), loss_type=["sigmoid", "sft"], loss_weights=[weight, 1.0], beta=beta,
        per_device_train_batch_size=3, report_to=[], use_cpu=True, bf16=False, max_length=None,
    )  # fmt: skip
    trainer = trl.DPOTrainer(
        model=policy, ref_model=reference, args=arguments, processing_class=words,
        train_dataset=datasets.Dataset.from_list(rows),
    )  # fmt: skip
    policy.eval()
    reference.eval()
    batch = next(iter(trainer.get_train_dataloader()))
    got = trainer.compute_loss(policy, batch)

    def tokens(model: Any) -> tuple[torch.Tensor, torch.Tensor]:
        ids, mask = batch["input_ids"], batch["completion_mask"][:, 1:].bool()
        logits = model(ids, attention_mask=batch["attention_mask"]).logits[:, :-1].log_softmax(-1)
        return logits.gather(-1, ids[:, 1:, None]).squeeze(-1), mask

    ours, mask = tokens(policy)
    with torch.no_grad():
        theirs, _ = tokens(reference)
    half = len(ours) // 2
    whole = [
        pair_loss(
            ours[i][mask[i]],
            (ours[i] - theirs[i])[mask[i]],
            (ours[half + i] - theirs[half + i])[mask[half + i]],
            beta=beta,
            weight=weight,
            length_normalised=False,
        )
        for i in range(half)
    ]
    cloned = [-ours[i][mask[i]].mean() for i in range(half)]
    versus = torch.stack([w - c for w, c in zip(whole, cloned, strict=True)]).mean()
    sft = -torch.cat([ours[i][mask[i]] for i in range(half)]).mean()
    assert float((versus + sft).detach()) == pytest.approx(float(got.detach()), abs=1e-5)
    trained = [p for p in policy.parameters() if p.requires_grad]
    want = torch.autograd.grad(got, trained, retain_graph=True)
    ours_ = torch.autograd.grad(versus + sft, trained)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(want, ours_, strict=True))


def test_contrast_falls_as_the_corrected_run_is_preferred() -> None:
    zero = torch.tensor(0.0)
    values = [float(contrast(torch.tensor(gap), zero, 0.1)) for gap in (-5.0, 0.0, 5.0)]
    assert values[0] > values[1] > values[2]
    assert values[1] == pytest.approx(np.log(2))


def test_bifurcation_drops_the_common_start_but_never_a_whole_run() -> None:
    run = next(p for i in range(9) if len((p := chain(np.random.default_rng(i))).corrected.decisions) > 3)
    decisions = run.corrected.decisions
    twin = failed_twin(run, 2)
    assert twin.failed is not None
    assert bifurcation(decisions, twin.failed.decisions) == 2
    assert bifurcation(decisions, decisions[:2]) == 1
    assert bifurcation(decisions, decisions) == len(decisions) - 1
    other = [replace(d, action=Action("wait", "", 20)) for d in decisions]
    assert bifurcation(decisions, other) == 0


# ---- scores


def test_scores_add_up_over_decisions_and_actions(experts: Experts) -> None:
    experts.new_adapter("craft", 1)
    disturb(experts, "craft", 1, 0.05)
    run = chain(np.random.default_rng(3)).corrected
    policy = Policy(experts)
    parts = decision_log_probs(experts, "craft", run.decisions)
    for decision, part in zip(run.decisions[:3], parts, strict=False):
        every = policy.score_all("craft", decision.state, decision.seen, policy.picture(decision.rgb))
        where = experts.backbone.prompter.actions.index(decision.action)
        assert every[where] == pytest.approx(part, abs=1e-3)
    total, tokens = segment_log_prob(experts, "craft", run)
    assert total == pytest.approx(parts.sum(), abs=1e-3)
    assert tokens == sum(len(experts.backbone.prompter.answer(d.action)) for d in run.decisions)
    assert segment_log_prob(experts, None, run)[0] != total


def test_decisions_that_did_not_parse_are_left_out(experts: Experts) -> None:
    run = chain(np.random.default_rng(3)).corrected
    broken = [replace(run.decisions[0], action=None, raw="nonsense"), *run.decisions[1:]]
    assert decision_log_probs(experts, None, broken)[0] == 0.0
    assert len(examples_of(broken)) == len(run.decisions) - 1


def test_gradient_is_the_numerical_slope(experts: Experts) -> None:
    experts.new_adapter("craft", 1)
    disturb(experts, "craft", 1, 0.05)
    decisions = chain(np.random.default_rng(3)).corrected.decisions[:3]
    gradient = bc_gradient(experts, "craft", decisions)
    parameters = [p for _, p in experts.parameters("craft", "B")]
    assert gradient.shape == (sum(p.numel() for p in parameters),)
    assert all(p.grad is None and not p.requires_grad for p in parameters)
    direction = torch.from_numpy(gradient / np.linalg.norm(gradient))

    def loss(step: float) -> float:
        start = 0
        for p in parameters:
            p.data += step * direction[start : start + p.numel()].view(p.shape)
            start += p.numel()
        scored = score(experts, "craft", examples_of(decisions))
        return float(-(scored[:, 0] / scored[:, 1]).mean())

    up = loss(1e-2)
    down = loss(-2e-2)
    assert (up - down) / 2e-2 == pytest.approx(np.linalg.norm(gradient), rel=0.05)


def test_gradient_of_a_category_without_adapter_leaves_none_behind(experts: Experts) -> None:
    decisions = chain(np.random.default_rng(3)).corrected.decisions[:2]
    first, second = (bc_gradient(experts, "smelt", decisions) for _ in range(2))
    assert np.linalg.norm(first) > 0
    assert np.array_equal(first, second)
    assert experts.categories == ()


# ---- training


def test_learning_rate_rises_then_falls_to_zero() -> None:
    rates = [learning_rate(step, 100) for step in range(101)]
    assert rates[0] == pytest.approx(0.2) and max(rates) == 1.0
    assert rates[5:] == sorted(rates[5:], reverse=True) and rates[-1] == pytest.approx(0, abs=1e-9)


def kind_of(example: Example) -> str:
    return f"{example.action.verb} {example.action.target}"


def goal_of(state: str) -> str:
    return state.split(" ; ")[1].rpartition(" ")[0]


def test_steps_follow_the_data_up_to_a_limit() -> None:
    config = load_config(
        overrides=["consolidation.steps=100", "consolidation.passes=10", "consolidation.batch=16"]
    )
    assert [steps_of(n, config) for n in (1, 16, 80, 160, 5000)] == [1, 10, 50, 100, 100]


def test_sampler_balances_actions_and_goals_and_repeats() -> None:
    rng = np.random.default_rng(0)
    pool = [e for i in range(30) for e in examples_of(chain(rng, number=i).corrected.decisions)]
    kinds = Counter(kind_of(e) for e in pool)
    goals = Counter(goal_of(e.state) for e in pool)
    assert kinds["craft oak_planks"] > 3 * kinds["craft stone_pickaxe"] > 0 and len(goals) > 1
    drawn = [pool[i] for i, _ in Sampler(pool, [], 1).cloned(8000, False)]
    pairs = Counter((kind_of(e), goal_of(e.state)) for e in pool)
    found = Counter((kind_of(e), goal_of(e.state)) for e in drawn)
    want = {k: n / (kinds[k[0]] * goals[k[1]]) ** 0.5 for k, n in pairs.items()}
    for key, weight in want.items():
        if found[key] > 200:
            assert found[key] / 8000 == pytest.approx(weight / sum(want.values()), rel=0.2)
    assert Sampler(pool, [], 1).cloned(50, True) == Sampler(pool, [], 1).cloned(50, True)


def test_training_is_deterministic_to_the_byte(nano: Path, tmp_path: Path) -> None:
    pairs = [failed_twin(chain(np.random.default_rng(i), number=i), 0) for i in range(3)]
    files = []
    for name in ("a", "b"):
        experts = Experts(str(nano), "cpu", 8, 16, ("q_proj", "v_proj"))
        train_adapter(experts, "craft", pairs, config=small(), seed=3)
        experts.save("craft", tmp_path / name)
        files.append((tmp_path / name / "adapter_model.safetensors").read_bytes())
    assert files[0] == files[1]


def test_training_reports_and_calls_back(experts: Experts) -> None:
    pairs = [failed_twin(chain(np.random.default_rng(i), number=i), 0) for i in range(3)]
    steps = []
    metrics = train_adapter(
        experts, "craft", pairs[1:], pairs[:1], config=small(), seed=3,
        on_step=lambda step, losses: steps.append((step, sorted(losses))),
    )  # fmt: skip
    assert steps == [(i, ["cloning", "contrast", "loss"]) for i in range(4)]
    assert metrics["twins"] == 2 and metrics["pairs"] == 2 and metrics["steps"] == 4
    assert metrics["loss"] == pytest.approx(metrics["cloning"] + metrics["contrast"], abs=1e-5)
    plain = train_adapter(experts, "craft", pairs, config=small("objective.lambda=0.0"), seed=3)
    assert plain["twins"] == 0 and plain["contrast"] == 0


def test_nothing_to_learn_from_is_an_error(experts: Experts) -> None:
    with pytest.raises(PeamError, match="nothing to train"):
        train_adapter(experts, "craft", [], config=small(), seed=1)


def test_contrast_moves_probability_from_the_failed_to_the_corrected_run(experts: Experts) -> None:
    wrong = Action("craft", "diamond_sword", 1)
    pairs = [failed_twin(chain(np.random.default_rng(i), number=i), 0, wrong) for i in range(4)]
    config = small("consolidation.steps=12", "objective.lambda=20.0", "objective.beta=1.0")
    experts.new_adapter("craft", 1)
    before = [pair_difference(experts, "craft", p, True) for p in pairs]
    train_adapter(experts, "craft", pairs, config=config, seed=1)
    after = [pair_difference(experts, "craft", p, True) for p in pairs]
    assert all(b > a + 0.1 for a, b in zip(before, after, strict=True))
    with pytest.raises(PeamError, match="no failed run"):
        pair_difference(experts, "craft", chain(np.random.default_rng(0)), True)


def decisions_of(count: int, seed: int) -> tuple[list[Pair], list[Decision]]:
    rng, pairs, decisions = np.random.default_rng(seed), [], []
    while len(decisions) < count:
        pairs.append(chain(rng, "wooden_pickaxe", len(pairs)))
        decisions += pairs[-1].corrected.decisions
    return pairs, decisions


def test_an_adapter_learns_a_chain_in_ninety_steps() -> None:
    """On the shipped base: a random one cannot be adapted (its frozen head cannot be confident)."""
    settings = ("steps=90", "passes=100", "batch=24", "lr=0.003", "augment=false")
    config = load_config([], ["fast.device=cpu", *(f"consolidation.{setting}" for setting in settings)])
    experts = Experts.from_config(config)
    pairs, decisions = decisions_of(60, 5)
    train_adapter(experts, "craft", pairs, config=config, seed=1)
    policy = Policy(experts)
    picture = policy.picture(BLANK)
    right = [policy.decide("craft", d.state, d.seen, picture).action == d.action for d in decisions]
    assert np.mean(right) > 0.9
