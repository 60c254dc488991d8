"""How a release does on photos and purchases that it was not fitted on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from modiste.attribute_model.garment import Garment
from modiste.attribute_model.runtime import Detector
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.images import decode
from modiste.errors import DatasetError, ReleaseError
from modiste.nlp.phrase_reader import PhraseReader
from modiste.nlp.word_vectors import WordVectors
from modiste.progress import Progress
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.manifest import check_release
from modiste.recommender.ranker import Ranker
from modiste.recommender.release import current_release
from modiste.recommender.release_parts import NETWORK_FILE, WORD_VECTORS_FILE
from modiste.training.collaborative import AlsConfig
from modiste.training.item_description import catalogue_photos
from modiste.training.item_to_item import ItemToItemConfig
from modiste.training.network_evaluation import NetworkReport, evaluate_network
from modiste.training.ranker import RankerConfig
from modiste.training.ranking_evaluation import RankingReport, evaluate_ranking
from modiste.training.ranking_queries import QuestionSources
from modiste.training.ranking_tables import ranking_tables
from modiste.training.report import Table
from modiste.training.time_cuts import time_cuts

_BATCH = 32


@dataclass(frozen=True)
class FittedParts:
    """What a job fitted and an evaluation needs.

    Parameters
    ----------
    detector : Detector or None
        None where there were no photos to learn from.
    vectors : WordVectors or None
        None where there were no texts.
    catalogue : Catalogue
    ranker : Ranker
    """

    detector: Detector | None
    vectors: WordVectors | None
    catalogue: Catalogue
    ranker: Ranker


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
    als: AlsConfig | None = None,
    item_to_item: ItemToItemConfig | None = None,
    n_cuts: int = RankerConfig.n_cuts,
    progress: Progress | None = None,
) -> Evaluation:
    """Score the network on a split's photos and, for the test split, the ranking.

    Parameters
    ----------
    parts : FittedParts
    dataset : Dataset
    split : str
        ``val`` or ``test``.
    als : AlsConfig, optional
        Of the collaborative source, which is fitted again on what lies before the window.
    item_to_item : ItemToItemConfig, optional
        Of the item-to-item source, likewise.
    n_cuts : int
        Training windows of the ranker, so that its test window is found.
    progress : callable, optional
    """
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
        cuts = time_cuts(dataset.events, n_training=n_cuts)
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
            als=als,
            item_to_item=item_to_item,
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
    folder = Path(directory)
    release = folder if (folder / "manifest.json").is_file() else current_release(folder)
    manifest = check_release(release)
    catalogue = Catalogue.load(release)
    if catalogue.vocabulary != dataset.vocabulary:
        raise ReleaseError(
            "A release can be scored only on a dataset of its own vocabulary. Received: "
            f"{len(dataset.vocabulary.categories)} categories and "
            f"{len(dataset.vocabulary.attributes)} attributes that are not those of {release}"
        )
    detector = None
    if (release / NETWORK_FILE).is_file():
        detector = Detector.load(release, catalogue.vocabulary)
    vectors = None
    if (release / WORD_VECTORS_FILE).is_file():
        vectors = WordVectors.load(release / WORD_VECTORS_FILE)
    parts = FittedParts(detector, vectors, catalogue, Ranker.load(release))
    if set(catalogue.item_ids.ids) != set(dataset.items[columns.ITEM_ID]):
        raise ReleaseError(
            f"A release can be scored only on a dataset of its own items. Received: {release} "
            f"with {len(catalogue):,} items and {dataset.path} with {len(dataset.items):,}"
        )
    als, ranker = manifest.config.get("als"), manifest.config.get("ranker")
    item_to_item = manifest.config.get("item_to_item")
    evaluation = evaluate_parts(
        parts,
        dataset,
        split,
        als=AlsConfig(**als) if isinstance(als, Mapping) else None,
        item_to_item=(
            ItemToItemConfig(**item_to_item) if isinstance(item_to_item, Mapping) else None
        ),
        n_cuts=ranker["n_cuts"] if isinstance(ranker, Mapping) else RankerConfig.n_cuts,
        progress=progress,
    )
    if manifest.data_fingerprint != dataset.fingerprint:
        evaluation.figures["note"] = (
            "The dataset is not the one that the release was made from: what was held out "
            "then may be among what it was fitted on."
        )
    return evaluation


def street_garments(
    dataset: Dataset, detector: Detector, split: str, progress: Progress | None = None
) -> dict[str, list[Garment]]:
    """Return what the network sees on the street photos of a split, by item_id.

    Photos that stand for an item in the catalogue are left out: they find themselves.
    """
    photos = dataset.photos
    wanted = photos[
        (photos[columns.SPLIT] == split)
        & (photos[columns.PHOTO_KIND] == columns.STREET)
        & photos[columns.ITEM_ID].notna()
        & ~photos[columns.IMAGE].isin(catalogue_photos(dataset)[columns.IMAGE])
    ]
    found: dict[str, list[Garment]] = defaultdict(list)
    for start in range(0, len(wanted), _BATCH):
        batch = wanted.iloc[start : start + _BATCH]
        pixels = [decode(dataset.image_path(i), max_side=512) for i in batch[columns.IMAGE]]
        for item_id, garment in zip(batch[columns.ITEM_ID], detector.detect(pixels), strict=True):
            found[item_id].append(garment)
        if progress is not None:
            progress(start + len(batch), len(wanted), f"street photos of {split}")
    return dict(found)


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
