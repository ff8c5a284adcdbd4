"""`sim.world`: which kind of world an agent is put into, by configuration and by the command line."""

import sys
from pathlib import Path

import pytest
import yaml

from peam.build import WORLDS, check_sim, make_sim
from peam.cli import main
from peam.commands import doctor
from peam.commands.doctor import Check
from peam.config import load_config
from peam.errors import ConfigError
from peam.sims.base import check_sim as keeps_the_contract
from peam.sims.minedojo.client import VARIABLE
from peam.sims.voxel import VoxelSim
from peam.sims.voxel.worlds import KINDS


def test_the_names_are_those_of_the_simulator() -> None:
    assert tuple(KINDS) == WORLDS
    assert load_config().sim.world == WORLDS[0]


@pytest.mark.parametrize("world", WORLDS)
def test_the_world_is_the_configured_one(world: str) -> None:
    sim = make_sim(load_config(overrides=[f"sim.world={world}"]))
    sim.reset(seed=500)
    assert isinstance(sim, VoxelSim) and sim.game.world.kind == world


def test_other_names_and_recipes_can_be_had_in_the_overworld() -> None:
    sim = make_sim(load_config(overrides=["sim.world=overworld", "sim.obfuscation=1"]))
    keeps_the_contract(sim, seed=500, ticks=20)
    other = make_sim(load_config(overrides=["sim.obfuscation=1"]))
    other.reset(seed=500)
    sim.reset(seed=500)
    assert sim.snapshot() != other.snapshot()


@pytest.mark.parametrize("backend", ["crafter", "minedojo"])
def test_a_backend_without_it_refuses_it(backend: str) -> None:
    with pytest.raises(ConfigError, match=f"sim.world=overworld is a world of .*voxel, not of {backend}"):
        check_sim(load_config(overrides=[f"sim.backend={backend}", "sim.world=overworld"]))


def test_a_run_from_before_the_option_is_of_the_classic_world(tmp_path: Path) -> None:
    old = load_config().to_dict()
    del old["sim"]["world"]
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(old))
    assert load_config([tmp_path / "config.yaml"]).sim.world == "classic"


def test_a_life_in_an_unknown_world_does_not_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "life"
    assert main(["run", "--set", "sim.world=overwurld", "--out", str(out)]) == 2
    assert "unknown world 'overwurld' (did you mean 'overworld'?)" in capsys.readouterr().err
    assert not out.exists()


def test_play_goes_into_the_overworld(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = []
    for world in WORLDS:
        command = ["play", "--seed", "42", "--headless", "--out", str(tmp_path / "p.png"), "--world", world]
        assert main(command) == 0
        places.append(capsys.readouterr().out.splitlines()[0])
    assert places[0] != places[1]
    assert main(["play", "--headless", "--world", "overwold"]) == 2
    assert "did you mean 'overworld'" in capsys.readouterr().err


def test_the_real_minedojo_is_configured_and_its_environment_named_where_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load_config(["minedojo"]).sim.backend == "minedojo"
    here = f"sim.minedojo.python={sys.executable}"
    check_sim(load_config(["minedojo"], [here]))
    for override, said in (
        (
            "skills.perception_radius=32",
            "would send 274625 blocks a tick; at most 16, and --config minedojo has",
        ),
        ("sim.obfuscation=1", "no other names and recipes"),
    ):
        with pytest.raises(ConfigError, match=said):
            check_sim(load_config(["minedojo"], [here, override]))
    out = tmp_path / "out"
    command = ["eval", "--agents", "planner_only", "--config", "minedojo", "--out", str(out)]
    assert main([*command, "--set", "sim.minedojo.python=nowhere/python"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and not out.exists()
    assert "no MineDojo environment at nowhere/python: `make minedojo` makes one" in told


def test_doctor_tells_what_minedojo_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> Check:
        return next(check for check in doctor.checks() if check.name == "minedojo sim")

    monkeypatch.setenv(VARIABLE, str(tmp_path / "python"))
    assert not found().ok and found().remedy == "make minedojo"
    (tmp_path / "python").touch()
    monkeypatch.setattr(doctor.shutil, "which", lambda program: None)
    assert not found().ok and "sim.minedojo.port" in found().remedy and "Java 8" in found().remedy
    monkeypatch.setattr(doctor.shutil, "which", lambda program: f"/bin/{program}")
    assert found().ok
