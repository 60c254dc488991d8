"""The main job, whole, on the demo shop: draw, train, evaluate, answer."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.config import DEMO_SHOP, NetworkConfig
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.demo_shop.shop import write_demo_shop
from modiste.data.images import decode
from modiste.errors import DatasetError
from modiste.progress import Progress
from modiste.recommender.query import Query
from modiste.recommender.recommender import Recommender
from modiste.training.answer_sheet import answer_table, sheet_row
from modiste.training.contact_sheet import SheetRow, save_contact_sheet
from modiste.training.job import JobConfig, run_job
from modiste.training.network import FitOptions
from modiste.training.report import Table

K = 10
PHRASE = "stripy navy jumper, not hooded"
#: Marks a directory as the demo's own.
_MARK = ".modiste-demo"
#: Shoppers among whom the two of the demo are chosen: those who bought most.
_N_ACTIVE = 50


#: So small a backbone gains by fitting more of it than the default's last 12 layers.
NETWORK = NetworkConfig("MobileNetV2", DEMO_SHOP, image_size=128, alpha=0.5, trainable_layers=36)


@dataclass(frozen=True)
class DemoSize:
    """How large a shop to draw and how long to train.

    Parameters
    ----------
    n_items, n_users : int
    epochs : int
        Passes over the photos' cached features.
    """

    n_items: int = 1500
    n_users: int = 1200
    epochs: int = 16


@dataclass(frozen=True)
class DemoResult:
    """What the demo made and has to say.

    Parameters
    ----------
    dataset_dir, releases_dir, contact_sheet : Path
    tables : tuple of Table
        The evaluation, then one table an answer.
    lines : tuple of str
        What to read before the tables.
    figures : mapping
        The evaluation as JSON values.
    """

    dataset_dir: Path
    releases_dir: Path
    contact_sheet: Path
    tables: tuple[Table, ...]
    lines: tuple[str, ...]
    figures: Mapping[str, object]


@dataclass
class _Clock:
    """Seconds of each stage, in order."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start

    def __str__(self) -> str:
        told = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.seconds.items())
        return f"Took {sum(self.seconds.values()):.0f} s: {told}."


def demo_config(size: DemoSize, seed: int) -> JobConfig:
    """Return the settings of the demo's job: a small backbone that ships with modiste."""
    return JobConfig(network=NETWORK, fit=FitOptions(epochs=size.epochs, views=3)).with_seed(seed)


def run_demo(
    folder: str | Path,
    size: DemoSize | None = None,
    *,
    seed: int = 7,
    progress: Progress | None = None,
) -> DemoResult:
    """Draw a shop, train a release on it, evaluate it, and answer three queries.

    Parameters
    ----------
    folder : path
        Gets ``shop``, ``releases`` and ``contact-sheet.png``; the first two are replaced.
    size : DemoSize, optional
    seed : int
        The same seed gives the same shop and the same answers.
    progress : callable, optional

    Raises
    ------
    DatasetError
        If the shop is too small to hold back a street photo and two shoppers.
    """
    size = size or DemoSize()
    root = Path(folder)
    shop, releases = root / "shop", root / "releases"
    clock = _Clock()
    _clear(root, (shop, releases, root / "store"))
    with clock.stage("drawing the shop"):
        write_demo_shop(
            shop, n_items=size.n_items, n_users=size.n_users, seed=seed, progress=progress
        )
        dataset = Dataset.read(shop)
    with clock.stage("training and evaluating"):
        published = run_job(dataset, releases, demo_config(size, seed), progress=progress)
    with clock.stage("answering"):
        recommender = Recommender.load(releases)
        rows, tables = _answers(dataset, recommender)
        sheet = save_contact_sheet(
            root / "contact-sheet.png", rows, "modiste: three queries, ten products each"
        )
    n_shoppers = dataset.events[columns.USER_ID].nunique()
    drawn = (
        f"Demo shop of seed {seed}: {len(dataset.items):,} items, {len(dataset.photos):,} photos, "
        f"{n_shoppers:,} shoppers, {len(dataset.events):,} events."
    )
    weights = (
        "ImageNet weights are not part of modiste and are not fetched here: the demo starts from "
        "a small MobileNetV2 trained from nothing on demo shops of other seeds."
    )
    return DemoResult(
        dataset_dir=shop,
        releases_dir=releases,
        contact_sheet=sheet,
        tables=(*published.evaluation.tables, *tables),
        lines=(drawn, weights, str(clock), f"Look at {sheet}"),
        figures=published.evaluation.figures,
    )


def _clear(root: Path, folders: Sequence[Path]) -> None:
    """Remove what an earlier demo left; refuse what somebody else put there."""
    mark = root / _MARK
    present = [folder for folder in folders if folder.exists()]
    if present and not mark.is_file():
        raise DatasetError(
            f"The demo replaces {' and '.join(str(f) for f in folders)}, which it did not make; "
            f"give it another --dir. Received: {root}"
        )
    for folder in present:
        shutil.rmtree(folder)
    root.mkdir(parents=True, exist_ok=True)
    mark.write_text("modiste demo made this directory and may replace it.\n", encoding="utf-8")


def _answers(dataset: Dataset, recommender: Recommender) -> tuple[list[SheetRow], list[Table]]:
    photo = _held_out_street_photo(dataset)
    first, second = two_shoppers(recommender)
    pixels = decode(dataset.image_path(photo))
    asked = (
        ("A street photo, for shopper A", Query(image=pixels, user_id=first)),
        ("The same photo, for shopper B", Query(image=pixels, user_id=second)),
        (f'"{PHRASE}", for shopper A', Query(text=PHRASE, user_id=first)),
    )
    rows, tables = [], []
    for heading, query in asked:
        answer = recommender.recommend(query, K)
        rows.append(sheet_row(heading, query, answer, dataset, recommender))
        tables.append(answer_table(heading, answer, recommender))
    return rows, tables


def _held_out_street_photo(dataset: Dataset) -> str:
    """Return, of the test split's most frequent category, the photo that shows most of it."""
    photos = dataset.photos
    street = photos[
        (photos[columns.SPLIT] == columns.TEST) & (photos[columns.PHOTO_KIND] == columns.STREET)
    ]
    if street.empty:
        raise DatasetError(
            "The demo needs a street photo in the test split; draw more items. "
            f"Received: {len(dataset.items)} items without one"
        )
    counts = street[columns.CATEGORY].value_counts(sort=False).sort_index()
    chosen = street[street[columns.CATEGORY] == counts.idxmax()]
    edges = np.array(chosen[columns.BOX].tolist())
    areas = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
    return str(chosen[columns.IMAGE].iloc[int(areas.argmax())])


def two_shoppers(recommender: Recommender) -> tuple[str, str]:
    """Return the shopper who bought most, and the active one whose taste is least like theirs.

    Taste is what they bought, as attributes; their answers are not looked at.
    """
    history = recommender.history
    n_bought = np.array(
        [history.n_purchases[history.row(user)].sum() for user in range(len(history.user_ids))]
    )
    if (n_bought > 0).sum() < 2:
        raise DatasetError(
            "The demo needs two shoppers who bought something; simulate more of them. "
            f"Received: {(n_bought > 0).sum()}"
        )
    active = np.argsort(-n_bought, kind="stable")[:_N_ACTIVE]
    active = active[n_bought[active] > 0]
    tastes = np.stack([_taste(recommender, user) for user in active])
    alike = tastes @ tastes[0]
    other = int(active[int(np.argmin(alike))])
    return history.user_ids.ids[int(active[0])], history.user_ids.ids[other]


def _taste(recommender: Recommender, user: int) -> NDArray[np.float32]:
    history = recommender.history
    row = history.row(user)
    bought = history.item_index[row][history.n_purchases[row] > 0]
    taste = np.asarray(recommender.catalogue.attribute_profiles[bought].sum(axis=0)).ravel()
    return np.asarray(taste / max(float(np.linalg.norm(taste)), 1e-9), dtype=np.float32)
