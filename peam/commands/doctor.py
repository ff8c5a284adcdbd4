"""`peam doctor`: what is installed, on which device, what is missing and the remedy; one line each.

Reads the environment only; changes nothing.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import platform
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from peam.build import WORLDS
from peam.errors import SimError
from peam.sims.minedojo.client import interpreter

LIBRARIES = ("transformers", "peft", "gymnasium", "cv2", "numba", "safetensors", "tokenizers")
NANO = Path(__file__).resolve().parent.parent / "data" / "nano"
# backend -> (module of this package, third-party module, program on PATH, remedy)
BACKENDS: dict[str, tuple[str, str | None, str | None, str]] = {
    "voxel": ("peam.sims.voxel", "numba", None, "pip install numba"),
    "crafter": ("peam.sims.crafter", "crafter", None, "pip install crafter"),
    "mineflayer": ("peam.sims.mineflayer", None, "node", "install Node.js 18 or newer"),
    "minedojo": ("peam.sims.minedojo", None, None, ""),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what, whether it is there, what was found, and what to do where it is not."""

    name: str
    ok: bool
    required: bool
    found: str
    remedy: str = ""


def doctor(as_json: bool) -> int:
    """Prints every check.

    Returns:
        1 where something required is missing, else 0.
    """
    found = checks()
    if as_json:
        print(json.dumps([asdict(check) for check in found], indent=2))
    else:
        for check in found:
            print(_line(check))
    return int(any(check.required and not check.ok for check in found))


def _line(check: Check) -> str:
    mark = "ok     " if check.ok else "MISSING" if check.required else "absent "
    remedy = "" if check.ok else f"  -> {check.remedy}"
    return f"{mark}  {check.name:<12} {check.found}{remedy}"


def checks() -> list[Check]:
    """Runs every check, required ones first."""
    libraries = [_library(name) for name in LIBRARIES]
    return [_python(), _torch(), *libraries, _nano(), *(_backend(name) for name in BACKENDS)]


def _python() -> Check:
    fits = sys.version_info >= (3, 11)
    return Check("python", fits, True, platform.python_version(), "use Python 3.11 or newer")


def _torch() -> Check:
    try:
        import torch
    except ImportError as error:
        return Check("torch", False, True, str(error), "pip install torch==2.13.0")
    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "cpu"
    found = f"{torch.__version__}, device {device}, {torch.get_num_threads()} threads"
    return Check("torch", True, True, found)


def _library(name: str) -> Check:
    shown = {"cv2": "opencv"}.get(name, name)
    package = {"cv2": "opencv-python"}.get(name, name)
    remedy = f"pip install -c constraints.txt {package}"
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        return Check(shown, False, True, str(error), remedy)
    return Check(shown, True, True, str(module.__version__))


def _nano() -> Check:
    weights = NANO / "model.safetensors"
    remedy = f"peam pretrain --out {NANO}"
    if not weights.is_file():
        return Check("nano weights", False, True, f"no {weights}", remedy)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return Check("nano weights", True, True, f"{weights.stat().st_size / 1e6:.1f} MB, sha256 {digest[:16]}")


def _minedojo(label: str) -> Check:
    """MineDojo lives in an environment of its own, and starts Minecraft with Java unless one runs already."""
    try:
        python = interpreter()
    except SimError as error:
        return Check(label, False, False, str(error).partition(":")[0], "make minedojo")
    if shutil.which("java") is None:
        remedy = "install Java 8, or name a Malmo that runs: sim.minedojo.port"
        return Check(label, False, False, f"{python}; program java is not on the PATH", remedy)
    return Check(label, True, False, f"ready: {python}")


def _backend(name: str) -> Check:
    module, library, program, remedy = BACKENDS[name]
    label, required = f"{name} sim", name == "voxel"
    if importlib.util.find_spec(module) is None:
        return Check(label, False, required, "not part of this version", "use sim.backend=voxel")
    if name == "minedojo":
        return _minedojo(label)
    if library and importlib.util.find_spec(library) is None:
        return Check(label, False, required, f"package {library} is missing", remedy)
    if program and shutil.which(program) is None:
        return Check(label, False, required, f"program {program} is not on the PATH", remedy)
    return Check(label, True, required, f"ready: {', '.join(WORLDS)}" if name == "voxel" else "ready")
