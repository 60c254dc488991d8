"""Two small releases with every kind of file: a network, word vectors, a fitted ranker.

The network is made here and never trained: it averages the photo and multiplies by random
numbers, of the size that a leak of one would show. Its answers are as good as none; what is
tested is that the same ones come.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from modiste.attribute_model.config import NetworkConfig
from modiste.data.vocabulary import Vocabulary
from modiste.nlp.word_vectors import WordVectors
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.ranker import Ranker
from modiste.recommender.release import publish, write_release
from modiste.training.item_to_item import fit_item_to_item
from modiste.training.ranker import RankerConfig, fit_ranker
from modiste.training.time_cuts import time_cuts
from tests.training.small_shop import small_shop

N_ITEMS = 600
#: The first half of the items is in both releases, the rest in one only.
N_SHARED = N_ITEMS // 2
EMBEDDING_SIZE = 512
_IMAGE_SIZE = 64
_GRID = 8
_HIDDEN = 4_096
_CREATED = datetime(2026, 7, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Releases:
    """A releases directory with two releases; items and titles tell which one answers.

    Parameters
    ----------
    folder : Path
    ids : tuple of str
        The first one is live.
    """

    folder: Path
    ids: tuple[str, str]

    def copied(self, folder: Path) -> Releases:
        """Return a copy in a folder that does not exist."""
        shutil.copytree(self.folder, folder)
        return Releases(folder, self.ids)

    def letter(self, release_id: str) -> str:
        """Return what the items of a release are marked with: A or B."""
        return "AB"[self.ids.index(release_id)]


def make_releases(folder: Path) -> Releases:
    """Write releases A and B, and publish A."""
    catalogue, events = small_shop(n_items=N_ITEMS)
    ranker = fit_ranker(
        catalogue,
        events,
        config=RankerConfig(n_trees=20, min_rows_a_leaf=20, n_cuts=2),
        cuts=time_cuts(events, n_training=2),
    )
    ids = []
    for nth, letter in enumerate("AB"):
        ids.append(write_one(folder, letter, ranker, _CREATED + timedelta(days=nth)))
    publish(folder, ids[0])
    return Releases(folder, (ids[0], ids[1]))


def write_one(folder: Path, letter: str, ranker: Ranker, created: datetime) -> str:
    """Write the release of one letter and return its id."""
    catalogue, events = small_shop(n_items=N_ITEMS)
    generator = np.random.default_rng(ord(letter))
    ids = [item_id(nth, letter) for nth in range(N_ITEMS)]
    renamed = dict(zip(catalogue.items["item_id"], ids, strict=True))
    items = catalogue.items.assign(
        item_id=ids, title=[f"Item {nth} of {letter}" for nth in range(N_ITEMS)]
    )
    events = events.assign(item_id=events["item_id"].map(renamed, na_action="ignore"))
    vectors = generator.normal(size=(N_ITEMS, EMBEDDING_SIZE)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    sold = Catalogue.from_items(items, catalogue.vocabulary, embeddings=vectors)
    history = History.from_events(events, sold.item_ids)

    def write_parts(parts: Path) -> None:
        sold.save(parts)
        history.save(parts)
        Factors(generator.normal(size=(N_ITEMS, 16)).astype(np.float32)).save(parts)
        fit_item_to_item(history).save(parts)
        ranker.save(parts)
        _word_vectors(generator).save(parts / "word_vectors.npz")
        _write_network(parts, sold.vocabulary, generator)

    return write_release(
        folder,
        write_parts,
        config={"letter": letter},
        metrics={"ndcg_at_10": 0.5},
        data_fingerprint=letter,
        now=created,
    ).name


def item_id(nth: int, letter: str) -> str:
    """Return the id of the nth item, which is of one release only in the second half."""
    return f"S-{nth:04}" if nth < N_SHARED else f"{letter}-{nth:04}"


def _word_vectors(generator: np.random.Generator) -> WordVectors:
    words = ("dress", "tee", "jeans", "coat", "red", "navy", "white", "green", "warm", "summer")
    return WordVectors(
        words,
        generator.normal(size=(len(words), 16)).astype(np.float32),
        np.full(len(words), 10, dtype=np.int64),
    )


def _write_network(folder: Path, vocabulary: Vocabulary, generator: np.random.Generator) -> None:
    network = _network(vocabulary, generator)
    for name in ("network.onnx", "network.int8.onnx"):
        (folder / name).write_bytes(network)
    described = {
        "schema_version": 2,
        "config": json.loads(NetworkConfig("MobileNetV2", None, _IMAGE_SIZE).to_json()),
        "vocabulary_fingerprint": vocabulary.fingerprint,
        "thresholds": [0.5] * len(vocabulary.attributes),
        "variants": {"float32": {"published": True}, "int8": {"published": True}},
    }
    (folder / "network.json").write_text(json.dumps(described))


def _network(vocabulary: Vocabulary, generator: np.random.Generator) -> bytes:
    side = _IMAGE_SIZE // _GRID
    n_seen = _GRID * _GRID * 3
    widths = {
        "category": len(vocabulary.categories),
        "box": 4,
        "attributes": len(vocabulary.attributes),
        "embedding": EMBEDDING_SIZE,
    }
    nodes = [
        helper.make_node("Reshape", ["image", "blocks"], ["blocked"]),
        helper.make_node("ReduceMean", ["blocked"], ["means"], axes=[2, 4], keepdims=0),
        helper.make_node("Reshape", ["means", "flat"], ["seen"]),
        helper.make_node("MatMul", ["seen", "first"], ["sums"]),
        helper.make_node("Relu", ["sums"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "second"], ["features"]),
        helper.make_node("LpNormalization", ["features"], ["embedding"], axis=-1),
        helper.make_node("MatMul", ["embedding", "to_category"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["category"], axis=-1),
        helper.make_node("MatMul", ["embedding", "to_attributes"], ["scores"]),
        helper.make_node("Sigmoid", ["scores"], ["attributes"]),
        helper.make_node("Gemm", ["embedding", "no_slope", "edges"], ["box"]),
    ]
    constants: dict[str, NDArray[np.generic]] = {
        "blocks": np.array([-1, _GRID, side, _GRID, side, 3], dtype=np.int64),
        "flat": np.array([-1, n_seen], dtype=np.int64),
        "first": _random(generator, n_seen, _HIDDEN),
        "second": _random(generator, _HIDDEN, EMBEDDING_SIZE),
        "to_category": _random(generator, EMBEDDING_SIZE, widths["category"]),
        "to_attributes": _random(generator, EMBEDDING_SIZE, widths["attributes"]),
        "no_slope": np.zeros((EMBEDDING_SIZE, 4), dtype=np.float32),
        "edges": np.array([0.1, 0.2, 0.6, 0.9], dtype=np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "averages",
        [
            helper.make_tensor_value_info(
                "image", TensorProto.FLOAT, ["n", _IMAGE_SIZE, _IMAGE_SIZE, 3]
            )
        ],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
            for name, width in widths.items()
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def _random(generator: np.random.Generator, n_rows: int, n_columns: int) -> NDArray[np.float32]:
    return (generator.normal(size=(n_rows, n_columns)) / np.sqrt(n_rows)).astype(np.float32)
