"""How a release does on photos and purchases that it was not fitted on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.errors import DatasetError
from modiste.nlp.phrase_reader import PhraseReader
from modiste.progress import Progress
from modiste.training.fitted_parts import FittedParts, parts_of_release, street_garments
from modiste.training.network_evaluation import NetworkReport, evaluate_network
from modiste.training.ranking_evaluation import RankingReport, evaluate_ranking
from modiste.training.ranking_queries import QuestionSources
from modiste.training.ranking_settings import RankingSettings
from modiste.training.ranking_tables import ranking_tables
from modiste.training.report import Table
from modiste.training.time_cuts import time_cuts


@dataclass(frozen=True)
class Evaluation:
    """Figures of one split.

    Parameters
    ----------
    figures : dict
        JSON values: ``network`` and ``ranking``, each where there was something to score,
        and ``not_scored``, why the others are missing.
    tables : tuple of Table
    ranking : RankingReport or None
        None where the ranking was not scored.
    """

    figures: dict[str, object]
    tables: tuple[Table, ...]
    ranking: RankingReport | None = None


def evaluate_parts(
    parts: FittedParts,
    dataset: Dataset,
    split: str,
    *,
    settings: RankingSettings | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Score the network on a split's photos and, for the test split, the ranking.

    Parameters
    ----------
    parts : FittedParts
    dataset : Dataset
    split : str
        ``val`` or ``test``.
    settings : RankingSettings, optional
        Of the sources, which are fitted again on what lies before the window, and of the
        ranker, whose training windows say where that is.
    progress : callable, optional
    """
    settings = settings or RankingSettings()
    figures: dict[str, object] = {"split": split}
    tables: list[Table] = []
    ranking: RankingReport | None = None
    not_scored: dict[str, str] = {}
    if parts.detector is None:
        not_scored["network"] = "The release has no network."
    elif not (dataset.photos[columns.SPLIT] == split).any():
        not_scored["network"] = f"The dataset has no photos of the split {split!r}."
    else:
        network = evaluate_network(parts.detector, dataset, split, progress=progress)
        figures["network"] = network.to_json()
        tables.append(network_table(network, split))
    if split != columns.TEST:
        not_scored["ranking"] = (
            "The ranker learnt from every window before the test window; what it reached on the "
            "validation window before that is in ranker.json."
        )
        return Evaluation(figures | {"not_scored": not_scored}, tuple(tables))
    try:
        cuts = time_cuts(dataset.events, n_training=settings.ranker.n_cuts)
    except DatasetError as error:
        not_scored["ranking"] = str(error)
    else:
        questions = QuestionSources(
            PhraseReader(parts.vectors, dataset.vocabulary) if parts.vectors else None,
            street_garments(dataset, parts.detector, split, progress) if parts.detector else {},
        )
        ranking = evaluate_ranking(
            parts.ranker,
            parts.catalogue,
            dataset.events,
            cuts.test,
            questions,
            als=settings.als,
            item_to_item=settings.item_to_item,
        )
        figures["ranking"] = ranking.to_json()
        tables.extend(ranking_tables(ranking, split))
    if not_scored:
        figures["not_scored"] = not_scored
    return Evaluation(figures, tuple(tables), ranking)


def evaluate_release(
    directory: str | Path,
    dataset: Dataset,
    split: str = columns.TEST,
    *,
    progress: Progress | None = None,
) -> Evaluation:
    """Score a release on disk; `directory` is a releases directory or one release.

    Raises
    ------
    ReleaseError
        If the release is not whole, or the dataset's vocabulary or items are not its own.
    """
    parts, manifest = parts_of_release(directory, dataset)
    settings = RankingSettings.of_manifest(manifest.config)
    evaluation = evaluate_parts(parts, dataset, split, settings=settings, progress=progress)
    if manifest.data_fingerprint != dataset.fingerprint:
        evaluation.figures["note"] = (
            "The dataset is not the one that the release was made from: what was held out "
            "then may be among what it was fitted on."
        )
    return evaluation


def network_table(report: NetworkReport, split: str) -> Table:
    """Return the network's figures beside those of answering without looking.

    Where the photos are DeepFashion's own, the published figures stand beside them.
    """
    header = ["figure", "modiste", "without looking", "of"]
    rows = [
        [line.name, _number(line.value), _number(line.baseline), f"{line.n:,}"]
        for line in report.lines
    ]
    if any(line.published for line in report.lines):
        header.append("published")
        for row, line in zip(rows, report.lines, strict=True):
            row.append(", ".join(f"{who} {value:.3f}" for who, value in line.published.items()))
    return Table(
        f"The network on {report.n_photos:,} photos of the split {split!r}",
        tuple(header),
        tuple(tuple(row) for row in rows),
    )


def _number(value: float | None) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.3f}"
