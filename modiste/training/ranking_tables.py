"""The figures of a ranking as tables of text."""

from __future__ import annotations

from typing import Final

from modiste.training.ranking_evaluation import RankingReport
from modiste.training.ranking_figures import ACCURACY, BEYOND
from modiste.training.report import Table
from modiste.training.standings import RECENT

#: The names under which people know the ways of ranking.
SYSTEM_NAMES: Final = {
    "popular": "popular",
    RECENT: "recent purchases",
    "repeat": "repeat",
    "new": "new",
    "collaborative": "collaborative alone: ALS",
    "item_to_item": "collaborative alone: item to item",
    "taste": "content alone: taste",
    "attribute": "content alone: attributes",
    "visual": "content alone: looks",
    "blend": "fixed blend",
    "hybrid": "hybrid (LambdaMART)",
    "served": "served (hybrid behind the guard)",
}
QUESTION_TITLES: Final = {
    "query": "Ranking with a photo or phrase",
    "home": "Ranking without either (home page)",
}
_FIRST: Final = "ndcg_at_10"


def ranking_tables(report: RankingReport, split: str) -> list[Table]:
    """Return, of each kind of question, accuracy and what lists are besides; then segments."""
    tables = []
    for questions, title in QUESTION_TITLES.items():
        lines = {line.system: line for line in report.lines if line.questions == questions}
        if not lines:
            continue
        shown = [(name, lines[system]) for system, name in SYSTEM_NAMES.items() if system in lines]
        some = shown[0][1]
        window = f"{report.cut.as_of:%Y-%m-%d} to {report.cut.until:%Y-%m-%d}"
        of = (
            f"{title}: {some.n_queries:,} queries of {some.ndcg.n_users:,} shoppers, "
            f"purchases of {window} ({split})"
        )
        others = [name for name in ACCURACY if name != _FIRST]
        accuracy = tuple(
            (name, str(line.ndcg), *(f"{line.figures[other].mean:.3f}" for other in others))
            for name, line in shown
        )
        tables.append(
            Table(
                of,
                ("way of ranking", ACCURACY[_FIRST], *(ACCURACY[other] for other in others)),
                accuracy,
            )
        )
        beside = tuple(
            (
                name,
                f"{line.coverage:.3f}",
                *(
                    f"{line.figures[figure].mean:.3f}" if figure in line.figures else "-"
                    for figure in BEYOND
                ),
                str(line.behind),
            )
            for name, line in shown
        )
        tables.append(
            Table(
                f"{title}: what the lists are besides right",
                ("way of ranking", "coverage", *BEYOND.values(), "served minus this (NDCG@10)"),
                beside,
            )
        )
    if report.segments:
        tables.append(segment_table(report))
    return tables


def segment_table(report: RankingReport) -> Table:
    """Return what is served against the best single source, a line a segment."""
    return Table(
        "Segments: NDCG@10 of what is served against the best single source",
        ("segment", "queries", "served", "best single source", "served minus it"),
        tuple(
            (
                line.segment.replace("_", " "),
                f"{line.n_queries:,}",
                f"{line.ndcg['served']:.3f}",
                f"{line.ndcg[line.best_single]:.3f} {SYSTEM_NAMES[line.best_single]}",
                str(line.gain),
            )
            for line in report.segments
        ),
    )
