"""Whether looking again at the predicted box is worth its time, on photos held out.

A second pass over the crop doubles what a photo costs. It is switched on only where it
finds more attributes, or other photos of the same item, or a better box, by more than the noise.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.runtime import Detector
from modiste.attribute_model.second_look import crop_around, in_photo
from modiste.data import columns, images
from modiste.data.dataset import Dataset
from modiste.progress import Progress
from modiste.training.attribute_metrics import attribute_hits
from modiste.training.bootstrap import Interval, bootstrap_interval
from modiste.training.network_evaluation import answers_of
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_metrics import box_overlap
from modiste.training.retrieval_metrics import retrieve_leaving_one_out

#: Attributes a type that count as named, and answers of a search.
ATTRIBUTE_K = 5
RETRIEVAL_K = 10
#: Least gain of the mean overlap for which every photo is looked at twice.
MIN_BOX_GAIN = 0.01
_BATCH = 32


@dataclass(frozen=True)
class Comparison:
    """One figure after one look and after two.

    Parameters
    ----------
    once, twice : float
    gain : Interval
        The difference and its paired 95 % bootstrap interval over items.
    """

    once: float
    twice: float
    gain: Interval


@dataclass(frozen=True)
class SecondLookGain:
    """What a second look changes; a figure without labels is None.

    Parameters
    ----------
    attribute_recall : Comparison or None
        Recall of the best 5 of each type, pooled.
    retrieval : Comparison or None
        mAP@10 of finding other photos of the same item.
    box : Comparison or None
        Mean overlap with the garment's box.
    category : Comparison or None
        Top-1 accuracy, if the category too were taken from the second look. For
        information: it is always taken from the first.
    n_photos : int
        Photos looked at.
    """

    attribute_recall: Comparison | None
    retrieval: Comparison | None
    box: Comparison | None
    category: Comparison | None
    n_photos: int

    @property
    def helps(self) -> bool:
        """Whether attributes or retrieval gain more than the noise and neither loses more."""
        gains = [found.gain for found in (self.attribute_recall, self.retrieval) if found]
        return any(gain.low > 0 for gain in gains) and not any(gain.high < 0 for gain in gains)

    @property
    def helps_box(self) -> bool:
        """Whether the box gains more than the noise, and enough for what it costs."""
        return self.box is not None and self.box.gain.low > 0 and self.box.gain.mean >= MIN_BOX_GAIN

    def to_json(self) -> dict[str, object]:
        """Return JSON values."""
        return {**asdict(self), "helps": self.helps, "helps_box": self.helps_box}


def second_look_gain(
    detector: Detector,
    dataset: Dataset,
    split: str = columns.VAL,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> SecondLookGain:
    """Compare one look with two on the photos of a split.

    Parameters
    ----------
    detector : Detector
        Whether its own `second_look` is on does not matter.
    dataset : Dataset
        Of the detector's vocabulary.
    split : str
        Photos that the network was not fitted on; ``val``, as test must stay unseen.
    seed : int
        Of the bootstrap.
    progress : callable, optional

    Returns
    -------
    SecondLookGain
    """
    photos = dataset.photos[dataset.photos[columns.SPLIT] == split].reset_index(drop=True)
    if photos.empty:
        return SecondLookGain(None, None, None, None, 0)
    first = replace(detector, second_look=False, second_look_box=False)
    once, twice, boxes = [], [], []
    for start in range(0, len(photos), _BATCH):
        pixels = [
            images.decode(dataset.image_path(path), max_side=4 * detector.image_size)
            for path in photos[columns.IMAGE].iloc[start : start + _BATCH]
        ]
        seen = first.detect(pixels)
        crops = [crop_around(np.array(garment.box, dtype=np.float32)) for garment in seen]
        once += seen
        twice += first.detect(pixels, crops)
        boxes += [
            box if crop is None else in_photo(box, crop)
            for box, crop in zip(first.run(pixels, crops)[1].clip(0.0, 1.0), crops, strict=True)
        ]
        if progress is not None:
            progress(len(once), len(photos), "photos looked at twice")
    labels = PhotoLabels.of(photos, dataset.vocabulary)
    one, two = answers_of(once), answers_of(twice)
    types = dataset.vocabulary.attribute_types
    return SecondLookGain(
        attribute_recall=_recall(one["attributes"], two["attributes"], labels, types, seed),
        retrieval=_precision(one["embedding"], two["embedding"], labels, seed),
        box=_overlap(one["box"], np.array(boxes), labels, seed),
        category=_accuracy(one["category"], two["category"], labels, seed),
        n_photos=len(photos),
    )


def _recall(
    one: NDArray[np.float32],
    two: NDArray[np.float32],
    labels: PhotoLabels,
    types: tuple[str, ...],
    seed: int,
) -> Comparison | None:
    n_present = (labels.attributes == 1).sum(axis=1)
    has_any = n_present > 0
    shares = [
        attribute_hits(scores, labels.attributes, ATTRIBUTE_K, types=types)[has_any]
        / n_present[has_any]
        for scores in (one, two)
    ]
    # Every present attribute counts once, so a photo counts as often as it has any.
    times = n_present[has_any]
    own = _units(labels.item)[has_any]
    first, second = (np.repeat(share, times) for share in shares)
    return _compared(first, second, np.repeat(own, times), seed)


def _precision(
    one: NDArray[np.float32], two: NDArray[np.float32], labels: PhotoLabels, seed: int
) -> Comparison | None:
    found = [
        retrieve_leaving_one_out(embeddings, labels.item, k=RETRIEVAL_K)
        for embeddings in (one, two)
    ]
    first, second = (each.average_precision(RETRIEVAL_K) for each in found)
    return _compared(first, second, labels.item[found[0].query], seed)


def _overlap(
    one: NDArray[np.float32], two: NDArray[np.float32], labels: PhotoLabels, seed: int
) -> Comparison | None:
    known = labels.box[:, 0] >= 0
    first, second = (
        box_overlap(boxes[known], labels.box[known]).astype(np.float64) for boxes in (one, two)
    )
    return _compared(first, second, _units(labels.item)[known], seed)


def _accuracy(
    one: NDArray[np.float32], two: NDArray[np.float32], labels: PhotoLabels, seed: int
) -> Comparison | None:
    known = labels.category >= 0
    first, second = (
        (scores.argmax(axis=1) == labels.category)[known].astype(np.float64)
        for scores in (one, two)
    )
    return _compared(first, second, _units(labels.item)[known], seed)


def _compared(
    one: NDArray[np.float64], two: NDArray[np.float64], units: NDArray[np.int32], seed: int
) -> Comparison | None:
    if not len(one):
        return None
    gain = bootstrap_interval(two - one, units, seed=seed)
    return Comparison(float(one.mean()), float(two.mean()), gain)


def _units(item: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return what is drawn together: the photos of an item, or a photo of none alone."""
    alone = item.max(initial=0) + 1 + np.arange(len(item), dtype=np.int32)
    return np.where(item < 0, alone, item)
