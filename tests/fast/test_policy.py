from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
)

from peam.actions import Action, Trie
from peam.errors import PeamError
from peam.fast.backbone import Backbone
from peam.fast.experts import Experts
from peam.fast.nano import tokenizer
from peam.fast.policy import Policy, best_two
from peam.fast.prompt import act_text
from tests.fast.conftest import TARGETS, disturb, noise

STATE = (
    "task wooden_pickaxe ; goal inventory wooden_pickaxe 1 ; has oak_log 2 stick 2 ; hand air ; "
    "near crafting_table ; life 20 food 20 height 64 day ; last craft stick OK"
)


def check_exact(experts: Experts, category: str | None, tabu: list[Action] | None = None) -> None:
    policy = Policy(experts)
    picture = policy.picture(noise(3))
    seen = ("oak_log near", "cow far")
    actions = experts.backbone.prompter.actions
    every = policy.score_all(category, STATE, seen, picture)
    left = [(s, a) for s, a in zip(every, actions, strict=True) if a not in (tabu or [])]
    left.sort(key=lambda entry: -entry[0])
    ranked = policy.decide(category, STATE, seen, picture, tabu or [])
    assert ranked.action == left[0][1]
    assert abs(ranked.log_prob - left[0][0]) < 1e-4
    assert abs(ranked.margin - (left[0][0] - left[1][0])) < 1e-4


def test_search_equals_scoring_every_action(experts: Experts) -> None:
    experts.new_adapter("craft", 1)
    disturb(experts, "craft", 1, 0.05)
    for category in (None, "craft"):
        check_exact(experts, category)


def test_tabu_actions_are_never_chosen(experts: Experts) -> None:
    policy = Policy(experts)
    picture = policy.picture(noise(3))
    tabu: list[Action] = []
    for _ in range(3):
        check_exact(experts, None, tabu)
        tabu.append(policy.decide(None, STATE, ("oak_log near", "cow far"), picture, tabu).action)
    assert len(set(tabu)) == 3
    actions = experts.backbone.prompter.actions
    last = policy.decide(None, STATE, (), picture, actions[1:])
    assert last.action == actions[0] and last.margin == 0.0
    with pytest.raises(PeamError, match="tabu"):
        policy.decide(None, STATE, (), picture, actions)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(1, 9), st.integers(0, 5))
def test_best_two_of_any_trie(seed: int, leaves: int, width: int, banned: int) -> None:
    rng = np.random.default_rng(seed)
    eos, vocabulary = 0, 7
    drawn = {tuple(int(t) for t in rng.integers(1, vocabulary, rng.integers(1, 5))) for _ in range(leaves)}
    sequences = [[*s, eos] for s in sorted(drawn | {(1, 1), (2,)})]
    table: dict[tuple[int, ...], torch.Tensor] = {}

    def logits(prefix: tuple[int, ...]) -> torch.Tensor:
        key = np.random.default_rng([seed, *prefix])
        return table.setdefault(prefix, torch.from_numpy(key.normal(size=vocabulary) * 4))

    def extend(rows: list[list[int]], where: list[list[int]]) -> torch.Tensor:
        found = [[logits(tuple(row[:j])) for j in js] for row, js in zip(rows, where, strict=True)]
        return torch.stack([torch.stack(row) for row in found])

    def exact(sequence: list[int]) -> float:
        return sum(float(logits(tuple(sequence[:i])).log_softmax(-1)[t]) for i, t in enumerate(sequence))

    forbidden = set(rng.choice(len(sequences), size=min(banned, len(sequences) - 1), replace=False).tolist())
    want = sorted(((exact(s), i) for i, s in enumerate(sequences) if i not in forbidden), reverse=True)[:2]
    got = best_two(Trie.of(sequences), extend, forbidden, width)
    assert [leaf for leaf, _ in got] == [i for _, i in want]
    assert np.allclose([score for _, score in got], [score for score, _ in want], atol=1e-9)


def test_own_vision_equals_the_models(experts: Experts) -> None:
    backbone = experts.backbone
    flat = [np.full((128, 128, 3), value, np.uint8) for value in (0, 127, 128, 255)]
    images = [noise(5), *flat]
    text = backbone.prompter.text("see")
    with torch.inference_mode(), experts.serving(None) as handle:
        pixels = backbone.processor(images=images, text=[text] * 5, return_tensors="pt")["pixel_values"]
        want = handle.module.get_image_features(pixels.view(5, 1, 3, 128, 128)).pooler_output
        got = backbone.pictures(handle, images)
    assert backbone.tower is not None
    for picture, features in zip(got, want, strict=True):
        assert picture.features is not None
        assert torch.allclose(picture.features, features.view(16, 192), atol=1e-5)


@pytest.mark.parametrize("side", [96, 128])
def test_blank_pictures_are_seen_not_dropped(experts: Experts, side: int) -> None:
    with experts.serving(None) as handle:
        for value in (0, 128):
            picture = experts.backbone.pictures(handle, [np.full((side, side, 3), value, np.uint8)])[0]
            assert picture.features is not None and picture.features.shape == (16, 192)


def test_pictures_of_another_size_go_through_the_processor(experts: Experts) -> None:
    policy = Policy(experts)
    assert policy.picture(noise(1, 96)).features.shape == (16, 192)
    policy.decide(None, STATE, (), policy.picture(noise(1, 96)))


def test_prompt_is_what_template_and_processor_make(experts: Experts) -> None:
    backbone = experts.backbone
    text = act_text(STATE, ("oak_log near",))
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": text}]}]
    rendered = backbone.processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    whole = backbone.processor(images=[noise(1)], text=[rendered], return_tensors="pt")["input_ids"][0]
    with experts.serving(None) as handle:
        prefix = backbone.pictures(handle, [noise(1)])[0].prefix
    assert [*prefix, *backbone.prompter.ids(text)] == whole.tolist()
    unknown = backbone.processor.tokenizer.unk_token_id
    assert unknown not in backbone.prompter.ids(text)
    assert all(unknown not in answer for answer in backbone.prompter.answers)


def test_cached_scores_equal_the_models_own_forward(experts: Experts) -> None:
    backbone = experts.backbone
    text = backbone.prompter.text(act_text(STATE, ()))
    inputs = backbone.processor(images=[noise(2)], text=[text], return_tensors="pt")
    policy = Policy(experts)
    picture = policy.picture(noise(2))
    with torch.inference_mode(), experts.serving(None) as handle:
        want = handle.module(**inputs).logits[0, -1]
        extend = backbone.continuations(handle, picture, backbone.prompter.ids(act_text(STATE, ())))
        got = extend([[]], [[0]])[0, 0]
    assert torch.allclose(got, want, atol=1e-4)


def test_continuations_equal_whole_prompts(experts: Experts) -> None:
    backbone, picture = experts.backbone, Policy(experts).picture(noise(2))
    prompt = backbone.prompter.ids(act_text(STATE, ()))
    calls = [
        ([[], [70, 71], [70, 72]], [[0, 0], [1, 2], [2, 2]]),
        ([[70, 72, 73, 74], [75]], [[3, 4], [1, 1]]),
    ]
    with torch.inference_mode(), experts.serving(None) as handle:
        extend = backbone.continuations(handle, picture, prompt)
        for rows, where in calls:
            for row, js, got in zip(rows, where, extend(rows, where), strict=True):
                tails = [[*prompt, *row[:j]] for j in js]
                want = backbone.logits(handle, [picture] * len(js), tails, [1] * len(js))[:, 0]
                assert torch.allclose(got, want, atol=1e-4)


def test_see_answers_from_each_questions_own_logits(experts: Experts) -> None:
    policy, backbone = Policy(experts), experts.backbone
    picture = policy.picture(noise(4))
    seen = policy.see(picture)
    from peam.fast.vocabulary import SCENE

    firsts = backbone.prompter.first_tokens(("no", "near", "far"))
    want = []
    with torch.inference_mode(), experts.serving(None) as handle:
        for name in SCENE:
            row = backbone.logits(handle, [picture], [backbone.prompter.ids(f"see {name}")], [1])[0, 0]
            word = ("no", "near", "far")[int(row[firsts].argmax())]
            want += [f"{name} {word}"] if word != "no" else []
    assert list(seen) == want


@pytest.fixture(scope="module")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random LLaVA-class checkpoint with nano's tokenizer."""
    out = tmp_path_factory.mktemp("llava")
    words = tokenizer()
    ids = {name: words.convert_tokens_to_ids(name) for name in ("<image>", "<pad>", "</s>")}
    text = LlamaConfig(
        vocab_size=len(words), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, pad_token_id=ids["<pad>"],
    )  # fmt: skip
    vision = CLIPVisionConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=2, image_size=32,
        patch_size=8,
    )  # fmt: skip
    torch.manual_seed(0)
    LlavaForConditionalGeneration(
        LlavaConfig(text_config=text, vision_config=vision, image_token_index=ids["<image>"])
    ).save_pretrained(out)
    pictures = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    LlavaProcessor(
        pictures, words, patch_size=8, vision_feature_select_strategy="default", image_token="<image>",
        num_additional_image_tokens=1, chat_template=words.chat_template,
    ).save_pretrained(out)  # fmt: skip
    return out


@pytest.mark.parametrize("cached", [True, False])
def test_second_class_on_both_paths(llava: Path, cached: bool) -> None:
    experts = Experts(str(llava), "cpu", 4, 8, TARGETS)
    assert experts.backbone.cached and experts.folds
    generic(experts, not cached)
    assert all(".language_model." in name for name in adapted(experts))
    disturb(experts, "craft", 1)
    for category in (None, "craft"):
        check_exact(experts, category)


def generic(experts: Experts, yes: bool) -> None:
    if yes:
        experts.backbone.cached, experts.backbone.decoder = False, None


def adapted(experts: Experts) -> list[str]:
    experts.new_adapter("craft", 1)
    return [name for name, _ in experts.parameters("craft")]


def test_paths_agree(llava: Path) -> None:
    experts = Experts(str(llava), "cpu", 4, 8, TARGETS)
    scores = []
    for cached in (True, False):
        experts.backbone = Backbone(experts._model, experts.backbone.processor)
        generic(experts, not cached)
        policy = Policy(experts)
        picture = policy.picture(noise(3))
        scores.append(policy.score_all(None, STATE, ("cow far",), picture))
        assert policy.see(picture) is not None
    assert np.allclose(*scores, atol=1e-4)
