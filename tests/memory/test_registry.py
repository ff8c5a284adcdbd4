from __future__ import annotations

from pathlib import Path

import pytest

from peam.errors import AdapterError
from peam.memory.registry import AdapterRegistry

from .helpers import adapter_files

BASE = "b" * 64


def registered(tmp_path: Path, versions: int = 2) -> AdapterRegistry:
    registry = AdapterRegistry(tmp_path / "adapters", BASE)
    for number in range(versions):
        version = registry.next_version("gather")
        staged = adapter_files(tmp_path / "adapters" / ".staging" / version, float(number))
        registry.register("gather", version, staged, {"parent": "", "metrics": {"loss": 0.5}})
        registry.serve("gather", version)
    return registry


def test_versions_are_registered_served_listed_and_rolled_back(tmp_path: Path) -> None:
    registry = registered(tmp_path)
    assert registry.categories() == ["gather"] and registry.verify() == []
    assert registry.path("gather").name == "v0002"
    assert [(v.version, v.serving) for v in registry.history("gather")] == [("v0001", False), ("v0002", True)]
    assert registry.manifest("gather", "v0001")["metrics"] == {"loss": 0.5}
    assert registry.rollback("gather") == "v0001" == registry.head("gather")
    assert registry.rollback("gather", "v0002") == "v0002"
    assert registry.next_version("gather") == "v0003"


def test_registering_does_not_make_it_serve(tmp_path: Path) -> None:
    registry = registered(tmp_path)
    registry.register("gather", "v0003", adapter_files(tmp_path / "adapters" / ".staging" / "x"), {})
    assert registry.head("gather") == "v0002"


def test_unknown_names_are_refused_with_the_nearest(tmp_path: Path) -> None:
    registry = registered(tmp_path)
    with pytest.raises(AdapterError, match="did you mean 'gather'"):
        registry.path("gathr")
    with pytest.raises(AdapterError, match=r"version 'v0009'.*v000"):
        registry.path("gather", "v0009")
    with pytest.raises(AdapterError, match="did you mean 'gather'"):
        registry.rollback("gathr")
    with pytest.raises(AdapterError, match="no whole version before v0001"):
        registered(tmp_path / "one", 1).rollback("gather")


@pytest.mark.parametrize("damage", ["missing", "truncated", "flipped", "manifest", "config"])
def test_damage_is_refused_with_file_and_remedy_and_rollback_helps(tmp_path: Path, damage: str) -> None:
    registry = registered(tmp_path)
    folder = tmp_path / "adapters" / "gather" / "v0002"
    weights = folder / "adapter_model.safetensors"
    if damage == "missing":
        weights.unlink()
    elif damage == "truncated":
        weights.write_bytes(weights.read_bytes()[:-3])
    elif damage == "flipped":
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
    elif damage == "manifest":
        (folder / "manifest.json").write_text('{"format"', encoding="utf-8")
    else:
        (folder / "adapter_config.json").unlink()
    with pytest.raises(AdapterError, match=r"v0002/.*peam skills rollback"):
        registry.path("gather")
    assert len(registry.verify()) == 1
    assert registry.rollback("gather") == "v0001"
    assert registry.path("gather").name == "v0001"


def test_another_base_is_refused(tmp_path: Path) -> None:
    registered(tmp_path)
    other = AdapterRegistry(tmp_path / "adapters", "c" * 64)
    with pytest.raises(AdapterError, match="made for base bbbbbbbbbbbb, not for cccccccccccc"):
        other.path("gather")
    assert len(other.verify()) == 2
    assert AdapterRegistry(tmp_path / "adapters").verify() == []


def test_a_head_that_points_nowhere_is_refused_and_rollback_mends_it(tmp_path: Path) -> None:
    registry = registered(tmp_path)
    (tmp_path / "adapters" / "gather" / "HEAD").write_text("v0007\n", encoding="utf-8")
    with pytest.raises(AdapterError, match=r"HEAD names 'v0007'.*peam skills rollback"):
        registry.path("gather")
    assert registry.verify() and registry.rollback("gather") == "v0002"


def test_corrupted_weights_are_not_registered(tmp_path: Path) -> None:
    registry = registered(tmp_path)
    staged = adapter_files(tmp_path / "adapters" / ".staging" / "bad")
    (staged / "adapter_model.safetensors").write_bytes(b"\x10garbage")
    with pytest.raises(AdapterError, match="refusing to register"):
        registry.register("gather", "v0003", staged, {})
    assert registry.versions("gather") == ["v0001", "v0002"]
