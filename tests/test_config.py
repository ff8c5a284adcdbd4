import pickle
from pathlib import Path
from typing import Any

import pytest
import yaml

from peam.config import Config, configs_dir, load_config
from peam.errors import ConfigError


def test_defaults_load_and_nest() -> None:
    config = load_config()
    assert config.trigger.kind == "break_even"
    assert config["meter"]["declared"]["slow_call"] == 2.0
    assert len(config.to_dict()) == len(config)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("triger.kind=break_even", "unknown config key 'triger' (did you mean 'trigger'?)"),
        ("trigger.kid=x", "unknown config key 'trigger.kid' (did you mean 'kind'?)"),
        ("fast.lora.rank=4", "unknown config key 'fast.lora.rank'"),
        ("consolidation.steps=many", "'consolidation.steps' must be int, got str ('many')"),
        ("consolidation.steps=1.5", "'consolidation.steps' must be int, got float"),
        ("consolidation.background=1", "'consolidation.background' must be bool, got int"),
        ("sim.fov=true", "'sim.fov' must be float, got bool"),
        ("seed=", "'seed' must be int"),
        ("trigger=break_even", "'trigger' must be a mapping"),
        ("seed", "not of the form key.sub=value"),
        ("seed=[1", "value is not YAML"),
    ],
)
def test_bad_overrides_say_what_is_wrong(override: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_config(overrides=[override])
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_overrides_are_yaml_and_later_ones_win() -> None:
    config = load_config(overrides=["life.seeds=[5, 9]", "seed=3", "seed=4", "sim.fov=60"])
    assert config.life.seeds == [5, 9]
    assert config.seed == 4
    assert config.sim.fov == 60.0
    assert isinstance(config.sim.fov, float)


def test_files_merge_under_overrides(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("trigger: {kind: failure_statistics}\nseed: 8\n")
    config = load_config([file], ["seed=9"])
    assert config.trigger.kind == "failure_statistics"
    assert config.trigger.drift_alpha == 0.05
    assert config.seed == 9


def test_bad_files_say_which_and_why(tmp_path: Path) -> None:
    for text, said in (("seed: [", "not valid YAML"), ("- 1", "mapping of keys"), ("sede: 1", "mean 'seed'")):
        file = tmp_path / "bad.yaml"
        file.write_text(text)
        with pytest.raises(ConfigError, match=said) as error:
            load_config([file])
        assert "bad.yaml" in str(error.value)
    with pytest.raises(ConfigError, match=r"no config file 'defalt' \(did you mean 'default'\?\)"):
        load_config(["defalt"])


def test_every_shipped_run_config_fits_the_schema() -> None:
    for path in sorted(configs_dir().glob("*.yaml")):
        load_config([path])


def test_attribute_of_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'trigger'"):
        _ = load_config().triger


def test_saved_config_loads_to_itself(tmp_path: Path) -> None:
    config = load_config(overrides=["seed=77"])
    config.save(tmp_path / "config.yaml")
    again = load_config([tmp_path / "config.yaml"])
    assert again.to_dict() == config.to_dict()
    assert yaml.safe_load((tmp_path / "config.yaml").read_text())["seed"] == 77


def test_config_is_read_only_and_travels_to_other_processes() -> None:
    config = load_config()
    changed: dict[str, Any] = config.to_dict()
    changed["trigger"]["kind"] = "never"
    assert config.trigger.kind == "break_even"
    assert not hasattr(Config, "__setitem__")
    assert pickle.loads(pickle.dumps(config)).to_dict() == config.to_dict()
