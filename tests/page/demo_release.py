"""A small demo shop and a release of it, made in seconds: no Keras, no word vectors to fit.

The network is a linear fit, in closed form, of what the photos' averages tell of category,
attributes and box. On the shop's own photos, which it was fitted on, it is about right, so that
chips and boxes look as they do with a trained one; on others it is not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.runtime import Detector
from modiste.data.dataset import Dataset
from modiste.data.demo_shop.shop import write_demo_shop
from modiste.data.images import crop_and_resize, decode
from modiste.nlp.word_vectors import WordVectors
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.history import History
from modiste.recommender.release import publish, write_release
from modiste.training.collaborative import AlsConfig, fit_collaborative
from modiste.training.item_to_item import fit_item_to_item
from modiste.training.ranker import RankerConfig, fit_ranker

N_ITEMS = 150
N_SHOPPERS = 120
N_STREET_PHOTOS = 30
SEED = 7
_IMAGE_SIZE = 64
_GRID = 8
_EMBEDDING_SIZE = 64
_RIDGE = 0.3
_CREATED = datetime(2026, 7, 1, tzinfo=UTC)

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class DemoRelease:
    """A releases directory and the shop whose photos show its items."""

    releases: Path
    shop: Path


def make_demo_release(folder: Path) -> DemoRelease:
    """Draw the shop, fit what is quick to fit, and publish it."""
    shop = write_demo_shop(
        folder / "shop",
        n_items=N_ITEMS,
        n_users=N_SHOPPERS,
        n_street_photos=N_STREET_PHOTOS,
        seed=SEED,
        workers=1,
    )
    dataset = Dataset.read(shop)
    network, described = _fit_network(dataset)

    def write_network(parts: Path) -> None:
        for name in ("network.onnx", "network.int8.onnx"):
            (parts / name).write_bytes(network)
        (parts / "network.json").write_text(json.dumps(described))

    write_network(folder)
    catalogue = _catalogue(dataset, folder)
    history = History.from_events(dataset.events, catalogue.item_ids)
    config = RankerConfig(n_trees=20, min_rows_a_leaf=20, max_users=60, n_cuts=1)
    ranker = fit_ranker(catalogue, dataset.events, config=config)

    def write_parts(parts: Path) -> None:
        catalogue.save(parts)
        history.save(parts)
        fit_collaborative(history, AlsConfig(n_factors=16, iterations=5)).save(parts)
        fit_item_to_item(history).save(parts)
        ranker.save(parts)
        _word_vectors().save(parts / "word_vectors.npz")
        write_network(parts)

    releases = folder / "releases"
    release = write_release(
        releases,
        write_parts,
        config={"seed": SEED},
        metrics={"ndcg_at_10": 0.5},
        data_fingerprint=dataset.fingerprint,
        now=_CREATED,
    )
    publish(releases, release.name)
    return DemoRelease(releases, shop)


def _catalogue(dataset: Dataset, network: Path) -> Catalogue:
    detector = Detector.load(network, dataset.vocabulary, threads=1)
    shown = dataset.photos[dataset.photos["photo_kind"] == "shop"]
    paths = dict(zip(shown["item_id"], shown["image"], strict=True))
    pixels = [decode(dataset.image_path(paths[one])) for one in dataset.items["item_id"]]
    embeddings = np.stack([found.embedding for found in detector.detect(pixels)])
    return Catalogue.from_items(
        dataset.items, dataset.vocabulary, embeddings=embeddings.astype(np.float16)
    )


def _word_vectors() -> WordVectors:
    generator = np.random.default_rng(SEED)
    words = ("dress", "tee", "jeans", "coat", "red", "navy", "white", "green", "warm", "summer")
    vectors = generator.normal(size=(len(words), 16)).astype(np.float32)
    return WordVectors(words, vectors, np.full(len(words), 10, dtype=np.int64))


def _fit_network(dataset: Dataset) -> tuple[bytes, dict[str, object]]:
    vocabulary = dataset.vocabulary
    photos = dataset.photos
    pixels = [decode(dataset.image_path(path)) for path in photos["image"]]
    seen = np.stack([_averages(crop_and_resize(one, _IMAGE_SIZE)) for one in pixels])
    centre = seen.mean(axis=0)
    category = np.zeros((len(photos), len(vocabulary.categories)), dtype=np.float32)
    for row, name in enumerate(photos["category"]):
        category[row, vocabulary.category_index[name]] = 1.0
    attributes = np.zeros((len(photos), len(vocabulary.attributes)), dtype=np.float32)
    for row, names in enumerate(photos["attributes"]):
        attributes[row, [vocabulary.attribute_index[name] for name in names]] = 1.0
    boxes = np.array(photos["box"].tolist(), dtype=np.float32)
    x = seen - centre
    # One solve for all of them: (n_features, n_outputs).
    wanted = np.hstack([7.0 * category, 9.0 * attributes - 4.5, boxes])
    offset = wanted.mean(axis=0)
    slopes = np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1]), x.T @ (wanted - offset))
    ends = np.cumsum([category.shape[1], attributes.shape[1]])
    described = {
        "schema_version": 2,
        "config": json.loads(NetworkConfig("MobileNetV2", None, _IMAGE_SIZE).to_json()),
        "vocabulary_fingerprint": vocabulary.fingerprint,
        "thresholds": [0.5] * len(vocabulary.attributes),
        "variants": {"float32": {"published": True}, "int8": {"published": True}},
    }
    return _network(centre, np.split(slopes, ends, axis=1), np.split(offset, ends)), described


def _averages(pixels: NDArray[np.uint8]) -> Numbers:
    side = _IMAGE_SIZE // _GRID
    blocks = pixels.reshape(_GRID, side, _GRID, side, 3).astype(np.float32) / 255.0
    return blocks.mean(axis=(1, 3)).reshape(-1)


def _network(centre: Numbers, slopes: list[Numbers], offsets: list[Numbers]) -> bytes:
    side = _IMAGE_SIZE // _GRID
    names = ("category", "attributes", "box")
    nodes = [
        helper.make_node("Div", ["image", "white"], ["scaled"]),
        helper.make_node("Reshape", ["scaled", "blocks"], ["blocked"]),
        helper.make_node("ReduceMean", ["blocked"], ["means"], axes=[2, 4], keepdims=0),
        helper.make_node("Reshape", ["means", "flat"], ["averages"]),
        helper.make_node("Sub", ["averages", "centre"], ["seen"]),
        helper.make_node("MatMul", ["seen", "mix"], ["mixed"]),
        helper.make_node("LpNormalization", ["mixed"], ["embedding"], axis=-1),
    ]
    constants: dict[str, NDArray[np.generic]] = {
        "white": np.array(255.0, dtype=np.float32),
        "blocks": np.array([-1, _GRID, side, _GRID, side, 3], dtype=np.int64),
        "flat": np.array([-1, len(centre)], dtype=np.int64),
        "centre": centre.astype(np.float32),
        "mix": np.random.default_rng(SEED)
        .normal(size=(len(centre), _EMBEDDING_SIZE))
        .astype(np.float32),
    }
    last = {"category": ("Softmax", {"axis": -1}), "attributes": ("Sigmoid", {}), "box": ("", {})}
    for name, slope, offset in zip(names, slopes, offsets, strict=True):
        constants[f"{name}_slope"] = slope.astype(np.float32)
        constants[f"{name}_offset"] = offset.astype(np.float32)
        kind, options = last[name]
        output = f"{name}_score" if kind else name
        nodes.append(
            helper.make_node("Gemm", ["seen", f"{name}_slope", f"{name}_offset"], [output])
        )
        if kind:
            nodes.append(helper.make_node(kind, [output], [name], **options))
    widths = {name: len(offset) for name, offset in zip(names, offsets, strict=True)}
    widths["embedding"] = _EMBEDDING_SIZE
    graph = helper.make_graph(
        nodes,
        "averages",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 64, 64, 3])],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", w]) for n, w in widths.items()],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content
