"""Fitting the last layers with the cache, against plain Keras ``fit``.

``make bench NAME=training`` draws photos, fits ResNet50's last 12 layers for 20 epochs in
four ways, and prints how long each took, how often its category is right on photos that
none has seen, and its peak memory. Every way runs in a process of its own:

- *modiste*: the frozen layers once a photo, their features on disk, then 20 epochs;
- *plain Keras*: the same network, losses and optimiser under ``model.fit``, photos decoded
  and resized by tf.data in each epoch;
- both again with three views a photo: three are cached, or Keras turns and brightens the
  photos anew in each epoch.

The clock starts at the first photo read and stops at the best epoch's weights; drawing the
photos, TensorFlow's import and building the network are outside it. Both score the same
validation photos after each epoch. Photos are of 128 pixels: at 224 plain Keras would take two
hours on two cores, at 64 the last maps have two cells a side and reading photos costs more than the
frozen layers. Without ``--weights`` the network is first fitted from
nothing on other drawn photos, in a small size, so that its frozen layers tell something.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from modiste.cli import terminal
from modiste.data import columns
from modiste.data.dataset import Dataset, write_dataset
from modiste.data.demo_shop.shop import write_photos
from modiste.training.report import Table

from harness import figure, print_figures

N_VALIDATION, N_TEST = 100, 1000
PHOTO_SEED, OTHER_SEED = 20262, 20263
N_VIEWS = 3
TARGETS = {1: 7.0, N_VIEWS: 3.0}  # times faster, by views a photo
TIMES_MORE = 4  # photos of the second measurement of memory


@dataclass(frozen=True)
class Size:
    """How much is drawn and fitted."""

    photos: int
    image_size: int
    epochs: int
    layers: int
    first_photos: int
    first_epochs: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every way and print the figures; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs", "training-bench"))
    parser.add_argument("--data", type=Path, help="Not used: the photos are drawn.")
    parser.add_argument("--backbone", default="ResNet50")
    parser.add_argument("--weights", type=Path, help="Of the backbone without its top.")
    parser.add_argument("--image-size", type=int, default=128)
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--quick", action="store_true", help="A minute, to see that it runs.")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    size = Size(given.photos, given.image_size, given.epochs, given.layers, 1000, 4)
    if given.quick:
        size = Size(64, 32, 2, given.layers, 32, 1)
    if given.part:
        _run_part(json.loads(given.part))
        return 0
    start = time.perf_counter()
    print(f"{given.backbone}, {size.image_size} px, {size.epochs} epochs, {size.photos} photos.")
    photos = _photos(given.out, size.photos, N_TEST if not given.quick else 32)
    many = _more(photos, given.out / f"{photos.name}-times-{TIMES_MORE}")
    weights = None if given.weights is None else str(given.weights)
    if weights is None and not given.quick:
        weights = _first_weights(given.out, given.backbone, size)
    shutil.rmtree(given.out / "cache", ignore_errors=True)

    def run(way: str, views: int, folder: Path = photos, epochs: int = size.epochs) -> Any:
        print(f"{way}, {views} view(s), {folder.name} ...", file=sys.stderr, flush=True)
        part = {"way": way, "views": views, "photos": str(folder), "epochs": epochs}
        part |= {"backbone": given.backbone, "weights": weights}
        part |= {"image_size": size.image_size, "layers": size.layers}
        return _in_a_process({**part, "cache": str(given.out / "cache" / f"{folder.name}-{views}")})

    numbers = [N_VIEWS] if given.quick else [1, N_VIEWS]
    found = {(way, views): run(way, views) for views in numbers for way in ("ours", "keras")}
    more = run("ours", numbers[0], many, min(size.epochs, 2))
    code = _report(found, more)
    print(f"Took {time.perf_counter() - start:.0f} s.", file=sys.stderr)
    return code


def _report(found: dict[tuple[str, int], Any], more: Any) -> int:
    rows = [
        (
            {"ours": "modiste", "keras": "plain Keras"}[way] + f", {views} view(s)",
            f"{part['seconds']:.1f}",
            f"{part['accuracy']:.3f}",
            f"{part['peak_gb']:.2f}",
        )
        for (way, views), part in found.items()
    ]
    rows.append((f"modiste, {TIMES_MORE} times the photos", "-", "-", f"{more['peak_gb']:.2f}"))
    ours_alone = [part for (way, _), part in found.items() if way == "ours"]
    majority = ours_alone[0]["majority"]
    header = ("way", "seconds", "category top-1", "peak GB")
    title = f"Fitting the last layers (majority category: {majority:.3f})"
    terminal.print_tables([Table(title, header, tuple(rows))])
    figures = []
    for views, target in TARGETS.items():
        if ("ours", views) not in found:
            continue
        ours, keras = found["ours", views], found["keras", views]
        faster = keras["seconds"] / ours["seconds"]
        name = f"times faster than plain Keras, {views} view(s)"
        figures.append(figure(name, faster, baseline=1.0, at_least=target))
        name = f"category top-1 less plain Keras's, {views} view(s)"
        gain = ours["accuracy"] - keras["accuracy"]
        # Better by more than a point is no fault of the cache.
        figures.append(figure(name, gain, baseline=majority - keras["accuracy"], at_least=-0.01))
    peak = max(part["peak_gb"] for part in [*ours_alone, more])
    figures.append(figure("peak memory in GB", peak, at_most=4.0))
    growth = more["peak_gb"] / ours_alone[0]["peak_gb"]
    figures.append(figure(f"peak memory, {TIMES_MORE} times the photos", growth, at_most=1.25))
    print_figures("training", figures)
    return 0 if all(one.met is not False for one in figures) else 1


def _in_a_process(part: dict[str, Any]) -> Any:
    command = [sys.executable, __file__, "--part", json.dumps(part)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def _photos(out: Path, n_train: int, n_test: int) -> Path:
    folder = out / f"photos-{n_train}"
    if not (folder / "split").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        n_photos = n_train + N_VALIDATION + n_test
        with terminal.progress_bars() as progress:
            write_photos(folder, n_photos=n_photos, seed=PHOTO_SEED, progress=progress)
        dataset = Dataset.read(folder)
        names = [columns.TRAIN] * n_train + [columns.VAL] * N_VALIDATION + [columns.TEST] * n_test
        mixed = np.random.default_rng(PHOTO_SEED).permutation(names)
        photos = dataset.photos.assign(**{columns.SPLIT: mixed})
        write_dataset(folder, dataset.vocabulary, dataset.items, dataset.events, photos)
        (folder / "split").touch()
    return folder


def _more(photos: Path, folder: Path) -> Path:
    """Return the same photos several times, no two files with the same bytes."""
    if (folder / "split").is_file():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "images").mkdir(parents=True)
    dataset, tables = Dataset.read(photos), []
    for copy in range(TIMES_MORE):
        names = [f"images/{copy}-{Path(image).name}" for image in dataset.photos[columns.IMAGE]]
        for image, name in zip(dataset.photos[columns.IMAGE], names, strict=True):
            # What follows a picture's end is no part of it.
            (folder / name).write_bytes(dataset.image_path(image).read_bytes() + bytes([copy]))
        tables.append(dataset.photos.assign(**{columns.IMAGE: names}))
    every = pd.concat(tables, ignore_index=True)
    write_dataset(folder, dataset.vocabulary, dataset.items, dataset.events, every)
    (folder / "split").touch()
    return folder


def _first_weights(out: Path, backbone: str, size: Size) -> str:
    path = out / f"{backbone}-{size.first_photos}.weights.h5"
    if not path.is_file():
        photos = out / f"first-{size.first_photos}"
        if not (photos / "photos.parquet").is_file():
            write_photos(photos, n_photos=size.first_photos, seed=OTHER_SEED)
        part = {"way": "first", "photos": str(photos), "epochs": size.first_epochs}
        part |= {"backbone": backbone, "image_size": min(size.image_size, 64)}
        print("fitting the backbone from nothing ...", file=sys.stderr, flush=True)
        _in_a_process({**part, "cache": str(out / "cache" / "first"), "out": str(path)})
    return str(path)


def _run_part(part: dict[str, Any]) -> None:
    """Run one way, in this process alone, and print what it came to."""
    from training_ways import fit_first, fit_ours, fit_plain

    ways = {"first": fit_first, "ours": fit_ours, "keras": fit_plain}
    found = ways[part["way"]](part)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(json.dumps({**found, "peak_gb": peak}))


if __name__ == "__main__":
    sys.exit(main())
