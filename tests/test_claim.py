from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from peam.claim import claim
from peam.errors import PeamError

CLAIMS = (
    "import sys; from pathlib import Path; from peam.claim import claim\nwith claim(Path(sys.argv[1])): pass"
)


def test_a_run_is_written_by_one_process_at_a_time(tmp_path: Path) -> None:
    run = tmp_path / "run"
    other = [sys.executable, "-c", CLAIMS, str(run)]
    with claim(run):
        with pytest.raises(PeamError, match="in use by another process"), claim(run):
            pass
        refused = subprocess.run(other, capture_output=True, text=True)
        assert refused.returncode != 0 and "in use by another process" in refused.stderr
    assert subprocess.run(other, check=False).returncode == 0, "free again"
