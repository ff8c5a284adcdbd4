"""The adapter registry: versions of each category's adapter on disk, and which one serves.

`adapters/<category>/<version>/` holds adapter_model.safetensors, adapter_config.json and manifest.json;
`adapters/<category>/HEAD` names the serving version and is replaced atomically. A registered version never
changes. Knows files and hashes, nothing of training.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from peam.errors import AdapterError, unknown
from peam.memory.chain import replace_file, sync_dir

FORMAT = 1
WEIGHTS, SETTINGS = "adapter_model.safetensors", "adapter_config.json"
MANIFEST, HEAD = "manifest.json", "HEAD"
STAGING = ".staging"
REMEDY = "roll back with `peam skills rollback`"
_VERSION = re.compile(r"v\d{4}")


@dataclass(frozen=True, slots=True)
class Version:
    """One registered version.

    Attributes:
        category: Whose.
        version: e.g. "v0002".
        serving: Whether HEAD names it.
        manifest: Parent, base hash, experience, metrics, seed, config, gate, sha256 of every file.
    """

    category: str
    version: str
    serving: bool
    manifest: Mapping[str, Any]


class AdapterRegistry:
    """The adapters of one run.

    Args:
        root: `RUN/adapters`; made when the first version is registered.
        base_hash: sha256 of the base that serves; "" leaves that check out (listing without a model).
    """

    def __init__(self, root: Path, base_hash: str = "") -> None:
        self.root = root
        self.base_hash = base_hash

    def categories(self) -> list[str]:
        """Returns the categories that have a serving version, sorted."""
        if not self.root.is_dir():
            return []
        return sorted(p.name for p in self.root.iterdir() if (p / HEAD).is_file())

    def versions(self, category: str) -> list[str]:
        """Returns the registered versions, oldest first."""
        folder = self.root / category
        if not folder.is_dir():
            return []
        return sorted(p.name for p in folder.iterdir() if _VERSION.fullmatch(p.name) and p.is_dir())

    def next_version(self, category: str) -> str:
        """Returns the first free version name."""
        versions = self.versions(category)
        return f"v{int(versions[-1][1:]) + 1 if versions else 1:04d}"

    def head(self, category: str) -> str | None:
        """Returns the serving version, or None. AdapterError where HEAD is malformed or points nowhere."""
        path = self.root / category / HEAD
        if not path.is_file():
            return None
        version = path.read_text(encoding="utf-8", errors="replace").strip()
        if not _VERSION.fullmatch(version) or version not in self.versions(category):
            named = f"{path} names '{version[:40]}'"
            raise AdapterError(f"{named}, which is not a version of {category}; {REMEDY}")
        return version

    def path(self, category: str, version: str | None = None) -> Path:
        """Returns the folder of a version, the serving one by default, after checking it.

        Raises:
            AdapterError: No such category or version; a file is missing, edited or corrupted; another base.
        """
        version = version or self.head(category)
        if version is None:
            what = unknown("adapter", category, self.categories())
            raise AdapterError(f"{what}: nothing was consolidated under {self.root}")
        folder = self.root / category / version
        if not folder.is_dir():
            raise AdapterError(f"{category} has no {unknown('version', version, self.versions(category))}")
        problems = check_folder(folder, self.base_hash)
        if problems:
            raise AdapterError(f"{problems[0]}; {REMEDY}")
        return folder

    def manifest(self, category: str, version: str) -> dict[str, Any]:
        """Returns a version's manifest. Raises AdapterError where it is missing or malformed."""
        return read_manifest(self.root / category / version)

    def register(self, category: str, version: str, staged: Path, manifest: Mapping[str, Any]) -> Path:
        """Seals a staged folder with its manifest and moves it into place. Does not make it serve.

        Args:
            category: Whose.
            version: From `next_version`.
            staged: Folder on the same file system with the adapter's files.
            manifest: All but what is filled in here: format, category, version, base hash, files.
        """
        hashes = {p.name: _sha256(p) for p in sorted(staged.iterdir()) if p.name != MANIFEST}
        own = {"format": FORMAT, "category": category, "version": version, "base_hash": self.base_hash}
        text = json.dumps({**manifest, **own, "files": hashes}, indent=2, sort_keys=True) + "\n"
        for name in hashes:
            _sync(staged / name)
        replace_file(staged / MANIFEST, text.encode())
        problems = check_folder(staged, self.base_hash)
        if problems:
            raise AdapterError(f"refusing to register: {problems[0]}")
        target = self.root / category / version
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(staged, target)
        sync_dir(target.parent)
        return target

    def serve(self, category: str, version: str) -> None:
        """Makes a version serve: checks it, then replaces HEAD atomically."""
        self.path(category, version)
        replace_file(self.root / category / HEAD, f"{version}\n".encode())

    def rollback(self, category: str, version: str | None = None) -> str:
        """Makes an earlier version serve.

        Args:
            category: Whose.
            version: Which; by default the newest whole one before the serving one (before the newest where
                HEAD is broken).

        Returns:
            The version that serves now.

        Raises:
            AdapterError: Unknown category or version, or no whole earlier version.
        """
        versions = self.versions(category)
        if not versions:
            what = unknown("adapter", category, self.categories())
            raise AdapterError(f"{what}: no versions to roll back to")
        if version is None:
            version = self._before(category, versions)
        self.serve(category, version)
        return version

    def _before(self, category: str, versions: list[str]) -> str:
        try:
            current = self.head(category) or versions[-1]
        except AdapterError:
            current = "v9999"
        for candidate in reversed([v for v in versions if v < current]):
            if not check_folder(self.root / category / candidate, self.base_hash):
                return candidate
        raise AdapterError(
            f"{category} has no whole version before {current}; "
            f"remove {self.root / category} to go on without it"
        )

    def history(self, category: str) -> list[Version]:
        """Lists the versions of a category, oldest first."""
        head = self.head(category)
        names = self.versions(category)
        return [Version(category, v, v == head, self.manifest(category, v)) for v in names]

    def verify(self) -> list[str]:
        """Checks every file of every version and every HEAD; returns what is wrong, one line each."""
        problems: list[str] = []
        folders = sorted(p for p in self.root.iterdir() if p.is_dir()) if self.root.is_dir() else []
        for folder in folders:
            if folder.name == STAGING:
                continue
            for version in self.versions(folder.name):
                problems += check_folder(folder / version, self.base_hash)
            try:
                self.head(folder.name)
            except AdapterError as error:
                problems.append(str(error))
        return problems


def read_manifest(folder: Path) -> dict[str, Any]:
    """Reads manifest.json. Raises AdapterError where it is missing, malformed or of another format."""
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise AdapterError(f"{path} is missing; {REMEDY}") from None
    except ValueError:
        raise AdapterError(f"{path} is truncated or not JSON; {REMEDY}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("files"), dict):
        raise AdapterError(f"{path} is not a manifest of format {FORMAT}; {REMEDY}")
    return data


def check_folder(folder: Path, base_hash: str = "") -> list[str]:
    """Returns what is wrong with one version's folder: manifest, base, hashes, unreadable weights."""
    try:
        manifest = read_manifest(folder)
    except AdapterError as error:
        return [str(error).removesuffix(f"; {REMEDY}")]
    problems = [
        f"{folder / name} is missing" for name in (WEIGHTS, SETTINGS) if name not in manifest["files"]
    ]
    for name, expected in sorted(manifest["files"].items()):
        path = folder / name
        if not path.is_file():
            problems.append(f"{path} is missing")
        elif _sha256(path) != expected:
            problems.append(f"{path} is not the file that was registered (truncated, corrupted or edited)")
    made_for = manifest.get("base_hash", "")
    if base_hash and made_for != base_hash:
        problems.append(f"{folder} was made for base {str(made_for)[:12]}, not for {base_hash[:12]}")
    return problems or _unreadable(folder / WEIGHTS)


def _unreadable(path: Path) -> list[str]:
    try:
        with safe_open(path, framework="numpy") as file:
            return [] if list(file.keys()) else [f"{path} holds no tensors"]
    except (SafetensorError, OSError) as error:
        return [f"{path} is not a safetensors file ({error})"]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
