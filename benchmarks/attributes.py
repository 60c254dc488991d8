"""The network's figures on public photos and on drawn ones, three seeds each.

``make bench NAME=attributes DATA=...`` needs a directory with ``clothing-dataset-small``,
``fashion-product-images``, ``clothing-co-parsing`` and ``mobilenet-v2``; nothing of it is
part of modiste. MobileNetV2 with its ImageNet weights is fitted with three seeds on each
dataset (`public_sets`), on the demo shop too, where ``modiste demo`` fits a smaller network of
its own. The exported float32 network is scored on photos that neither the fit nor the choice of
its settings has seen.
Protocols:

top-1
    Share of photos whose class is scored best; for Fashion Product Images those of the 30
    most frequent types (20 colours) of the training photos, every class open as an answer.
box
    Mean intersection over union with the box of the largest garment.
retrieval mAP@10
    Each held-out photo asks all others; right are those of its type and colour. Photos
    with no such other are left out.
attribute recall top-5, all
    Ranked within each type, found over present, pooled: the last column of DeepFashion's
    table.

Beside them, in the same run: the most frequent class, the mean box, attributes by their
frequency, and on the same frozen features a logistic regression (linear probe) and plain
retrieval.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.frozen_part import frozen_runner
from modiste.attribute_model.garment import Garment
from modiste.attribute_model.network import build_parts
from modiste.attribute_model.runtime import Detector
from modiste.cli import terminal
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.progress import Progress
from modiste.training.attribute_metrics import attribute_recall_by_type
from modiste.training.network import fit_network
from modiste.training.network_evaluation import answers_of
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_metrics import box_overlap
from modiste.training.photo_reader import PLAIN, PhotoReader
from modiste.training.report import Table
from modiste.training.retrieval_metrics import retrieve_leaving_one_out

from harness import Figure, figure, print_figures
from held_out import colours, colours_seen, right_answers, seen, split_photos
from public_sets import CLASSES, DEMO, PRODUCTS, SETS, STREET, WEIGHTS, PublicSet

N_TYPES, N_COLOURS, RETRIEVAL_K, ATTRIBUTE_K = 30, 20, 10, 5
#: Least that each figure should reach; that of retrieval is a multiple of its baseline.
TARGETS = {
    "top-1 of 10 classes": 0.91,
    "top-1 of the 30 most frequent types": 0.89,
    "colour of the 20 most frequent colours": 0.66,
    "box of the largest garment, mean IoU": 0.70,
    "attribute recall top-5, all": 0.80,
}
RETRIEVAL = "retrieval mAP@10, same type and colour"
RETRIEVAL_GAIN = 1.15

Scores = dict[str, tuple[float, float]]  # value and baseline by figure
Probe = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, score and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="The directory of real data.")
    parser.add_argument("--out", type=Path, default=Path("runs", "attributes"))
    parser.add_argument("--sets", nargs="*", default=[each.name for each in SETS])
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    given = parser.parse_args(arguments)
    needed = [str(WEIGHTS), *(name for name in given.sets if name != DEMO)]
    missing = [name for name in needed if not (given.data / name).exists()]
    if missing:
        print(f"Skipped: {given.data} has no {', '.join(missing)}.", file=sys.stderr)
        return 2
    start, figures = time.perf_counter(), []
    for each in SETS:
        if each.name in given.sets:
            with terminal.progress_bars() as progress:
                figures += _measure(each, given.data, given.out, given.seeds, progress)
    print(f"Took {time.perf_counter() - start:.0f} s, seeds {given.seeds}.")
    print_figures("attributes", figures)
    return 0 if all(found.met is not False for found in figures) else 1


def _measure(
    each: PublicSet, data: Path, out: Path, seeds: Sequence[int], progress: Progress
) -> list[Figure]:
    dataset = each.prepare(data, out / each.name.replace(" ", "-"), progress)
    test = split_photos(dataset, columns.TEST)
    probe = (
        _probe(dataset, each.network(data), progress) if each.name in (CLASSES, PRODUCTS) else {}
    )
    runs: list[Scores] = []
    for seed in seeds:
        options = replace(each.options, seed=seed, cache_dir=out / "features")
        with TemporaryDirectory() as folder:
            fitted = fit_network(
                dataset,
                folder,
                each.network(data),
                options,
                variants=("float32",),
                progress=progress,
            )
            detector = Detector.load(folder, dataset.vocabulary)
            garments = seen(detector, dataset, columns.TEST, progress)
        runs.append(SCORES[each.name](dataset, garments, probe))
        found = ", ".join(f"{name} {value:.4f}" for name, (value, _) in runs[-1].items())
        print(f"{each.name}, seed {seed}, epoch {fitted.best_epoch}: {found}", flush=True)
        gc.collect()
    figures = [_over_seeds(name, runs) for name in runs[0]]
    _print(each.name, len(test), figures, probe, seeds)
    return figures


def _class_scores(dataset: Dataset, garments: list[Garment], probe: Probe) -> Scores:
    return {"top-1 of 10 classes": (_type_accuracy(dataset, garments), probe["type"])}


def _product_scores(dataset: Dataset, garments: list[Garment], probe: Probe) -> Scores:
    train, test = (split_photos(dataset, split) for split in (columns.TRAIN, columns.TEST))
    right, _ = right_answers(
        colours(dataset, test), colours_seen(dataset, garments), colours(dataset, train), N_COLOURS
    )
    embeddings = answers_of(garments)["embedding"]
    return {
        "top-1 of the 30 most frequent types": (_type_accuracy(dataset, garments), probe["type"]),
        "colour of the 20 most frequent colours": (float(right.mean()), probe["colour"]),
        RETRIEVAL: (_precision(embeddings, dataset), probe["retrieval"]),
    }


def _street_scores(dataset: Dataset, garments: list[Garment], probe: Probe) -> Scores:  # noqa: ARG001
    known, labels = (_labels(dataset, split) for split in (columns.TRAIN, columns.TEST))
    mean_box = known.box[known.box[:, 0] >= 0].mean(axis=0)
    overlap = box_overlap(answers_of(garments)["box"], labels.box)
    blind = box_overlap(mean_box, labels.box)
    return {"box of the largest garment, mean IoU": (float(overlap.mean()), float(blind.mean()))}


def _demo_scores(dataset: Dataset, garments: list[Garment], probe: Probe) -> Scores:  # noqa: ARG001
    known, labels = (_labels(dataset, split) for split in (columns.TRAIN, columns.TEST))
    scores = answers_of(garments)["attributes"]
    counts = (known.attributes == 1).sum(axis=0).astype(np.float32)
    found, blind = (
        attribute_recall_by_type(
            each, labels.attributes, dataset.vocabulary.attribute_types, ATTRIBUTE_K
        )["pooled"]
        for each in (scores, np.broadcast_to(counts, scores.shape))
    )
    return {"attribute recall top-5, all": (found, blind)}


SCORES = {
    CLASSES: _class_scores,
    PRODUCTS: _product_scores,
    STREET: _street_scores,
    DEMO: _demo_scores,
}


def _labels(dataset: Dataset, split: str) -> PhotoLabels:
    return PhotoLabels.of(split_photos(dataset, split), dataset.vocabulary)


def _type_accuracy(dataset: Dataset, garments: list[Garment]) -> float:
    train, test = (split_photos(dataset, split) for split in (columns.TRAIN, columns.TEST))
    truth, training = (photos[columns.CATEGORY].tolist() for photos in (test, train))
    right, _ = right_answers(truth, [each.category for each in garments], training, N_TYPES)
    return float(right.mean())


def _precision(embeddings: NDArray[np.float32], dataset: Dataset) -> float:
    test = split_photos(dataset, columns.TEST)
    pairs = list(zip(test[columns.CATEGORY], colours(dataset, test), strict=True))
    order = {pair: n for n, pair in enumerate(dict.fromkeys(p for p in pairs if None not in p))}
    groups = np.array([order.get(pair, -1) for pair in pairs], dtype=np.int32)
    found = retrieve_leaving_one_out(embeddings, groups, k=RETRIEVAL_K)
    return float(np.nanmean(found.average_precision(RETRIEVAL_K)))


def _probe(dataset: Dataset, network: NetworkConfig, progress: Progress) -> Probe:
    """Return what frozen features give: a linear probe's accuracies, plain retrieval's mAP."""
    parts = build_parts(replace(network, trainable_layers=0), dataset.vocabulary)
    run = frozen_runner(parts.frozen, len(dataset.photos))
    features = {}
    for split in (columns.TRAIN, columns.TEST):
        photos = split_photos(dataset, split)
        labels = PhotoLabels.of(photos, dataset.vocabulary)
        reader = PhotoReader(dataset, photos, labels, parts.frozen.inputs[0].shape[1])
        wanted = [(row, PLAIN) for row in range(len(reader))]
        features[split] = np.concatenate(
            [
                run(pixels.astype(np.float32))[0].mean(axis=(1, 2))
                for pixels in reader.pixels(wanted, 64, progress, "photos for the linear probe")
            ]
        )
    scale = StandardScaler().fit(features[columns.TRAIN])
    fitted, asked = (scale.transform(features[s]) for s in (columns.TRAIN, columns.TEST))
    train, test = (split_photos(dataset, s) for s in (columns.TRAIN, columns.TEST))
    has_colours = bool(len(dataset.vocabulary.attributes))
    probe = {}
    questions = [("type", train[columns.CATEGORY].tolist(), test[columns.CATEGORY].tolist())]
    if has_colours:
        questions.append(("colour", colours(dataset, train), colours(dataset, test)))
        raw = features[columns.TEST]
        raw = raw / np.linalg.norm(raw, axis=1, keepdims=True)
        probe["retrieval"] = _precision(raw.astype(np.float32), dataset)
    for name, labels_of_train, truth in questions:
        rows = [n for n, label in enumerate(labels_of_train) if label is not None]
        model = LogisticRegression(C=0.01, max_iter=500)
        model.fit(fitted[rows], [labels_of_train[n] for n in rows])
        right, majority = right_answers(
            truth,
            model.predict(asked).tolist(),
            labels_of_train,
            N_COLOURS if name == "colour" else N_TYPES,
        )
        probe[name] = float(right.mean())
        probe[f"{name}, always the most frequent"] = majority
    return probe


def _over_seeds(name: str, runs: Sequence[Scores]) -> Figure:
    values = [run[name][0] for run in runs]
    baseline = runs[0][name][1]
    target = RETRIEVAL_GAIN * baseline if name == RETRIEVAL else TARGETS[name]
    return figure(
        name,
        float(np.mean(values)),
        interval=(min(values), max(values)),
        baseline=baseline,
        at_least=target,
    )


def _print(
    name: str, n: int, figures: Sequence[Figure], probe: Probe, seeds: Sequence[int]
) -> None:
    rows = tuple(
        (
            f.name,
            f"{f.value:.3f} [{f.low:.3f}, {f.high:.3f}]",
            f"{f.baseline:.3f}",
            f"{f.target:.3f}",
            "met" if f.met else "missed",
        )
        for f in figures
    )
    header = ("figure", f"mean of {len(seeds)} seeds [least, most]", "baseline", "target", "")
    terminal.print_tables([Table(f"{name}, {n:,} photos held out", header, rows)])
    for each, value in probe.items():
        if "always" in each:
            print(f"{each}: {value:.3f}")


if __name__ == "__main__":
    sys.exit(main())
