"""`peam report`: from folders of results to a page, its numbers, and what it refuses."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from peam.cli import main
from peam.evaluation.media import LARGEST_EMBEDDED
from peam.evaluation.stats import wilson
from peam.video import write_images
from tests.evaluation.results import made, trial, write

HOSTILE = "<script>alert('x')</script> \"a\" | b & `c` </svg></style>"
VOID = {"meta", "br", "img", "wbr"}


class Page(HTMLParser):
    """Texts of a page by section, its tables, and the addresses that it names; refuses tags left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.rows: list[list[str]] = []
        self.words = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data

    def row(self, *start: str) -> list[str]:
        return next(row for row in self.rows if row[: len(start)] == list(start))


def report(folder: Path, *arguments: str) -> Page:
    assert main(["report", str(folder), *arguments]) == 0
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert main(["report", *map(str, arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert not captured.out
    return captured.err


def test_the_page_has_the_numbers_of_the_trials(tmp_path: Path) -> None:
    """Four pairs: a wins 3, b 1; only a wins at two, only b at none, so p = 2 x 1/4."""
    won = {"a": (True, True, True, False), "b": (True, False, False, False)}
    trials = [
        replace(trial(arm, "table", seed, success, slow=slow), diagnoses={"OK": 8, "DIED": 2})
        for arm, slow in (("a", 2), ("b", 5))
        for seed, success in enumerate(won[arm], 42)
    ]
    page = report(write(tmp_path / "run", trials))
    low, high = wilson(3, 4)
    first = page.row("a", "3/4")
    assert first[2] == f"0.750 ({low:.3f} to {high:.3f})"
    assert first[3:8] == ["2.67", "2.00", "10.00", "400.00", "1.50"]
    assert first[-1].startswith("0.167 of 24 (")
    assert page.row("b", "1/4")[3] == "20.00"
    compared = page.row("b", "4")
    assert compared[2].startswith("-0.500 (")
    assert compared[3] == "+3.0 (+3.0 to +3.0)"
    assert compared[5:] == ["2", "0", "0.5000", "0.5000"]
    assert page.row("table") == ["table", "3/4", "1/4"]
    assert page.row("a", "80.0% (32)") == ["a", "80.0% (32)", "20.0% (8)"]
    assert page.row("seeds")[1] == "42, 43, 44, 45"


def test_holm_runs_over_all_comparisons(tmp_path: Path) -> None:
    """b loses all of 8 pairs (p = 2/256), c none: by Holm twice that."""
    trials = [trial(arm, "table", s, arm != "b") for arm in "abc" for s in range(8)]
    page = report(write(tmp_path / "run", trials))
    assert page.row("b", "8")[-2:] == ["0.0078", "0.0156"]
    assert page.row("c", "8")[-2:] == ["1.0000", "1.0000"]


def test_the_page_is_whole_and_needs_nothing(tmp_path: Path) -> None:
    page = report(write(tmp_path / "run", made({"peam": 0.8, "planner_only": 0.5})))
    html = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "script" not in page.tags
    assert page.addresses == []
    assert not re.findall(r"url\(|@import|https?:", html)
    drawn = re.findall(r'<svg class="plot".*?</svg>', html)
    assert len(drawn) == 7
    for svg in drawn:
        ElementTree.fromstring(svg)
        assert not re.search(r"nan|inf", svg)
    assert page.words.count("not recorded") >= 5  # no inputs.json: said, not guessed
    for heading in ("Arms", "Compared with peam", "Plots", "Success by task", "Slow calls by task"):
        assert heading in page.words


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    trials = made({"peam": 0.8, "planner_only": 0.5})
    pages = []
    for place in ("x", "y"):
        folder = write(tmp_path / place / "run", trials)
        (folder / "summary.json").write_text(f"not read {place}")
        report(folder)
        pages.append([(folder / f"report.{s}").read_bytes() for s in ("html", "md")])
    assert pages[0] == pages[1]
    report(tmp_path / "y" / "run")  # over itself
    assert (tmp_path / "y" / "run" / "report.html").read_bytes() == pages[0][0]


@pytest.mark.parametrize("stages", [False, True])
def test_texts_are_never_markup(tmp_path: Path, stages: bool) -> None:
    bad = replace(trial(HOSTILE, HOSTILE, 1, True, HOSTILE), diagnoses={HOSTILE: 1})
    folder = write(tmp_path / "<i>run", [bad, replace(bad, agent="b")])
    inputs = {
        "suite": HOSTILE,
        "memories": {"peam": {HOSTILE: HOSTILE}},
        "configs": {"peam": {HOSTILE: HOSTILE + "\n```\n# x"}},
    }
    (folder / "inputs.json").write_text(json.dumps(inputs))
    (folder / "a' onerror='b.png").write_bytes(b"x")
    if stages:
        earlier = write(tmp_path / "earlier", [bad])
        (earlier / "inputs.json").write_text(json.dumps(inputs))
        assert main(["report", str(earlier), str(folder), "--stages"]) == 0
        page = Page((folder / "report.html").read_text(encoding="utf-8"))
    else:
        page = report(folder)
    assert not page.tags & {"script", "i"}
    assert page.words.count(HOSTILE) >= 8
    for svg in re.findall(r"<svg.*?</svg>", (folder / "report.html").read_text(encoding="utf-8"), re.DOTALL):
        ElementTree.fromstring(svg)
    text = (folder / "report.md").read_text(encoding="utf-8")
    outside = re.sub(r"````.*?````", "", text, flags=re.DOTALL)
    assert outside.count("````") == 0
    assert not re.search(r"<script|(?<!\\)`|^# x", outside, re.MULTILINE)
    heading = next(line for line in text.splitlines() if line.startswith("| category, task"))
    assert len(re.findall(r"(?<!\\)\|", heading)) == 4  # two arms, whatever their names have in them


def test_a_last_line_cut_short_is_left_out(tmp_path: Path) -> None:
    trials = made({"peam": 0.8, "planner_only": 0.5})
    whole = write(tmp_path / "a" / "run", trials)
    cut = write(tmp_path / "b" / "run", trials)
    lines = (cut / "results.jsonl").read_text().splitlines(keepends=True)
    (cut / "results.jsonl").write_text("".join(lines) + lines[0][:40])
    report(whole)
    report(cut)
    assert (whole / "report.html").read_bytes() == (cut / "report.html").read_bytes()
    (cut / "results.jsonl").write_text(lines[0][:40])
    assert main(["report", str(cut)]) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"decisions": "7"}, "results.jsonl:2: decisions must be a whole number >= 0, got '7'"),
        ({"decisions": -1}, "results.jsonl:2: decisions must be a whole number >= 0, got -1"),
        ({"ticks": True}, "ticks must be a whole number"),
        ({"seconds": float("nan")}, "seconds must be a finite number"),
        ({"success": 1}, "success must be true or false, got 1"),
        ({"agent": None}, "agent must be text, got None"),
        ({"diagnoses": []}, "diagnoses must be a mapping"),
        ({"diagnoses": {"OK": 0.5}}, "diagnoses.OK must be a whole number"),
        ({"fast_failed": 7}, "fast_failed 7 of 6 decisions"),
        ({"colour": 1}, "results.jsonl:2: not a trial"),
    ],
)
def test_a_bad_line_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], said: str
) -> None:
    folder = write(tmp_path, made({"peam": 0.5}))
    lines = (folder / "results.jsonl").read_text().splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), **change})
    (folder / "results.jsonl").write_text("\n".join(lines) + "\n")
    assert said in refused(capsys, folder)
    assert not (folder / "report.html").exists()


def test_mistakes_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = write(tmp_path / "one", made({"peam": 0.5, "planner_only": 0.5}))
    two = write(tmp_path / "two", made({"peam": 0.5}))
    assert "has no results.jsonl" in refused(capsys, tmp_path / "none")
    assert "named twice" in refused(capsys, one, tmp_path / "two" / ".." / "one")
    assert "unknown arm 'planer_only' (did you mean 'planner_only'?)" in refused(
        capsys, one, "--arms", "planer_only"
    )
    assert "an arm is named twice" in refused(capsys, one, "--arms", "peam,peam")
    assert "--out must end in .html" in refused(capsys, one, "--out", tmp_path / "x.pdf")
    assert "cannot write" in refused(capsys, one, "--out", one / "results.jsonl" / "x.html")
    assert "--stages needs two folders" in refused(capsys, one, "--stages")
    assert "the following arguments are required: DIR" in refused(capsys)
    (one / "inputs.json").write_text('{"suite": "paper11"}')
    (two / "inputs.json").write_text('{"suite": "techtree"}')
    assert "a report is of one suite" in refused(capsys, one, two)
    (two / "inputs.json").write_text("[1]")
    assert "must be a mapping" in refused(capsys, two)
    (two / "inputs.json").write_text("{")
    assert "not JSON" in refused(capsys, two)
    (two / "results.jsonl").write_bytes(b"\xff\xfe\n")
    assert "not text" in refused(capsys, two)


def test_arms_are_chosen_and_ordered(tmp_path: Path) -> None:
    folder = write(tmp_path, made({"a": 0.5, "b": 0.5, "c": 0.5}))
    page = report(folder, "--arms", "c,a")
    assert page.row("arms")[1] == "c, a"
    assert "Compared with c" in page.words
    assert not [row for row in page.rows if row[0] == "b"]
    alone = report(folder, "--arms", "b")
    assert "Compared with" not in alone.words


def test_folders_are_lives(tmp_path: Path) -> None:
    """Two lives of one arm against one folder of another: shown apart, paired with the first life."""
    for life, wins in (("life1", 8), ("life2", 2)):
        write(tmp_path / life, [trial("peam", "table", s, s < wins) for s in range(8)])
    write(tmp_path / "control", [trial("planner_only", "table", s, True) for s in range(8)])
    folders = [str(tmp_path / name) for name in ("life1", "life2", "control")]
    out = tmp_path / "all" / "page.html"
    assert main(["report", *folders, "--out", str(out)]) == 0
    page = Page(out.read_text(encoding="utf-8"))
    assert page.row("peam", "10/16")[2].startswith("0.625 (")
    assert page.row("planner_only", "8")[5:] == ["0", "0", "1.0000", "1.0000"]
    assert page.row("life2") == ["life2", "2/8", "-"]
    assert page.row("control") == ["control", "-", "8/8"]
    assert out.with_suffix(".md").exists()


def test_settings_that_differ_between_folders_are_shown(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 2)):
        folder = write(tmp_path / name, made({"peam": 0.5}))
        inputs = {
            "suite": "paper11",
            "memories": {"peam": {"craft": "v0001 0123456789abcdef"}},
            "configs": {"peam": {"seed": seed, "run_dir": "runs/x y", "slow": {"planner": "rulebook"}}},
        }
        (folder / "inputs.json").write_text(json.dumps(inputs))
    assert main(["report", str(tmp_path / "one"), str(tmp_path / "two")]) == 0
    page = Page((tmp_path / "one" / "report.html").read_text(encoding="utf-8"))
    assert page.row("seed") == ["seed", "1", "2"]
    assert page.row("planner")[1] == "rulebook"
    assert page.row("memory of one")[1] == "peam: craft v0001 0123456789ab"
    command = page.row("command of two")[1]
    assert command == (
        "peam eval --suite paper11 --agents peam --seeds 42,43,44 --memory 'peam=runs/x y' --out two"
    )


def test_pictures_and_videos_are_embedded_or_linked(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", made({"peam": 0.5}))
    (folder / "learning_curve.png").write_bytes(b"png")
    (folder / "videos").mkdir()
    (folder / "videos" / "peam-a b-1.mp4").write_bytes(b"mp4")
    (folder / "videos" / "peam-a b-2.mp4").write_bytes(bytes(LARGEST_EMBEDDED + 1))
    page = report(folder)
    assert page.addresses == [
        "data:image/png;base64,cG5n",
        "data:video/mp4;base64,bXA0",
        "videos/peam-a%20b-2.mp4",
    ]
    assert "[run/videos/peam-a b-1.mp4](<videos/peam-a%20b-1.mp4>)" in (folder / "report.md").read_text()


def test_videos_that_browsers_do_not_play_are_shown_as_stills(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", made({"peam": 0.5}))
    shades = [np.full((64, 64, 3), shade, np.uint8) for shade in (0, 10, 80, 90, 160, 170, 240)]
    assert write_images(folder / "videos" / "x", shades).suffix == ".mp4"
    (folder / "videos" / "y.mp4").write_bytes(b"mp4v, cut off")
    data, *links = report(folder).addresses
    assert links == ["videos/x.mp4", "videos/y.mp4"]
    assert data.startswith("data:image/jpeg;base64,")
    content = np.frombuffer(base64.b64decode(data.partition(",")[2]), np.uint8)
    picture = cv2.imdecode(content, cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture[120, 120::240].mean(axis=1) == pytest.approx([0, 80, 160, 240], abs=8)


def test_runs_that_lack_a_task_are_named(tmp_path: Path) -> None:
    trials = made({"a": 0.5, "b": 0.5})
    page = report(write(tmp_path / "run", trials[:-1]))
    assert "left out of interquartile means and profiles: b 1." in page.words
    none = [t for t in trials if (t.agent, t.task) != ("b", "log")]
    page = report(write(tmp_path / "none", none))
    assert "profiles: b 3." in page.words


def test_stages_have_their_matrix(tmp_path: Path) -> None:
    """Before learning .0/.25; stage 0 learns craft, stage 1 gather.

    R craft: .5 .25, gather: .5 1.0: ACC .625, BWT .25-.5, FWT .5-.25, forgetting .5-.25.
    """
    wins = {"before": (0, 1), "first": (2, 2), "second": (1, 4)}
    served = {"before": {}, "first": {"craft": "v1"}, "second": {"craft": "v1", "gather": "v1"}}
    for name, (craft, gather) in wins.items():
        trials = [trial("peam", "table", s, s < craft) for s in range(4)]
        trials += [trial("peam", "log", s, s < gather, "gather") for s in range(4)]
        folder = write(tmp_path / name, trials)
        memories = {"peam": served[name]} if served[name] else {}
        (folder / "inputs.json").write_text(json.dumps({"suite": "x", "memories": memories}))
    assert main(["report", *(str(tmp_path / name) for name in wins), "--stages"]) == 0
    page = Page((tmp_path / "second" / "report.html").read_text(encoding="utf-8"))
    assert page.row("peam", "0.625 (craft, gather)")[2:] == [
        "-0.250 (craft)",
        "0.250 (gather)",
        "0.250 (craft)",
    ]
    assert page.row("0: first") == ["0: first", "2/4", "2/4"]
    assert page.row("1: second") == ["1: second", "1/4", "4/4"]
    assert page.row("peam", "5/8")  # the other sections are of the last stage
    (tmp_path / "before" / "inputs.json").unlink()
    (tmp_path / "first" / "inputs.json").write_text('{"suite": ""}')
    (tmp_path / "second" / "inputs.json").unlink()
    assert main(["report", *(str(tmp_path / name) for name in wins), "--stages"]) == 0
    page = Page((tmp_path / "second" / "report.html").read_text(encoding="utf-8"))
    assert page.row("peam", "0.625 (craft, gather)")[2:] == ["not defined"] * 3
