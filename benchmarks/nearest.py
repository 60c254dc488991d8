"""The visual source's search: against scikit-learn, against exact search, as shops grow."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modiste.cli import terminal
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.visual_index import VisualIndex
from modiste.training.report import Table

from generated_shop import EMBEDDING_SIZE, generated_catalogue
from harness import Figure, figure
from timing import Timed, take_turns, told

N_NEAREST = 200
FILTER_SHARE = 0.01


def search(catalogue: Catalogue, rounds: int, seed: int) -> list[Figure]:
    """Print times and recall of a catalogue's search and return the figures."""
    from sklearn.neighbors import NearestNeighbors

    rng = np.random.default_rng(seed)
    vectors = np.asarray(catalogue.embeddings, dtype=np.float32)
    asked = vectors[rng.integers(len(vectors), size=200)]
    asked = asked + 0.5 / np.sqrt(EMBEDDING_SIZE) * rng.normal(size=asked.shape)
    asked = (asked / np.linalg.norm(asked, axis=1, keepdims=True)).astype(np.float32)
    index = VisualIndex(catalogue.embeddings)
    everything = np.ones(len(vectors), dtype=np.bool_)
    few = rng.random(len(vectors)) < FILTER_SHARE
    recall = {
        "all items": _recall(index, vectors, asked, everything),
        f"{FILTER_SHARE:.0%} of the items pass": _recall(index, vectors, asked, few),
    }
    tasks: dict[str, Timed] = {
        metric: _sklearn(NearestNeighbors, metric, vectors, asked)
        for metric in ("euclidean", "cosine")
    }
    tasks["modiste"] = partial(_nearest, index, asked, everything)
    tasks["modiste, filtered"] = partial(_nearest, index, asked, few)
    seconds = take_turns(tasks, rounds)
    faster = min(("euclidean", "cosine"), key=lambda name: statistics.median(seconds[name]))
    named = {f"scikit-learn, {faster}": seconds[faster]}
    named |= {name: seconds[name] for name in ("modiste", "modiste, filtered")}
    figures = told(
        f"{N_NEAREST} nearest of {len(vectors):,}",
        named,
        f"scikit-learn, {faster}",
        {"modiste": 0.1},
    )
    targets = dict(zip(recall, (0.97, 1.0), strict=True))
    for name, value in recall.items():
        print(f"recall@{N_NEAREST}, {name}: {value:.4f}")
        figures.append(figure(f"recall@{N_NEAREST}, {name}", value, at_least=targets[name]))
    return figures


def _sklearn(kind: Any, metric: str, vectors: NDArray[np.float32], asked: Any) -> Timed:
    fitted = kind(n_neighbors=N_NEAREST, metric=metric, algorithm="brute").fit(vectors)
    return lambda n: fitted.kneighbors(asked[n % 200][None])


def _recall(
    index: VisualIndex,
    vectors: NDArray[np.float32],
    asked: NDArray[np.float32],
    allowed: NDArray[np.bool_],
) -> float:
    """Return the share of the nearest that are found; one as near as the last is as good."""
    found = index.nearest(asked, N_NEAREST, allowed)
    cosines = asked @ vectors[allowed].T
    width = min(N_NEAREST, cosines.shape[1])
    last = np.partition(cosines, cosines.shape[1] - width, axis=1)[:, -width]
    near = [
        float((vectors[row] @ query >= least - 1e-6).sum()) / width
        for row, query, least in zip(found, asked, last, strict=True)
    ]
    return float(np.mean(near))


def _nearest(
    index: VisualIndex, asked: NDArray[np.float32], allowed: NDArray[np.bool_], n: int
) -> object:
    return index.nearest(asked[n % len(asked)][None], N_NEAREST, allowed)


def growth(sizes: Sequence[int], seed: int) -> None:
    """Print how the times of the two searches grow with the catalogue."""
    rows = []
    for n_items in sizes:
        start = time.perf_counter()
        catalogue = generated_catalogue(n_items, seed)
        made = time.perf_counter()
        index = VisualIndex(catalogue.embeddings)
        built = time.perf_counter() - made
        asked = np.asarray(catalogue.embeddings[:50], dtype=np.float32)
        everything = np.ones(n_items, dtype=np.bool_)
        few = np.random.default_rng(seed).random(n_items) < FILTER_SHARE
        tasks = {
            "all": partial(_nearest, index, asked, everything),
            "few": partial(_nearest, index, asked, few),
        }
        seconds = take_turns(tasks, 3)
        recall = _recall(index, np.asarray(catalogue.embeddings, np.float32), asked, everything)
        rows.append(
            (
                f"{n_items:,}",
                f"{made - start:.0f}",
                f"{built:.1f}",
                *(f"{1000 * statistics.median(seconds[name]):.1f}" for name in ("all", "few")),
                f"{recall:.3f}",
            )
        )
    header = ("items", "s to generate", "s to index", "ms, all", "ms, 1 % pass", "recall@200")
    terminal.print_tables([Table("Growth of the visual search", header, tuple(rows))])
