"""Pretraining questions: true of the state that they ask about, in words that nano has, and no solutions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peam.actions import InvalidAction, legal_actions, nearest_count, parse_action
from peam.fast.frames import Label
from peam.fast.lookups import lookup_questions, recital
from peam.fast.nano import tokenizer
from peam.fast.picture_questions import all_sights, picture_questions
from peam.fast.questions import ASKERS, state_questions
from peam.fast.states import random_state
from peam.fast.vocabulary import SCENE, tokens

WORDS = set(tokens())
seeds = st.integers(0, 2**32 - 1)


def asked(seed: int, kind: str):
    """Yields (state, words after the `?`, answer) of one kind of question."""
    rng = np.random.default_rng(seed)
    for _ in range(40):
        state = random_state(rng)
        found = ASKERS[kind][1](rng, state)
        if found is not None:
            yield state, found[0].split(), found[1]


@given(seeds)
def test_the_same_seed_asks_the_same(seed):
    def draw():
        rng = np.random.default_rng(seed)
        state = random_state(rng)
        return state.text(), state_questions(rng, state, 6)

    assert draw() == draw()


@given(seeds)
def test_every_word_of_question_and_answer_is_known(seed):
    rng = np.random.default_rng(seed)
    state = random_state(rng)
    encode = tokenizer()
    for question in [*state_questions(rng, state, 8), *lookup_questions(rng, state, 8), *recital(rng, state)]:
        ids = encode(f"{question.text} => {question.answer}").input_ids
        assert encode.unk_token_id not in ids, question


def test_inventory_answers_are_those_of_the_inventory():
    for state, words, answer in asked(1, "enough"):
        held = state.observation.inventory.get(words[1], 0)
        assert answer == ("yes" if held >= int(words[2]) else "no")
    for state, words, answer in asked(2, "lack"):
        wants = list(zip(words[1::2], map(int, words[2::2]), strict=True))
        lacking = [item for item, n in wants if state.observation.inventory.get(item, 0) < n]
        assert answer == (lacking[0] if lacking else "none")
    for state, words, answer in asked(3, "more"):
        held = [state.observation.inventory.get(item, 0) for item in words[1:]]
        assert answer == ("same" if held[0] == held[1] else words[1 + int(held[1] > held[0])])


def test_yes_and_no_are_both_frequent():
    for kind in ("has", "enough", "near", "goal reached"):
        answers = [answer for seed in range(5) for _, _, answer in asked(seed, kind)]
        assert 0.15 < answers.count("yes") / len(answers) < 0.85, kind


def test_an_instruction_spells_out_its_answer():
    for _, words, answer in asked(4, "do"):
        action = parse_action(answer)
        assert not isinstance(action, InvalidAction)
        spelled = [action.verb, action.target, action.count]
        assert words[1:] == [str(word) for word in spelled if word not in ("", None)]


def test_slots_are_bound_to_the_state_and_the_verb_to_the_question():
    for state, words, answer in asked(5, "say"):
        action = parse_action(answer)
        assert not isinstance(action, InvalidAction) and action.verb == words[1]
        if words[2] == "goal":
            assert action.target == state.goal.item
            assert action.count is None or action.count == nearest_count(action.verb, state.goal.count)


def test_the_verb_of_an_answer_never_depends_on_the_state_alone():
    """No state -> action pairs: an unasked-for action is drawn from the whole grammar."""
    state = random_state(np.random.default_rng(6))
    rng = np.random.default_rng(7)
    verbs = {parse_action(ASKERS["free"][1](rng, state)[1]).verb for _ in range(300)}
    assert verbs == {action.verb for action in legal_actions()}


@pytest.fixture
def label():
    seen = dict.fromkeys(SCENE, "no") | {"oak_log": "near", "cow": "far"}
    del seen["stone"]  # too little of it to tell
    return Label(seen, {"oak_log": "left"}, 1, night=False, underground=False)


def test_pictures_are_asked_what_shows_and_what_does_not(label):
    for seed in range(20):
        questions = picture_questions(np.random.default_rng(seed), label, 10)
        sights = {q.text: q.answer for q in questions if q.text.startswith("see ")}
        assert sights["see oak_log"] == "near" and sights["see cow"] == "far"
        assert sum(answer == "no" for answer in sights.values()) >= 3
        assert "see stone" not in sights and len(questions) > len(sights)
        assert all(word in WORDS for q in questions for word in f"{q.text} {q.answer}".split())


def test_all_sights_leaves_out_what_cannot_be_told(label):
    assert {q.text for q in all_sights(label)} == {f"see {name}" for name in SCENE if name != "stone"}
