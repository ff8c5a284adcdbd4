"""The vendored tables are what the installed package says."""

import subprocess
from pathlib import Path

import pytest

from peam.sims.minedojo.client import interpreter

ROOT = Path(__file__).parents[2]


def test_the_tables_are_those_of_the_package(server, tmp_path):
    script = ROOT / "scripts" / "vendor_minedojo.py"
    subprocess.run([interpreter(), script, tmp_path], check=True, capture_output=True, timeout=300)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == ["constants.json", "spaces.json", "tasks.json"]
    for name in made:
        shipped = ROOT / "peam" / "data" / "minedojo" / name
        assert (tmp_path / name).read_text(encoding="utf-8") == shipped.read_text(encoding="utf-8"), name


def test_a_missing_environment_is_named(monkeypatch):
    monkeypatch.setenv("PEAM_MINEDOJO_PYTHON", "nowhere/python")
    with pytest.raises(Exception, match=r"no MineDojo environment at nowhere/python.*make minedojo"):
        interpreter()
