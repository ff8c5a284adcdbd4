"""`docs/fidelity.md` keeps its word: the tests that it names exist, and so does every deviation."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs/fidelity.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| rule |")]
SHORT = {name: HERE / f"test_fidelity_{name}.py" for name in ("body", "work", "fight", "land")}
NAMED = re.compile(r"\b(body|work|fight|land|test_[a-z]+)\b|`(\w+)`")


def named(row):
    """Yields (file, part of a test's name) of a row's last cell."""
    file = None
    for short, part in NAMED.findall(row.rstrip(" |").rpartition("|")[2]):
        if short:
            file = SHORT.get(short, HERE / f"{short}.py")
        else:
            yield file, part


@pytest.mark.parametrize("row", [row for row in ROWS if "`" in row.rpartition("|")[0].rpartition("|")[2]])
def test_the_named_tests_exist(row):
    for file, part in named(row):
        assert re.search(rf"def test_\w*{part}", file.read_text(encoding="utf-8")), (file.name, part)


def test_every_row_has_five_cells_and_a_test_or_a_deviation_or_says_that_it_was_read():
    assert len(ROWS) > 90
    for row in ROWS:
        assert row.count("|") == 6, row
        assert re.search(r"`\w+`|\bread\b|\bD\d+|test_rules", row.rstrip(" |").rpartition("|")[2]), row


def test_every_deviation_that_is_named_is_listed_once():
    listed = re.findall(r"^- \*\*D(\d+) ", PAGE, re.MULTILINE)
    assert [int(n) for n in listed] == list(range(1, len(listed) + 1))
    assert {n for row in ROWS for n in re.findall(r"\bD(\d+)", row)} == set(listed)
