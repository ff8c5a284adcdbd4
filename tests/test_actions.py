import builtins
import os
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from peam.actions import (
    Action,
    InvalidAction,
    Trie,
    format_action,
    grammar,
    legal_actions,
    nearest_count,
    parse_action,
)

ACTIONS = st.sampled_from(legal_actions())
NEARLY = st.text(alphabet=string.ascii_lowercase + "_(), 0123456789", max_size=40)


def test_the_grammar_has_the_verbs_of_the_design() -> None:
    verbs = ["mine", "craft", "smelt", "place", "goto", "explore", "equip", "kill", "shoot", "eat", "wait"]
    assert sorted(grammar()) == sorted(verbs)
    assert len(set(legal_actions())) == len(legal_actions())


@pytest.mark.parametrize("action", legal_actions(), ids=str)
def test_every_legal_action_survives_format_and_parse(action: Action) -> None:
    assert parse_action(format_action(action)) == action


@given(ACTIONS, st.sampled_from(["", " ", "\n", "\t "]), st.sampled_from(["", " ", "\n"]))
def test_surrounding_blanks_do_not_matter(action: Action, before: str, after: str) -> None:
    assert parse_action(f"{before}{action}{after}") == action


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "form"),
        ("fly(north)", "no verb 'fly'"),
        ("mine(bedrock, 1)", "knows no 'bedrock'"),
        ("mine(oak_log)", "takes a count of"),
        ("mine(oak_log, 5)", "takes a count of"),
        ("mine(oak_log, 04)", "form"),
        ("mine(oak_log,  4)", "form"),
        ("kill(zombie, 2)", "takes no count"),
        ("wait(north)", "a number alone"),
        ("wait(20, 20)", "a number alone"),
        ("wait(\u0662\u0660)", "form"),
        ("mine(oak_log, \uff14)", "form"),
        ("MINE(oak_log, 4)", "form"),
        ("mine(oak_log, 4); mine(stone, 1)", "form"),
        ("__import__('os').system('true')", "form"),
        ("mine(oak_log, 4)\nmine(stone, 1)", "form"),
        ("mine(" + "a" * 5000, "form"),
    ],
)
def test_what_does_not_parse_says_why(text: str, reason: str) -> None:
    answer = parse_action(text)
    assert isinstance(answer, InvalidAction)
    assert answer.text == text
    assert reason in answer.reason


@settings(max_examples=400)
@given(st.one_of(st.text(), NEARLY, st.builds("{}({})".format, st.sampled_from(sorted(grammar())), NEARLY)))
@example("\x00" * 300)
@example("mine(oak_log, 4" + ")" * 100_000)
@example("\ud800(")
def test_no_string_raises_and_what_parses_is_legal(text: str) -> None:
    answer = parse_action(text)
    assert isinstance(answer, InvalidAction) or answer in legal_actions()


@given(st.text())
def test_no_string_is_executed(text: str) -> None:
    """Every way from text to behaviour is closed while arbitrary text is parsed."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("text was executed")

    grammar()  # reads its data file once, before the doors close
    saved = (builtins.eval, builtins.exec, builtins.__import__, os.system)
    builtins.eval = builtins.exec = builtins.__import__ = os.system = refuse  # type: ignore[assignment]
    try:
        parse_action(text)
        parse_action(f"mine({text})")
    finally:
        builtins.eval, builtins.exec, builtins.__import__, os.system = saved


@given(ACTIONS)
def test_parsing_is_canonical(action: Action) -> None:
    """Two texts for one action exist only with and without the blank after the comma."""
    text = str(action)
    assert parse_action(text.replace(", ", ",")) == action
    assert parse_action(text.upper()) != action
    assert isinstance(parse_action(text + "()"), InvalidAction)


def test_nearest_count_rounds_up_then_saturates() -> None:
    assert [nearest_count("mine", n) for n in (1, 3, 5, 8, 60)] == [1, 3, 8, 8, 8]
    assert nearest_count("wait", 21) == 100


@given(st.lists(st.lists(st.integers(0, 5), max_size=6).map(lambda s: [*s, 9]), unique_by=tuple, max_size=20))
def test_trie_leads_each_sequence_to_its_own_leaf(sequences: list[list[int]]) -> None:
    root = Trie.of(sequences)
    for index, sequence in enumerate(sequences):
        node = root
        for token in sequence:
            node = node.children[token]
        assert node.leaf == index
        assert not node.children
