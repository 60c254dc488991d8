"""The retraining job: a dataset in, a published release out.

Every part that the dataset can teach is fitted: without photos there is no network, without
purchases nothing personal, and the release serves what is left.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.runtime import Detector
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.errors import DatasetError
from modiste.nlp.fit_word_vectors import (
    WordVectorOptions,
    extend,
    fit_word_vectors,
    read_word2vec,
)
from modiste.nlp.phrase_reader import PhraseReader
from modiste.nlp.word_vectors import WordVectors
from modiste.progress import Progress
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.history import History
from modiste.recommender.release import publish, write_release
from modiste.recommender.release_parts import NETWORK_FILE, WORD_VECTORS_FILE
from modiste.training.collaborative import AlsConfig, fit_collaborative
from modiste.training.evaluation import Evaluation, evaluate_parts
from modiste.training.fitted_parts import FittedParts, street_garments
from modiste.training.item_description import describe_items
from modiste.training.item_to_item import ItemToItemConfig, fit_item_to_item
from modiste.training.network import FitOptions, fit_network
from modiste.training.network_labels import PhotoLabels
from modiste.training.photo_reader import PhotoReader
from modiste.training.ranker import RankerConfig, fit_ranker
from modiste.training.ranking_queries import QuestionSources
from modiste.training.ranking_settings import RankingSettings
from modiste.training.time_cuts import time_cuts


@dataclass(frozen=True)
class JobConfig:
    """Settings of every part.

    Parameters
    ----------
    network : NetworkConfig
    fit : FitOptions
        How the network is fitted.
    word_vectors : WordVectorOptions
    als : AlsConfig
    item_to_item : ItemToItemConfig
    ranker : RankerConfig
    pretrained_vectors : Path or None
        Word vectors in word2vec's text format, or its binary one if the name ends in
        ``.bin`` or ``.bin.gz``, which the catalogue's own words are added to.
    variants : tuple of str
        Formats of the network beside ONNX float32; see `export_network`.
    seed : int
        Of the word vectors; `with_seed` sets that of every part.
    """

    network: NetworkConfig = field(default_factory=NetworkConfig)
    fit: FitOptions = field(default_factory=FitOptions)
    word_vectors: WordVectorOptions = field(default_factory=WordVectorOptions)
    als: AlsConfig = field(default_factory=AlsConfig)
    item_to_item: ItemToItemConfig = field(default_factory=ItemToItemConfig)
    ranker: RankerConfig = field(default_factory=RankerConfig)
    pretrained_vectors: Path | None = None
    variants: tuple[str, ...] = ("float32", "int8")
    seed: int = 0

    def with_seed(self, seed: int) -> JobConfig:
        """Return the same settings with another seed in every part."""
        return replace(
            self,
            fit=replace(self.fit, seed=seed),
            als=replace(self.als, seed=seed),
            ranker=replace(self.ranker, seed=seed),
            seed=seed,
        )

    def to_json(self) -> dict[str, object]:
        """Return the settings as JSON values, without this machine's paths."""
        parts = asdict(self)
        parts["fit"] = self.fit.to_json()
        path = parts["pretrained_vectors"]
        parts["pretrained_vectors"] = path and path.name
        parts["network"] = asdict(self.network.named())
        return dict(json.loads(json.dumps(parts)))


@dataclass(frozen=True)
class Published:
    """A release that a job published, and how it did."""

    path: Path
    evaluation: Evaluation


def run_job(
    dataset: Dataset,
    releases_dir: str | Path,
    config: JobConfig | None = None,
    *,
    progress: Progress | None = None,
) -> Published:
    """Fit every part on a dataset, evaluate them, and publish a release.

    Parameters
    ----------
    dataset : Dataset
    releases_dir : path
        Made if it does not exist.
    config : JobConfig, optional
    progress : callable, optional

    Raises
    ------
    DatasetError
        If photos cannot be read; those that the fit does not read are looked at before it.
    MissingWeightsError
        If the network's weights cannot be had.
    """
    config = config or JobConfig()
    with tempfile.TemporaryDirectory() as temporary:
        network_dir = Path(temporary)
        parts = _fit(dataset, network_dir, config, progress)
        evaluation = evaluate_parts(
            parts,
            dataset,
            columns.TEST,
            settings=RankingSettings(config.als, config.item_to_item, config.ranker),
            progress=progress,
        )

        def write_parts(folder: Path) -> None:
            _write_parts(folder, network_dir, parts, dataset, config)

        release = write_release(
            releases_dir,
            write_parts,
            config=config.to_json(),
            metrics=evaluation.figures,
            data_fingerprint=dataset.fingerprint,
        )
    publish(releases_dir, release.name)
    return Published(release, evaluation)


def _check_what_is_read_last(
    dataset: Dataset, config: JobConfig, progress: Progress | None
) -> None:
    """Refuse unreadable photos that the fit would not meet, but the evaluation hours later."""
    photos = dataset.photos
    rest = photos[~photos[columns.SPLIT].isin((columns.TRAIN, columns.VAL))]
    labels = PhotoLabels.of(rest, dataset.vocabulary)
    PhotoReader(dataset, rest, labels, config.network.image_size).check(progress)


def _fit(
    dataset: Dataset, network_dir: Path, config: JobConfig, progress: Progress | None
) -> FittedParts:
    detector = None
    if (dataset.photos[columns.SPLIT] == columns.TRAIN).any():
        _check_what_is_read_last(dataset, config, progress)
        fit_network(
            dataset,
            network_dir,
            config.network,
            config.fit,
            variants=config.variants,
            progress=progress,
        )
        detector = Detector.load(network_dir, dataset.vocabulary)
    catalogue = _catalogue(dataset, detector, progress)
    vectors = _word_vectors(dataset, config)
    text_reader = None if vectors is None else PhraseReader(vectors, dataset.vocabulary)
    # The network has met the training photos, so their embeddings are better than any
    # shopper's; the ranker learns from photos that it has not met.
    questions = QuestionSources(
        text_reader, street_garments(dataset, detector, columns.VAL, progress) if detector else {}
    )
    ranker = fit_ranker(
        catalogue,
        dataset.events,
        questions,
        als=config.als,
        item_to_item=config.item_to_item,
        config=config.ranker,
    )
    return FittedParts(detector, vectors, catalogue, ranker)


def _catalogue(dataset: Dataset, detector: Detector | None, progress: Progress | None) -> Catalogue:
    if detector is None:
        return Catalogue.from_items(dataset.items, dataset.vocabulary)
    described = describe_items(dataset, detector, progress=progress)
    return Catalogue.from_items(
        described.items,
        dataset.vocabulary,
        embeddings=described.embeddings.astype(np.float16),
        attributes=described.attributes,
    )


def _word_vectors(dataset: Dataset, config: JobConfig) -> WordVectors | None:
    try:
        unseen = time_cuts(dataset.events, n_training=config.ranker.n_cuts).validation.as_of
    except DatasetError:  # too few events to hold any back
        unseen = None
    texts, path = catalogue_texts(dataset, before=unseen), config.pretrained_vectors
    if not texts:
        return None
    # In a small catalogue hardly a word occurs often; its names are read by spelling anyway.
    least = min(config.word_vectors.min_count, 1 + len(texts) // 50)
    options = replace(config.word_vectors, min_count=least)
    if path is None:
        return fit_word_vectors(texts, options=options, seed=config.seed)
    pretrained = read_word2vec(path, binary=path.name.endswith((".bin", ".bin.gz")))
    return extend(pretrained, texts, options=options, seed=config.seed)


def catalogue_texts(dataset: Dataset, *, before: datetime | None = None) -> list[str]:
    """Return what word vectors are trained on: titles, descriptions and searches.

    Searches after `before` are left out: the evaluation asks them.
    """
    items = dataset.items
    told = [
        f"{title}. {description or ''}"
        for title, description in zip(items[columns.TITLE], items[columns.DESCRIPTION], strict=True)
    ]
    events = dataset.events
    if before is not None:
        events = events[events[columns.EVENT_TIME] < before]
    searched = events[columns.SEARCH_TERM].dropna().tolist()
    return [*told, *searched]


def _write_parts(
    folder: Path,
    network_dir: Path,
    parts: FittedParts,
    dataset: Dataset,
    config: JobConfig,
) -> None:
    if (network_dir / NETWORK_FILE).is_file():
        for file in network_dir.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
    parts.catalogue.save(folder)
    if parts.vectors is not None:
        parts.vectors.save(folder / WORD_VECTORS_FILE)
    history = History.from_events(dataset.events, parts.catalogue.item_ids)
    history.save(folder)
    fit_collaborative(history, config.als).save(folder)
    fit_item_to_item(history, config.item_to_item).save(folder)
    parts.ranker.save(folder)
