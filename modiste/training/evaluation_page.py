"""An evaluation as one HTML page: no script, no other file, nothing from the network."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from modiste.data.report.markup import Html, document, element, image, joined, write_document
from modiste.data.report.markup import table as html_table
from modiste.data.report.page_style import STYLE
from modiste.training.evaluation import Evaluation
from modiste.training.ranking_evaluation import Line, RankingReport, SegmentLine
from modiste.training.ranking_tables import QUESTION_TITLES, SYSTEM_NAMES
from modiste.training.report import Table
from modiste.training.standings import SERVED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _MUTED, _GRID = "#202124", "#5d5b57", "#dedbd3"
_SERVED, _OTHER, _ALARM = "#8f2740", "#9aa7b5", "#b3261e"
_STYLE = """
figure { margin: 1rem 0; } figure img { width: 100%; height: auto; background: #fff;
  border: 1px solid var(--line); border-radius: 8px; }
"""
_LEGEND = {
    "NDCG@10": "right products among the ten shown, counted more the higher they stand; 1 is best",
    "MAP@10": "mean precision at each right product",
    "recall@10": "share of what was bought that is among the ten",
    "hit rate@10": "share of questions with at least one right product",
    "MRR@10": "one over the rank of the first right product",
    "coverage": "share of the items on sale that anyone was shown",
    "novelty (bits)": "how rarely the products shown are bought",
    "diversity": "how unlike each other the products of a list are",
    "calibration (bits off)": "how far the categories of a list are from the shopper's own mix; "
    "0 is the same",
}


def evaluation_page(evaluation: Evaluation, title: str, path: str) -> str:
    """Return the page; the same evaluation gives the same text.

    Parameters
    ----------
    evaluation : Evaluation
    title : str
        What was evaluated.
    path : str
        Where it lies, as it is shown.
    """
    ranking = evaluation.ranking
    parts: list[Html] = []
    if ranking is not None and ranking.lines:
        parts += [_ranking_pictures(ranking)]
    parts += [_section(table) for table in evaluation.tables]
    not_scored = evaluation.figures.get("not_scored")
    if isinstance(not_scored, dict):
        rows = [(name, str(why)) for name, why in not_scored.items()]
        parts.append(
            element(
                "section",
                element("h2", "Not scored"),
                html_table("Why a part has no figures", ("part", "why"), rows),
            )
        )
    note = evaluation.figures.get("note")
    legend = element(
        "section",
        element("h2", "What the figures are"),
        html_table("", ("figure", "what it says"), list(_LEGEND.items())),
    )
    return document(
        f"Evaluation of {title}",
        STYLE + _STYLE,
        element(
            "header",
            element("h1", f"Evaluation of {title}"),
            element("p", path, class_="path"),
            *([element("p", str(note), class_="verdict mend")] if note else []),
            *_verdict(ranking),
        ),
        element("main", *parts, legend),
        element(
            "footer",
            "Written by modiste evaluate. Intervals hold 95 % of 1,000 bootstrap samples over "
            "shoppers.",
        ),
    )


def write_evaluation_page(evaluation: Evaluation, title: str, path: str, file: str | Path) -> Path:
    """Write the page and return its path."""
    return write_document(evaluation_page(evaluation, title, path), file)


def _verdict(ranking: RankingReport | None) -> list[Html]:
    """Say in a sentence whether any segment is served worse than a single source would."""
    if ranking is None or not ranking.segments:
        return []
    worse = [line for line in ranking.segments if line.gain.high < 0]
    if worse:
        names = ", ".join(line.segment.replace("_", " ") for line in worse)
        text = f"What is served is worse than one of its sources alone for: {names}."
        return [element("p", text, class_="verdict mend")]
    return [
        element(
            "p",
            f"In none of {len(ranking.segments)} segments is what is served worse than its best "
            "single source, beyond the interval.",
            class_="verdict",
        )
    ]


def _section(table: Table) -> Html:
    heading, _, rest = table.title.partition(":")
    return element(
        "section",
        element("h2", heading),
        html_table(rest.strip() or table.title, table.header, table.rows),
    )


def _ranking_pictures(ranking: RankingReport) -> Html:
    from matplotlib.figure import Figure

    pictures = []
    kinds = [kind for kind in QUESTION_TITLES if any(x.questions == kind for x in ranking.lines)]
    figure = Figure(figsize=(6.4 * len(kinds), 4.6), dpi=110, layout="constrained")
    for axes, kind in zip(figure.subplots(1, len(kinds), squeeze=False)[0], kinds, strict=True):
        lines = [line for line in ranking.lines if line.questions == kind]
        _draw_systems(axes, QUESTION_TITLES[kind], lines)
    pictures.append(_picture(figure, "NDCG@10 of each way of ranking with its interval"))
    if ranking.segments:
        height = 1.2 + 0.4 * len(ranking.segments)
        figure = Figure(figsize=(6.4 * len(kinds), height), dpi=110, layout="constrained")
        _draw_segments(figure.subplots(), ranking.segments)
        pictures.append(_picture(figure, "What is served minus the best single source, by segment"))
    return element("section", element("h2", "At a glance"), joined(pictures))


def _draw_systems(axes: Axes, title: str, lines: Sequence[Line]) -> None:
    ordered = sorted(lines, key=lambda line: line.ndcg.mean)
    names = [SYSTEM_NAMES[line.system] for line in ordered]
    means = [line.ndcg.mean for line in ordered]
    reach = [
        [line.ndcg.mean - line.ndcg.low for line in ordered],
        [line.ndcg.high - line.ndcg.mean for line in ordered],
    ]
    colours = [_SERVED if line.system == SERVED else _OTHER for line in ordered]
    axes.barh(names, means, color=colours, xerr=reach, ecolor=_INK, error_kw={"lw": 1})
    axes.set_title(f"{title}: NDCG@10", color=_INK, loc="left", fontsize=10)
    _plain(axes)
    axes.set_xlim(left=0)


def _draw_segments(axes: Axes, segments: Sequence[SegmentLine]) -> None:
    ordered = list(reversed(segments))
    for place, line in enumerate(ordered):
        colour = _ALARM if line.gain.high < 0 else _SERVED
        axes.plot([line.gain.low, line.gain.high], [place, place], color=colour, lw=2)
        axes.plot(line.gain.mean, place, "o", color=colour)
    axes.axvline(0, color=_INK, lw=1)
    axes.set_yticks(
        range(len(ordered)),
        [f"{line.segment.replace('_', ' ')} ({line.n_queries:,})" for line in ordered],
    )
    axes.set_title(
        "NDCG@10 of what is served minus that of the best single source, by segment (queries)",
        color=_INK,
        loc="left",
        fontsize=10,
    )
    _plain(axes)


def _plain(axes: Axes) -> None:
    axes.tick_params(colors=_MUTED, labelsize=8.5, length=0)
    axes.grid(axis="x", color=_GRID, lw=0.7)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


def _picture(figure: Figure, alt: str) -> Html:
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    uri = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    return element("figure", image(uri, alt))
