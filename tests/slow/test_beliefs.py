"""Facts, what is drawn wrong, and what repairs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peam.actions import Action, grammar, legal_actions
from peam.slow.beliefs import Beliefs
from peam.slow.knowledge import load_knowledge
from peam.slow.regress import Step, regress
from peam.types import Diagnosis, Outcome

KNOWN = load_knowledge()


def test_no_gaps_means_the_truth() -> None:
    assert Beliefs.draw(7, 0.0, 0.0).facts == KNOWN.facts


def test_gaps_have_the_configured_rates() -> None:
    unknown = wrong = total = 0
    for seed in range(60):
        facts = Beliefs.draw(seed, 0.25, 0.10).facts
        unknown += sum(value is None for value in facts.values())
        wrong += sum(value is not None and value != KNOWN.facts[key] for key, value in facts.items())
        total += len(facts)
    assert unknown / total == pytest.approx(0.25, abs=0.015)
    assert wrong / total == pytest.approx(0.10, abs=0.012)


def test_every_wrong_fact_differs_from_the_truth() -> None:
    for seed in range(40):
        facts = Beliefs.draw(seed, 0.0, 1.0).facts
        assert [key for key, value in facts.items() if value == KNOWN.facts[key]] == []


def test_missing_material_repairs_that_recipe_alone() -> None:
    beliefs = Beliefs.draw(3, 1.0, 0.0)
    beliefs.learn(Action("craft", "stick", 1), Outcome(Diagnosis.MISSING_MATERIAL, missing={"oak_planks": 2}))
    assert beliefs.recipe("stick") == {"planks": 2}
    assert beliefs.yields("stick") == 4
    assert beliefs.recipe("torch") is None


def test_missing_tool_no_station_and_no_fuel_repair_what_they_name() -> None:
    beliefs = Beliefs.draw(3, 1.0, 0.0)
    lacking = Outcome(Diagnosis.MISSING_TOOL, missing={"stone_pickaxe": 1})
    beliefs.learn(Action("mine", "iron_ore", 1), lacking)
    beliefs.learn(Action("smelt", "iron_ingot", 1), Outcome(Diagnosis.NO_STATION, missing={"furnace": 1}))
    beliefs.learn(Action("smelt", "iron_ingot", 1), Outcome(Diagnosis.NO_FUEL))
    assert beliefs.tool("iron_ore") == "stone_pickaxe"
    assert beliefs.tool("stone") == ""
    assert beliefs.station() == "furnace"
    assert beliefs.smelted_from("iron_ingot") == "raw_iron"
    assert beliefs.burns("planks") == 15


def test_a_craft_without_a_table_shows_that_none_is_needed() -> None:
    beliefs = Beliefs()
    beliefs.facts["table:stick"] = True
    beliefs.learn(Action("craft", "stick", 4), Outcome(Diagnosis.OK), table=True)
    assert beliefs.needs_table("stick")
    beliefs.learn(Action("craft", "stick", 4), Outcome(Diagnosis.OK), table=False)
    assert not beliefs.needs_table("stick")


def test_replay_leaves_the_drawn_beliefs_alone() -> None:
    beliefs = Beliefs.draw(3, 1.0, 0.0)
    after = beliefs.replay((), ["craft(stick, 1): MISSING_MATERIAL oak_planks 2"])
    assert after.recipe("stick") == {"planks": 2}
    assert beliefs.recipe("stick") is None


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), wrong=st.sampled_from([0.1, 0.5, 1.0]))
def test_regression_ends_whatever_is_believed(seed: int, wrong: float) -> None:
    beliefs = Beliefs.draw(seed, 0.0, wrong)
    for goal in ("iron_pickaxe", "furnace", "charcoal", "diamond_pickaxe", "torch"):
        assert regress(beliefs, [(goal, 2)], {}, ())


def test_a_circle_is_broken_at_the_belief_in_doubt() -> None:
    beliefs = Beliefs()
    beliefs.facts["tool:stone"] = "stone_pickaxe"  # a stone pickaxe for the stone of the stone pickaxe
    steps = regress(beliefs, [("cobblestone", 4)], {"oak_log": 8}, ())
    assert any(step.target == "stone" for step in steps)
    assert steps[-1].verb == "mine"


def test_a_tool_that_is_in_doubt_leaves_the_one_that_rock_takes() -> None:
    beliefs = Beliefs()
    beliefs.facts["tool:iron_ore"] = "iron_pickaxe"  # an iron pickaxe for the iron of the iron pickaxe
    worn = {"oak_planks": 8, "stick": 4, "crafting_table": 1, "furnace": 1}
    steps = regress(beliefs, [("iron_pickaxe", 1)], worn, ())
    made = [step.target for step in steps if step.verb == "craft"]
    assert made.index("wooden_pickaxe") < made.index("iron_pickaxe")
    assert steps.index(Step("craft", "wooden_pickaxe", 1)) < steps.index(Step("mine", "iron_ore", 3))


def test_regression_counts_nothing_twice() -> None:
    steps = regress(Beliefs(), [("wooden_pickaxe", 1)], {}, ())
    assert steps == [
        Step("mine", "log", 3),
        Step("craft", "planks", 12),
        Step("craft", "stick", 4),
        Step("craft", "crafting_table", 1),
        Step("place", "crafting_table", 1),
        Step("craft", "wooden_pickaxe", 1),
    ]
    assert regress(Beliefs(), [("wooden_pickaxe", 1)], {"wooden_pickaxe": 1}, ()) == []


def test_the_knowledge_covers_the_grammar() -> None:
    for item in grammar()["craft"].targets:
        assert f"recipe:{KNOWN.class_of(item)}" in KNOWN.facts
    for block in grammar()["mine"].targets:
        assert f"where:{block}" in KNOWN.facts
    for product in grammar()["smelt"].targets:
        assert f"input:{product}" in KNOWN.facts
    assert set(KNOWN.foods) == set(grammar()["eat"].targets)


def test_the_knowledge_agrees_with_the_simulator() -> None:
    rules = pytest.importorskip("peam.sims.voxel.rules")
    game = rules.VoxelRules(lambda _: 0)
    for item in grammar()["craft"].targets:
        kind = KNOWN.class_of(item)
        recipe = game.recipe(item)
        if recipe is None:
            continue
        needs = {KNOWN.class_of(name): count for name, count in recipe[1].items()}
        assert needs == Beliefs().recipe(kind), item
        assert recipe[0] == KNOWN.facts.get(f"yield:{kind}", 1), item
        assert recipe[2] == KNOWN.facts[f"table:{kind}"], item
    for block in grammar()["mine"].targets:
        assert KNOWN.source[game.drops(block) or ""] == block
        assert (game.weakest_tool(block) or "") == Beliefs().tool(block), block
    for product in grammar()["smelt"].targets:
        assert set(KNOWN.members(str(KNOWN.facts[f"input:{product}"]))) & set(game.smelting(product)), product
    for fuel in KNOWN.fuels:
        assert game.fuel_ticks(KNOWN.members(fuel)[0]) == 20 * Beliefs().burns(fuel), fuel


def test_the_data_names_its_source() -> None:
    import peam

    text = (Path(peam.__file__).parent / "data/slow/knowledge.yaml").read_text(encoding="utf-8")
    assert "Wiki" in text.split("classes:")[0]
    assert len(legal_actions()) > 100


STATE = (
    "task t ; goal inventory stick 4 ; has oak_planks 1 stick 2 ; hand air ; near nothing ; "
    "life 20 food 20 height 64 day ; last nothing"
)


def test_a_game_with_other_recipes_is_believed_over_the_book() -> None:
    beliefs = Beliefs()
    lacking = Outcome(Diagnosis.MISSING_MATERIAL, missing={"cobblestone": 3, "birch_planks": 2})
    beliefs.learn(Action("craft", "stick", 1), lacking, state=STATE)
    assert beliefs.recipe("stick") == {"cobblestone": 3, "planks": 3}, "one plank was held"
    beliefs.learn(
        Action("craft", "stick", 1), Outcome(Diagnosis.MISSING_MATERIAL, missing={"coal": 1}), state=STATE
    )
    assert beliefs.recipe("stick") == {"cobblestone": 3, "planks": 3, "coal": 1}
    beliefs.learn(Action("craft", "stick", 1), Outcome(Diagnosis.OK))
    assert beliefs.recipe("stick") == {"cobblestone": 3, "planks": 3, "coal": 1}, "the book is closed"
    assert beliefs.recipe("ladder") == {"stick": 7}


def test_what_the_book_says_too_is_no_contradiction() -> None:
    beliefs = Beliefs()
    lacking = Outcome(Diagnosis.MISSING_MATERIAL, missing={"stick": 1, "birch_planks": 3})
    beliefs.learn(Action("craft", "wooden_pickaxe", 1), lacking, state=STATE)
    beliefs.learn(Action("craft", "furnace", 1), Outcome(Diagnosis.NO_STATION, missing={"crafting_table": 1}))
    beliefs.learn(Action("mine", "stone", 1), Outcome(Diagnosis.MISSING_TOOL, missing={"wooden_pickaxe": 1}))
    assert not beliefs.told


def test_other_tools_and_stations_are_believed_when_the_game_names_them() -> None:
    beliefs = Beliefs()
    beliefs.learn(Action("mine", "stone", 1), Outcome(Diagnosis.MISSING_TOOL, missing={"iron_sword": 1}))
    beliefs.learn(Action("craft", "stick", 1), Outcome(Diagnosis.NO_STATION, missing={"crafting_table": 1}))
    assert beliefs.tool("stone") == "iron_sword" and beliefs.needs_table("stick")
    other = Beliefs()
    barred = Outcome(Diagnosis.MISSING_TOOL, missing={"stone_pickaxe": 1})
    other.learn(Action("explore", "down"), barred)
    assert other.tool("stone") == "wooden_pickaxe", "an ore may have been in the way"
    other.learn(Action("explore", "down"), barred)
    assert other.tool("stone") == "stone_pickaxe"


def test_regression_ends_with_recipes_that_lead_in_circles() -> None:
    beliefs = Beliefs()
    for item, lacks in (("stick", "ladder"), ("ladder", "bucket"), ("bucket", "stick")):
        beliefs.learn(
            Action("craft", item, 1), Outcome(Diagnosis.MISSING_MATERIAL, missing={lacks: 9}), state=STATE
        )
    assert regress(beliefs, [("bucket", 1)], {}, ())
