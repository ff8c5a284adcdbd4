"""A report as blocks, written twice: one self-contained HTML page, and Markdown.

Knows no statistics. Texts are escaped here, and those inside a plot's SVG where it is drawn; that SVG alone
goes out as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from peam.config import ROOT


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's entry: text, and how strongly it is shaded, 0 to 1; None leaves it plain."""

    text: str
    shade: float | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of entries; the first one of each row is its heading.

    Attributes:
        headings: One a column.
        rows: All as long as `headings`.
        strong: Numbers of the rows that stand for a group.
        bad: Whether shading means trouble.
        facts: Whether rows are a name and a text, which may run over several lines, without headings.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    strong: frozenset[int] = frozenset()
    bad: bool = False
    facts: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot: SVG, and what it shows."""

    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class Plots:
    """Plots beside each other under one legend of (key as SVG, name)."""

    plots: tuple[Plot, ...]
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or video: embedded when `data` is there (a data: URL), else linked.

    Attributes:
        name: Shown under it.
        link: Address relative to the page.
        kind: MIME type of `data`.
        data: The content, or None where it is too large to embed.
        still: Whether `data` is but a picture of what the link leads to.
    """

    name: str
    link: str
    kind: str
    data: str | None
    still: bool = False


@dataclass(frozen=True, slots=True)
class Folded:
    """Long plain text under a line that opens it."""

    title: str
    text: str


Block = Text | Table | Plots | Media | Folded


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


def to_html(title: str, sections: Sequence[Section]) -> str:
    """Writes the page: style inline, no script, nothing fetched."""
    style = (ROOT / "data" / "report.css").read_text(encoding="utf-8")
    body = "".join(
        f"<section><h2>{escape(s.title)}</h2>{''.join(map(_html, s.blocks))}</section>\n" for s in sections
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:; media-src data:\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>\n{body}</main></body></html>\n"
    )


def to_markdown(title: str, sections: Sequence[Section]) -> str:
    """Writes the same without plots, of which it has the captions."""
    parts = [f"# {_plain(title)}"]
    for section in sections:
        parts.append(f"## {_plain(section.title)}")
        parts += [_markdown(block) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _html(block: Block) -> str:
    if isinstance(block, Text):
        return f"<p>{escape(block.text)}</p>\n"
    if isinstance(block, Table):
        return _html_table(block)
    if isinstance(block, Plots):
        shown = "".join(
            f"<figure>{p.svg}<figcaption>{escape(p.caption)}</figcaption></figure>" for p in block.plots
        )
        legend = "".join(f"<li>{key}{escape(name)}</li>" for key, name in block.legend)
        above = f'<ul class="legend">{legend}</ul>' if legend else ""
        return f'{above}<div class="plots">{shown}</div>\n'
    if isinstance(block, Folded):
        return f"<details><summary>{escape(block.title)}</summary><pre>{escape(block.text)}</pre></details>\n"
    return _html_media(block)


def _html_table(table: Table) -> str:
    head = "".join(f'<th scope="col">{_breakable(heading)}</th>' for heading in table.headings)
    rows = []
    for number, (first, *rest) in enumerate(table.rows):
        cells = "".join(_html_cell(cell) for cell in rest)
        mark = ' class="strong"' if number in table.strong else ""
        rows.append(f'<tr{mark}><th scope="row">{escape(first.text)}</th>{cells}</tr>\n')
    kind = "wide bad" if table.bad else "wide"
    head = f"<thead><tr>{head}</tr></thead>"
    if table.facts:
        kind, head = "facts", ""
    return f'<div class="{kind}"><table>{head}<tbody>\n{"".join(rows)}</tbody></table></div>\n'


def _breakable(name: str) -> str:
    """Escapes a name and lets lines break after its underscores."""
    return escape(name).replace("_", "_<wbr>")


def _html_cell(cell: Cell) -> str:
    if cell.shade is None:
        return f"<td>{escape(cell.text)}</td>"
    return f'<td class="heat" style="--p:{min(1.0, max(0.0, cell.shade)):.3f}">{escape(cell.text)}</td>'


def _html_media(media: Media) -> str:
    name, link = escape(media.name), escape(media.link)
    if media.data is None:
        return f'<p><a href="{link}">{name}</a></p>\n'
    if media.kind.startswith("video/"):
        shown = f'<video controls muted loop preload="metadata" src="{media.data}"></video>'
    else:
        shown = f'<img alt="{name}" src="{media.data}">'
    if media.still:
        name = f'<a href="{link}">{name}</a>'
    return f'<figure class="media">{shown}<figcaption>{name}</figcaption></figure>\n'


def _markdown(block: Block) -> str:
    if isinstance(block, Text):
        return _plain(block.text)
    if isinstance(block, Table):
        lines = [block.headings, ("---", *["---:"] * (len(block.headings) - 1))]
        lines += [tuple(_plain(cell.text) for cell in row) for row in block.rows]
        lines[0] = tuple(map(_plain, block.headings))
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)
    if isinstance(block, Plots):
        return "\n".join(f"- (plot in the HTML page) {_plain(plot.caption)}" for plot in block.plots)
    if isinstance(block, Folded):
        longest = max(map(len, re.findall("`+", block.text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{_plain(block.title)}\n\n{fence}\n{block.text}\n{fence}"
    return f"[{_plain(block.name)}](<{block.link}>)"


def _plain(text: str) -> str:
    """Escapes what Markdown or HTML in it would read as markup, and keeps it on one line."""
    text = " ".join(text.split())
    text = escape(text, quote=False)
    return re.sub(r"([\\`*_\[\]|#!~])", r"\\\1", text)
