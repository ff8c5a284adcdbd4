"""The command line from outside: exit codes, one-line errors, the nearest names, and the wheel."""

import json
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from peam import cli
from peam.commands import bench as bench_command
from peam.commands import doctor as doctor_command
from peam.commands.doctor import Check
from peam.config import configs_dir

ROOT = Path(__file__).resolve().parent.parent


def peam(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "peam.cli", *arguments], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnu"], "unknown command 'rnu' (did you mean 'run'?)"),
        (["doctr"], "did you mean 'doctor'?"),
        (["run", "--episods", "3"], "unknown argument '--episods' (did you mean '--episodes'?)"),
        (["--vers"], "did you mean '--version'?"),
        (["run", "--seed", "x"], "argument --seed: invalid int value: 'x'"),
        (["run", "--set", "triger.kind=x"], "unknown config key 'triger' (did you mean 'trigger'?)"),
        (["run", "--set", "seed"], "not of the form key.sub=value"),
        (["run", "--config", "defualt"], "no config file 'defualt' (did you mean 'default'?)"),
        (["eval"], "the following arguments are required: --out"),
        (["bench", "simm"], "unknown benchmark 'simm' (did you mean 'sim'?)"),
        (["skills", "--run", "nowhere", "lst"], "unknown skills command 'lst' (did you mean 'list'?)"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("peam: ")
    assert captured.err.count("\n") == 1
    assert said in captured.err


def test_a_mistake_shows_no_traceback_from_outside() -> None:
    ended = peam("rnu")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr


def test_help_is_quick_and_names_every_command() -> None:
    begun = time.perf_counter()
    ended = peam("--help")
    seconds = time.perf_counter() - begun
    assert ended.returncode == 0
    assert all(command in ended.stdout for command in cli.COMMANDS)
    assert seconds < 2.0  # 0.05 s alone; importing torch would take longer than this


def test_help_and_parsing_import_nothing_heavy() -> None:
    code = (
        "import sys; from peam.cli import main; main(['bench', 'x']); main(['run', '--set', 'x=1']);"
        "print([m for m in ('torch', 'transformers', 'numba', 'matplotlib') if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stdout.strip() == "[]"


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert f"peam {command}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out.startswith("peam 0.")


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(bench_command, "bench", interrupted)
    assert cli.main(["bench", "sim"]) == 130
    assert capsys.readouterr().err == "peam: interrupted\n"


def test_ctrl_c_in_a_life_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("peam.commands.run._live", interrupted)
    assert cli.main(["run", "--out", str(tmp_path / "life")]) == 130
    assert f"peam run --resume --out {tmp_path / 'life'}" in capsys.readouterr().err


def test_run_neither_starts_over_nor_resumes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", "--resume", "--out", str(tmp_path)]) == 2
    assert "holds no run to resume" in capsys.readouterr().err
    shutil.copy(configs_dir() / "default.yaml", tmp_path / "config.yaml")
    assert cli.main(["run", "--out", str(tmp_path)]) == 2
    assert "already holds a run: go on with --resume" in capsys.readouterr().err


def test_bench_prints_a_table_or_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Benchmark:
        @staticmethod
        def run() -> dict[str, object]:
            return {"steps_per_s": 12345.678, "base": "nano"}

    monkeypatch.setattr(bench_command.importlib, "import_module", lambda name: Benchmark)
    assert cli.main(["bench", "sim", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"steps_per_s": 12345.678, "base": "nano"}
    assert cli.main(["bench", "fast"]) == 0
    assert capsys.readouterr().out == "steps_per_s  12,345.68\nbase         nano\n"


def test_doctor_fails_only_where_something_required_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = Check("torch", True, True, "2.13.0")
    absent = Check("crafter sim", False, False, "package crafter is missing", "pip install crafter")
    monkeypatch.setattr(doctor_command, "checks", lambda: [there, absent])
    assert cli.main(["doctor"]) == 0
    assert "absent   crafter sim  package crafter is missing  -> pip install" in capsys.readouterr().out
    broken = Check("torch", False, True, "No module named 'torch'", "pip install torch==2.13.0")
    monkeypatch.setattr(doctor_command, "checks", lambda: [broken, absent])
    assert cli.main(["doctor", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["remedy"] == "pip install torch==2.13.0"


def test_doctor_sees_this_very_environment() -> None:
    found = {check.name: check for check in doctor_command.checks()}
    for name in ("python", "torch", "transformers", "peft", "gymnasium", "opencv", "numba", "voxel sim"):
        assert found[name].ok, name
    assert all(check.remedy for check in found.values() if not check.ok)


def test_the_wheel_claims_one_name_and_holds_the_data(tmp_path: Path) -> None:
    source = tmp_path / "source"
    skip = shutil.ignore_patterns("__pycache__", ".*", "build", "runs", "*.egg-info", "tests")
    shutil.copytree(ROOT, source, ignore=skip)
    build = [sys.executable, "-m", "pip", "wheel", str(source), "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-q", "-w", str(tmp_path)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0].split("-")[0] for name in held} == {"peam"}
    ours = [path for path in (ROOT / "peam").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    wanted = [*ours, *configs_dir().rglob("*.yaml")]
    for package, folder in (("peam", "peam"), ("peam.agents", "agents"), ("peam.skills", "skills")):
        for path in (ROOT / folder).rglob("*.py"):
            inside = path.relative_to(ROOT / folder).as_posix()
            assert f"{package.replace('.', '/')}/{inside}" in held
    for path in wanted:
        inside = path.relative_to(ROOT).as_posix()
        assert (inside if inside.startswith("peam/") else f"peam/{inside}") in held


@pytest.mark.parametrize(
    ("category", "made", "said"),
    [
        ("gather", False, "is not a run folder"),
        ("gathr", True, "unknown category 'gathr' (did you mean 'gather'?)"),
    ],
)
def test_consolidate_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], category: str, made: bool, said: str
) -> None:
    if made:
        shutil.copy(configs_dir() / "default.yaml", tmp_path / "config.yaml")
    assert cli.main(["consolidate", "--run", str(tmp_path), "--category", category]) == 2
    assert said in capsys.readouterr().err
