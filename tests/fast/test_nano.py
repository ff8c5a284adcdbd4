"""Nano: loads like any other base, encodes the action language reversibly, packs and resumes exactly."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from transformers import AutoModelForImageTextToText, AutoProcessor

from peam.actions import legal_actions
from peam.errors import PeamError
from peam.fast import frames
from peam.fast.eyes import pixels
from peam.fast.nano import VISUAL_TOKENS, build_nano, nano_dir, new_model, tokenizer
from peam.fast.packing import Packer, Row, answer_logits
from peam.fast.pretrain import Pupil, pretrain
from peam.fast.questions import state_questions
from peam.fast.recipe import Recipe
from peam.fast.states import random_state
from peam.fast.trainer import Stage, Trainer
from peam.fast.vocabulary import SCENE, tokens
from peam.sims.voxel.blocks import base, data

TINY = Recipe(
    text_steps=2,
    read_steps=2,
    head_steps=2,
    eyes_steps=2,
    joint_steps=2,
    frames=6,
    held_out=4,
    held_out_states=6,
    rows=2,
    pictures=2,
    asked_pictures=2,
    joint_rows=2,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_nano(tmp_path_factory.mktemp("nano"), seed=3)


def test_loads_through_the_auto_classes_and_answers(built):
    model = AutoModelForImageTextToText.from_pretrained(built)
    processor = AutoProcessor.from_pretrained(built)
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "see cow"}]}]
    text = processor.apply_chat_template(chat, add_generation_prompt=True)
    assert text == "<image> see cow =>"
    picture = np.full((128, 128, 3), 128, np.uint8)  # grey: the ablation's picture must not be dropped
    inputs = processor(text=text, images=[picture], return_tensors="pt")
    assert int((inputs.input_ids == model.config.image_token_id).sum()) == VISUAL_TOKENS
    assert model.generate(**inputs, max_new_tokens=3, do_sample=False).shape[1] > inputs.input_ids.shape[1]
    assert 2e6 <= sum(p.numel() for p in model.parameters()) <= 5e6


def test_pixels_are_the_processors(built):
    processor = AutoProcessor.from_pretrained(built)
    picture = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    theirs = processor(text="<image> see cow =>", images=[picture], return_tensors="pt").pixel_values[0]
    torch.testing.assert_close(pixels(picture[None]), theirs, atol=1e-6, rtol=0)


def test_builds_the_same_weights_from_the_same_seed_only():
    first, again, other = (new_model(seed).lm_head.weight for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_every_action_is_encoded_reversibly():
    encode = tokenizer()
    for action in legal_actions():
        ids = encode(str(action)).input_ids
        assert encode.unk_token_id not in ids
        assert encode.decode(ids) == str(action)


def test_the_vocabulary_covers_the_world():
    words = tokens()
    assert len(words) == len(set(words))
    # What came after the model was trained it reads as unknown words, until a new one knows them.
    known = data("snapshot2.json")
    world = {*known["items"], *map(base, known["blocks"])}
    assert len(known["items"]) == 255 and not world - set(words) and not set(SCENE) - set(words)
    assert [words[tokenizer().convert_tokens_to_ids(word)] for word in words] == list(words)


@given(st.text(max_size=60))
def test_any_text_is_encoded(text):
    assert tokenizer()(text).input_ids is not None


def test_a_packed_row_equals_separate_prompts():
    model, packer = new_model(0).eval(), Packer(tokenizer())
    rng = np.random.default_rng(0)
    state = random_state(rng)
    questions = state_questions(rng, state, 5)
    visual = torch.randn(VISUAL_TOKENS, 192) * 0.02
    with torch.inference_mode():
        packed, labels = answer_logits(model, packer.pack([Row(True, state.text(), questions)]), visual)
        alone = [answer_logits(model, packer.pack([Row(True, state.text(), [q])]), visual) for q in questions]
    assert torch.equal(labels, torch.cat([part[1] for part in alone]))
    torch.testing.assert_close(packed, torch.cat([part[0] for part in alone]), atol=1e-5, rtol=0)


def test_packing_equals_the_models_own_forward():
    model, packer = new_model(0).eval(), Packer(tokenizer())
    rng = np.random.default_rng(1)
    state = random_state(rng)
    question = state_questions(rng, state, 1)[0]
    encode = tokenizer()
    prompt = encode(f"{state.text()} {question.text} =>").input_ids
    answer = encode(question.answer).input_ids
    with torch.inference_mode():
        logits, _ = answer_logits(model, packer.pack([Row(False, state.text(), [question])]), None)
        whole = model(input_ids=torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 :]
    torch.testing.assert_close(logits, whole, atol=1e-5, rtol=0)


def test_a_resumed_stage_ends_where_an_uninterrupted_one_does(tmp_path):
    def stage(pupil: Pupil, until: int | None) -> Stage:
        def loss(rng: np.random.Generator, step: int) -> torch.Tensor:
            if step == until:
                raise KeyboardInterrupt
            ids = torch.from_numpy(rng.integers(0, 50, (2, 8)))
            return pupil.model(input_ids=ids, labels=ids).loss

        return Stage("text", 6, 1e-3, pupil.parts("text"), loss)

    ends = []
    for name, until in (("whole", None), ("cut", 4)):
        (tmp_path / name).mkdir()
        pupil = Pupil(0)
        trainer = Trainer(pupil, tmp_path / name, seed=0, every=0.0)
        if until is not None:
            with pytest.raises(KeyboardInterrupt):
                trainer.run(stage(pupil, until))
            pupil = Pupil(9)  # other weights: all must come from the checkpoint
            trainer = Trainer(pupil, tmp_path / name, seed=0)
            assert trainer.resume()
        trainer.run(stage(pupil, None))
        ends.append(pupil.model.lm_head.weight)
    torch.testing.assert_close(ends[0], ends[1], atol=0, rtol=0)


def test_a_damaged_or_foreign_checkpoint_is_refused(tmp_path):
    trainer = Trainer(Pupil(0), tmp_path, seed=0)
    trainer.save()
    with pytest.raises(PeamError, match="seed 0, not 1"):
        Trainer(Pupil(0), tmp_path, seed=1).resume()
    file = tmp_path / "checkpoint.safetensors"
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(PeamError, match="checkpoint"):
        Trainer(Pupil(0), tmp_path, seed=0).resume()


def test_pretrain_makes_a_model_with_a_card(tmp_path):
    report = pretrain(tmp_path, seed=0, recipe=TINY)
    AutoModelForImageTextToText.from_pretrained(tmp_path)
    card = (tmp_path / "MODEL_CARD.md").read_text()
    assert "peam pretrain" in card and all(name in card for name in SCENE)
    assert 0.0 <= report.accuracy(report.text_kinds) <= 1.0


def test_pretrain_goes_on_from_a_nano_and_keeps_its_sight_while_it_reads(tmp_path):
    start = build_nano(tmp_path / "start", seed=3)
    before = AutoModelForImageTextToText.from_pretrained(start).state_dict()
    pretrain(tmp_path / "out", seed=0, recipe=replace(TINY, joint_steps=0), start=start)
    after = AutoModelForImageTextToText.from_pretrained(tmp_path / "out").state_dict()
    seeing = [name for name in before if "vision_model" in name or "connector" in name]
    assert seeing and all(torch.equal(before[name], after[name]) for name in seeing)
    assert any(not torch.equal(before[name], after[name]) for name in before if "text_model" in name)
    assert "--start start`" in (tmp_path / "out" / "MODEL_CARD.md").read_text()


def test_a_start_that_is_no_nano_is_refused(tmp_path):
    with pytest.raises(PeamError, match=r"model\.safetensors: not the weights of a nano"):
        pretrain(tmp_path / "out", seed=0, recipe=TINY, start=tmp_path)
    save_file({"other": torch.zeros(2)}, tmp_path / "model.safetensors")
    with pytest.raises(PeamError, match="not the weights of a nano"):
        pretrain(tmp_path / "out", seed=0, recipe=TINY, start=tmp_path)


def test_frames_are_the_same_from_the_same_seed_and_labels_match_the_sight(tmp_path):
    first = frames.gather(tmp_path / "a.npz", 310_000, 6, seed=1)
    again = frames.gather(tmp_path / "b.npz", 310_000, 6, seed=1)
    assert all(
        np.array_equal(getattr(first, part), getattr(again, part)) for part in ("rgb", "hit", "tenths")
    )
    assert first.rgb.std() > 5 and first.hit.max() <= len(SCENE)
    walked, staged = (frames._of_world(world, 3, 1).rgb for world in (310_001, 310_000))
    assert not np.array_equal(walked, staged), "every other world is walked through"
    with pytest.raises(PeamError, match="holds 6 frames"):
        frames.gather(tmp_path / "a.npz", 310_000, 7, seed=1)


def test_mirroring_swaps_left_and_right():
    hit = np.zeros((1, 48, 48), np.uint8)
    hit[0, 20:28, 2:9] = 1 + SCENE.index("cow")
    tenths = np.full((1, 48, 48), 40, np.uint8)
    rgb = np.zeros((1, 128, 128, 3), np.uint8)
    one = frames.Frames(rgb, hit, tenths, np.array([[1, 0, 0]], np.uint8), np.zeros(1, np.int64))
    assert one.label(0).seen["cow"] == "near" and one.label(0).side["cow"] == "left"
    assert one.mirrored(np.array([True])).label(0).side["cow"] == "right"
    hit[0, 20:28, 2:9] = 0
    hit[0, 20, 2:4] = 1 + SCENE.index("cow")
    assert "cow" not in one.label(0).seen  # two rays are too few to tell
    assert one.label(0).seen["pig"] == "no"


def test_the_shipped_model_is_small():
    assert (nano_dir() / "model.safetensors").stat().st_size < 15_000_000
