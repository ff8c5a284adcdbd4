"""`report.html` and `report.md` from folders of results: which sections there are, and what stands in them.

Everything is worked out from `results.jsonl` (and told from `inputs.json` where it is there); the same files
give the same bytes. What every column and plot means: `docs/report.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from peam.errors import PeamError
from peam.evaluation import compare
from peam.evaluation.compare import Comparison, Entry, Interval
from peam.evaluation.document import Cell, Section, Table, Text, to_html, to_markdown
from peam.evaluation.folders import Folder, read_folders
from peam.evaluation.header import header, settings
from peam.evaluation.media import media
from peam.evaluation.plots import plots
from peam.evaluation.stages import stages_section
from peam.evaluation.stats import wilson

_FIRST = ("slow_calls", "decisions", "ticks", "seconds")  # of the figures of a trial
Arms = dict[str, list[Entry]]


def write_report(
    paths: Sequence[Path], out: Path, arms: Sequence[str] = (), stages: bool = False
) -> tuple[Path, Path]:
    """Writes the page and the Markdown beside it.

    Args:
        paths: Folders of results. Several are lives, or arms that were evaluated apart.
        out: The page; its suffix is .html.
        arms: Which, the first compared with each other; all in the order of the files if empty.
        stages: Whether `paths` are the frozen stages of one life, in order; the last one is reported, and all
            of them make the continual matrix.

    Returns:
        (page, Markdown).

    Raises:
        PeamError: What cannot be read or does not fit together.
    """
    if out.suffix != ".html":
        raise PeamError(f"--out must end in .html, got {out}")
    if stages and len(paths) < 2:
        raise PeamError("--stages needs two folders or more, one a stage")
    read = read_folders(paths)
    folders = read[-1:] if stages else read
    chosen = compare.gather(folders, arms)
    told = [*_sections(folders, chosen), *([stages_section(read, list(chosen))] if stages else [])]
    told.append(settings(folders))
    if shown := media(folders, out.parent):
        told.append(Section("Pictures and videos", tuple(shown)))
    title = f"PEAM evaluation{': ' + Path(folders[0].suite).stem if folders[0].suite else ''}"
    written = out, out.with_suffix(".md")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        written[0].write_text(to_html(title, told), encoding="utf-8")
        written[1].write_text(to_markdown(title, told), encoding="utf-8")
    except OSError as error:
        raise PeamError(f"cannot write {out}: {error.strerror}") from error
    return written


def _sections(folders: Sequence[Folder], arms: Arms) -> list[Section]:
    compared = compare.comparisons(arms)
    found = [
        header(folders, arms),
        Section("Arms", (_arms(arms), Text(_ARMS_TOLD))),
        plots(arms),
        Section("Success by task", (_success_by_task(arms),)),
        Section("Slow calls by task", (_slow_by_task(arms),)),
        Section("What decisions came to", (_diagnoses(arms), Text(_DIAGNOSES_TOLD))),
    ]
    if compared:
        found.insert(
            2, Section(f"Compared with {next(iter(arms))}", (_compared(compared), Text(_PAIRS_TOLD)))
        )
    if len(folders) > 1:
        found.append(Section("Success by folder", (_by_folder(folders, arms),)))
    return found


_ARMS_TOLD = (
    "Success with its 95 % Wilson interval over all trials. Slow calls / success: all slow calls over all "
    "successes. Fast failures: of the decisions that the fast tier took, with a Wilson interval. The rest "
    "are means a trial. Trials of one life share its memory, those of one seed its world: as far as these "
    "matter, intervals that take trials for independent are too narrow."
)
_PAIRS_TOLD = (
    "Differences arm - first over trials paired by task and seed, with 95 % percentile bootstrap intervals "
    "over the pairs. p: exact McNemar on the pairs in which one alone succeeded; by Holm over all rows."
)
_DIAGNOSES_TOLD = "Share of all decisions of the arm, and how many; shaded: all but OK."


def _arms(arms: Arms) -> Table:
    others = [name for name in compare.FIGURES if name not in (*_FIRST, "fast_failed")]
    figures = (*_FIRST, *others)
    headings = ("arm", "success", "rate", "slow calls / success", *map(_words, figures), "fast failures")
    rows = []
    for name, played in arms.items():
        rate, low, high = compare.success(played)
        won, n = compare.successes(played)
        slow = sum(p.trial.slow_calls for p in played)
        means = [compare.mean(played, _figure(figure)) for figure in figures]
        texts = (
            f"{won}/{n}",
            f"{rate:.3f} ({low:.3f} to {high:.3f})",
            f"{slow / won:.2f}" if won else "no success",
            *(f"{value:.2f}" if value < 1000 else f"{value:.0f}" for value in means),
            _fast(played),
        )
        rows.append((Cell(name), *map(Cell, texts)))
    return Table(headings, tuple(rows))


def _fast(played: Sequence[Entry]) -> str:
    failed, n = compare.fast_failures(played)
    if not n:
        return "none taken"
    low, high = wilson(failed, n)
    return f"{failed / n:.3f} of {n} ({low:.3f} to {high:.3f})"


def _compared(rows: Sequence[Comparison]) -> Table:
    headings = (
        "arm",
        "pairs",
        "success",
        "slow calls",
        "decisions",
        "only first",
        "only arm",
        "p",
        "p, Holm",
    )
    return Table(
        headings,
        tuple(
            (
                Cell(row.arm),
                Cell(str(row.pairs)),
                *(
                    Cell(_interval(i, d))
                    for i, d in ((row.success, 3), (row.slow_calls, 1), (row.decisions, 1))
                ),
                *(Cell(str(count) if row.pairs else "-") for count in (row.only_first, row.only_arm)),
                *(Cell(f"{p:.4f}" if row.pairs else "-") for p in (row.p, row.adjusted)),
            )
            for row in rows
        ),
    )


def _interval(interval: Interval | None, digits: int) -> str:
    if interval is None:
        return "no pairs"
    value, low, high = (f"{round(x, digits) + 0.0:+.{digits}f}" for x in interval)
    return f"{value} ({low} to {high})"


def _success_by_task(arms: Arms) -> Table:
    def cell(trials: Sequence[Entry]) -> Cell:
        won, n = compare.successes(trials)
        return Cell(f"{won}/{n}", won / n)

    return _by_task(arms, cell)


def _slow_by_task(arms: Arms) -> Table:
    return _by_task(arms, lambda trials: Cell(f"{compare.mean(trials, lambda t: t.slow_calls):.1f}"))


def _by_task(arms: Arms, cell: Callable[[Sequence[Entry]], Cell]) -> Table:
    """Returns one row a category, with its tasks' rows below it, one column an arm."""
    tasks: dict[str, dict[str, None]] = {}
    for played in arms.values():
        for p in played:
            tasks.setdefault(p.trial.category, {})[p.trial.task] = None
    rows: list[tuple[Cell, ...]] = []
    strong = set()
    for category, names in tasks.items():
        strong.add(len(rows))
        rows.append(_row(category, arms, cell, category, names))
        rows += [_row(name, arms, cell, category, (name,)) for name in names]
    return Table(("category, task", *arms), tuple(rows), frozenset(strong))


def _row(
    heading: str,
    arms: Arms,
    cell: Callable[[Sequence[Entry]], Cell],
    category: str,
    tasks: Collection[str],
) -> tuple[Cell, ...]:
    cells = [Cell(heading)]
    for played in arms.values():
        kept = [p for p in played if p.trial.category == category and p.trial.task in tasks]
        cells.append(cell(kept) if kept else Cell("-"))
    return tuple(cells)


def _diagnoses(arms: Arms) -> Table:
    counted = {name: _count(played) for name, played in arms.items()}
    every: Counter[str] = sum(counted.values(), Counter())
    order = sorted(every, key=lambda d: (d != "OK", -every[d], d))
    rows = []
    for name, counts in counted.items():
        n = sum(counts.values())
        cells = [
            Cell(
                f"{counts[d] / n:.1%} ({counts[d]})" if n else "-", counts[d] / n if n and d != "OK" else None
            )
            for d in order
        ]
        rows.append((Cell(name), *cells))
    return Table(("arm", *order), tuple(rows), bad=True)


def _count(played: Sequence[Entry]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for p in played:
        counts.update(p.trial.diagnoses)
    return counts


def _by_folder(folders: Sequence[Folder], arms: Arms) -> Table:
    rows = []
    for number, folder in enumerate(folders):
        cells = []
        for played in arms.values():
            here = [p for p in played if p.folder == number]
            won, n = compare.successes(here)
            cells.append(Cell(f"{won}/{n}", won / n) if n else Cell("-"))
        rows.append((Cell(folder.name), *cells))
    return Table(("folder", *arms), tuple(rows))


def _figure(name: str) -> compare.Figure:
    return lambda trial: float(getattr(trial, name))


def _words(name: str) -> str:
    return name.replace("_", " ")
