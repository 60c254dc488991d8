"""What a job fitted, or a release holds, to be scored on a dataset."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from modiste.attribute_model.garment import Garment
from modiste.attribute_model.runtime import Detector
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.images import decode
from modiste.errors import ReleaseError
from modiste.nlp.word_vectors import WordVectors
from modiste.progress import Progress
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.manifest import MANIFEST_FILE, Manifest, check_release
from modiste.recommender.ranker import Ranker
from modiste.recommender.release import current_release
from modiste.recommender.release_parts import NETWORK_FILE, WORD_VECTORS_FILE
from modiste.training.item_description import catalogue_photos

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


def parts_of_release(directory: str | Path, dataset: Dataset) -> tuple[FittedParts, Manifest]:
    """Read a release that is to be scored on a dataset, and its manifest.

    Parameters
    ----------
    directory : path
        A releases directory or one release.
    dataset : Dataset

    Raises
    ------
    ReleaseError
        If the release is not whole, or the dataset's vocabulary or items are not its own.
    """
    folder = Path(directory)
    release = folder if (folder / MANIFEST_FILE).is_file() else current_release(folder)
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
    if set(catalogue.item_ids.ids) != set(dataset.items[columns.ITEM_ID]):
        raise ReleaseError(
            f"A release can be scored only on a dataset of its own items. Received: {release} "
            f"with {len(catalogue):,} items and {dataset.path} with {len(dataset.items):,}"
        )
    return FittedParts(detector, vectors, catalogue, Ranker.load(release)), manifest


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
