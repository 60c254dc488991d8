"""The parts of a release, read from disk and checked against one another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from modiste.errors import ReleaseError
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.manifest import MANIFEST_FILE, Manifest
from modiste.recommender.ranker import Ranker
from modiste.recommender.readers import PhotoReader, TextReader
from modiste.recommender.release import check_release, current_release

NETWORK_FILE: Final = "network.onnx"
WORD_VECTORS_FILE: Final = "word_vectors.npz"


@dataclass(frozen=True)
class ReleaseParts:
    """What a release holds.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    factors : Factors
    ranker : Ranker
    item_weights : ItemWeights
    photo_reader : PhotoReader or None
        None where the release has no network.
    text_reader : TextReader or None
        None where it has no word vectors.
    manifest : Manifest
    """

    catalogue: Catalogue
    history: History
    factors: Factors
    ranker: Ranker
    item_weights: ItemWeights
    photo_reader: PhotoReader | None
    text_reader: TextReader | None
    manifest: Manifest


def read_release(
    directory: str | Path, *, precision: Literal["float32", "int8"] = "float32"
) -> ReleaseParts:
    """Read a release, after checking every file of it; see ``Recommender.load``."""
    folder = Path(directory)
    release = folder if (folder / MANIFEST_FILE).is_file() else current_release(folder)
    manifest = check_release(release)
    catalogue = Catalogue.load(release)
    _check_same_catalogue(manifest, catalogue, release)
    photo_reader: PhotoReader | None = None
    if (release / NETWORK_FILE).is_file():
        # ONNX Runtime and word vectors are loaded only for a release that has them.
        from modiste.attribute_model.runtime import Detector

        photo_reader = Detector.load(release, catalogue.vocabulary, precision=precision)
    text_reader: TextReader | None = None
    if (release / WORD_VECTORS_FILE).is_file():
        from modiste.nlp.phrase_reader import PhraseReader
        from modiste.nlp.word_vectors import WordVectors

        vectors = WordVectors.load(release / WORD_VECTORS_FILE)
        text_reader = PhraseReader(vectors, catalogue.vocabulary)
    return ReleaseParts(
        catalogue,
        History.load(release),
        Factors.load(release, catalogue.n_items),
        Ranker.load(release),
        ItemWeights.load(release, catalogue.n_items),
        photo_reader,
        text_reader,
        manifest,
    )


def _check_same_catalogue(manifest: Manifest, catalogue: Catalogue, release: Path) -> None:
    found = (catalogue.n_items, catalogue.vocabulary.fingerprint)
    stated = (manifest.n_items, manifest.vocabulary_fingerprint)
    if stated != found:
        raise ReleaseError(
            f"{release / MANIFEST_FILE} must be of the {found[0]} items and the vocabulary "
            f"{found[1]} beside it; publish the release again, or roll back. "
            f"Received: {stated[0]} items and the vocabulary {stated[1]}"
        )


def check_same_items(
    catalogue: Catalogue, history: History, factors: Factors, item_weights: ItemWeights
) -> None:
    """Refuse parts that are not all of the same items, with a ReleaseError."""
    counts = {
        "catalogue": catalogue.n_items,
        "history": history.n_items,
        "factors": len(factors.item_factors),
        "item weights": item_weights.weights.shape[0],
    }
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ReleaseError(
            "All parts of a release must be of the same items; train the release again. "
            f"Received: {told}"
        )
