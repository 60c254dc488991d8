"""H&M's Personalized Fashion Recommendations: articles, two years of purchases, photos.

References
----------
H&M Group, "H&M Personalized Fashion Recommendations", Kaggle, 2022,
https://www.kaggle.com/competitions/h-and-m-personalized-fashion-recommendations/data.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.data import columns
from modiste.data.dataset import EVENTS_FILE, IMAGES_FOLDER, empty_photos, write_dataset
from modiste.data.duplicates import PhotoHashes
from modiste.data.event_writer import event_writer
from modiste.data.hm_purchases import BLOCK_BYTES, DIGITS, Purchases, read_transactions
from modiste.data.prepared import PrepareReport, link_photo, refuse_in_place
from modiste.data.splits import split_hashed
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError, RowProblem
from modiste.progress import Progress, track

ARTICLES = "articles.csv"
TRANSACTIONS = "transactions_train.csv"
#: Attribute type of each column of the articles.
ATTRIBUTE_COLUMNS: Mapping[str, str] = {
    "graphical_appearance_name": "texture",
    "colour_group_name": "colour",
}
#: Further columns of the articles, which can be filtered by.
KEPT = ("product_group_name", "department_name", "index_name", "section_name")

_ARTICLE = ("article_id", "product_code", "prod_name", "product_type_name", *ATTRIBUTE_COLUMNS)
#: What H&M writes where it knows no name.
_NAMELESS = frozenset({"Unknown", "Undefined", "undefined", "Other"})
_UNKNOWN_ARTICLE = "article that articles.csv does not have"
_BROKEN = "broken row"
_NO_PHOTO = "photo that cannot be read"


def prepare(
    src: str | Path,
    dst: str | Path,
    *,
    progress: Progress | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> PrepareReport:
    """Write H&M's data as a dataset.

    An item is an article, ten digits with their leading zeros; articles of one product code
    are one group. Its category is the product type, its attributes are graphical appearance
    and colour group, its price the last one paid; the source scales prices by an
    unknown factor. Equal lines of a day (customer, article) are one purchase of that many.
    Times are midnights UTC. Transactions are read a block at a time: memory does not grow with
    them. Articles without photos, texts or purchases, and customers without purchases, are
    normal.

    Parameters
    ----------
    src : path
        Directory with ``articles.csv``, ``transactions_train.csv`` (or either packed,
        ``.csv.gz``) and, if any, ``images/0NN/0NNNNNNNNN.jpg``.
    dst : path
        The dataset directory to write. Photos are hard-linked, or copied where the file
        system cannot.
    progress : callable, optional
        Told of the bytes read of the transactions, and of the photos.
    block_bytes : int
        How much of the transactions is read at once.

    Returns
    -------
    PrepareReport
        What was written, and how many lines were left out for which reason.

    Raises
    ------
    DatasetError
        If a file or a column is missing, `src` and `dst` are one directory, or no line is
        usable.
    """
    source, target = Path(src), Path(dst)
    refuse_in_place(source, target)
    articles, article_problems = _read_articles(_find(source, ARTICLES))
    vocabulary = _vocabulary(articles)
    photos, photo_problems = _photos(articles, vocabulary, source, target, progress)
    path = _find(source, TRANSACTIONS)
    purchases = Purchases(pd.Index(articles["article_id"]), path.name)
    target.mkdir(parents=True, exist_ok=True)
    with event_writer(target / EVENTS_FILE) as writer:
        for chunk in read_transactions(path, block_bytes, progress):
            purchases.add(chunk, writer)
        purchases.finish(writer)
        if not writer.n_events:
            raise DatasetError(f"{path} must have purchases of known articles. Received: none")
    items = _items(articles, purchases.prices)
    write_dataset(target, vocabulary, items, None, photos)
    dropped = {
        _BROKEN: purchases.n_broken + len(article_problems),
        _UNKNOWN_ARTICLE: purchases.n_unknown,
        _NO_PHOTO: len(photo_problems),
    }
    return PrepareReport(
        n_items=len(articles),
        n_events=writer.n_events,
        n_photos=len(photos),
        dropped={reason: count for reason, count in dropped.items() if count},
        merged=purchases.n_merged,
        problems=(*article_problems, *photo_problems, *purchases.problems),
    )


def _find(source: Path, name: str) -> Path:
    for each in (name, f"{name}.gz"):
        if (source / each).is_file():
            return source / each
    raise DatasetError(f"H&M's data needs {name} or {name}.gz. Received: {source} without it")


def _read_articles(path: Path) -> tuple[pd.DataFrame, list[RowProblem]]:
    try:
        found = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    except (OSError, EOFError, ValueError) as error:
        raise DatasetError(f"{path} must be a CSV file. Received: {error}") from error
    missing = [name for name in _ARTICLE if name not in found]
    if missing:
        raise DatasetError(
            f"{path} needs the columns {', '.join(_ARTICLE)}. Received: no {', '.join(missing)}"
        )
    found["article_id"] = found["article_id"].str.zfill(DIGITS)
    is_broken = found["article_id"].isna() | found["article_id"].duplicated()
    problems = [
        RowProblem(path.name, int(row) + 2, "article_id", value, "must be there, and once only")
        for row, value in found["article_id"][is_broken].items()
    ]
    found = found[~is_broken].reset_index(drop=True)
    if found.empty:
        raise DatasetError(f"{path} must have articles. Received: none with an article_id")
    for name in ("product_type_name", *ATTRIBUTE_COLUMNS):
        found[name] = found[name].where(~found[name].isin(_NAMELESS), None)
    return found, problems


def _vocabulary(articles: pd.DataFrame) -> Vocabulary:
    categories = sorted(articles["product_type_name"].dropna().unique())
    return Vocabulary.from_pairs(
        [(name, "article") for name in categories],
        [
            (_attribute(value, column), kind)
            for column, kind in ATTRIBUTE_COLUMNS.items()
            for value in sorted(articles[column].dropna().unique())
        ],
    )


def _attribute(value: str, column: str) -> str:
    return f"{ATTRIBUTE_COLUMNS[column]}: {value}"


def _items(articles: pd.DataFrame, prices: NDArray[np.float64]) -> pd.DataFrame:
    title = articles["prod_name"].where(articles["prod_name"].notna(), articles["article_id"])
    further = {name: articles[name] for name in KEPT if name in articles}
    description = articles.get("detail_desc")
    return pd.DataFrame(
        {
            columns.ITEM_ID: articles["article_id"],
            columns.ITEM_GROUP_ID: articles["product_code"],
            columns.TITLE: title,
            columns.DESCRIPTION: description,
            columns.CATEGORY: articles["product_type_name"],
            columns.ATTRIBUTES: _attributes(articles),
            columns.COLOR: articles["colour_group_name"],
            columns.PRICE: prices,
            columns.AVAILABILITY: columns.IN_STOCK,
            **further,
        }
    )


def _attributes(articles: pd.DataFrame) -> list[list[str] | None]:
    rows = articles[list(ATTRIBUTE_COLUMNS)].to_dict("records")
    listed = [
        [_attribute(value, column) for column, value in row.items() if isinstance(value, str)]
        for row in rows
    ]
    return [names or None for names in listed]


def _unknown_attributes(articles: pd.DataFrame, vocabulary: Vocabulary) -> list[list[str]]:
    """Return the names that nobody gave: every one of a type that an article lacks."""
    by_type: dict[str, list[str]] = {kind: [] for kind in ATTRIBUTE_COLUMNS.values()}
    for name, kind in zip(vocabulary.attributes, vocabulary.attribute_types, strict=True):
        by_type[kind].append(name)
    return [
        [
            name
            for column, kind in ATTRIBUTE_COLUMNS.items()
            if not isinstance(row[column], str)
            for name in by_type[kind]
        ]
        for row in articles[list(ATTRIBUTE_COLUMNS)].to_dict("records")
    ]


def _photos(
    articles: pd.DataFrame,
    vocabulary: Vocabulary,
    source: Path,
    target: Path,
    progress: Progress | None,
) -> tuple[pd.DataFrame, list[RowProblem]]:
    """Link the photos that are there, split by what is in them; list those that are none."""
    images = [f"{IMAGES_FOLDER}/{article[:3]}/{article}.jpg" for article in articles["article_id"]]
    rows = [row for row, image in enumerate(images) if (source / image).is_file()]
    hashes = PhotoHashes.of([source / images[row] for row in rows], progress=progress)
    problems = [
        RowProblem(images[rows[i]], 0, "image", images[rows[i]], reason)
        for i, reason in hashes.problems.items()
    ]
    good = [i for i in range(len(rows)) if i not in hashes.problems]
    rows = [rows[i] for i in good]
    hashes = hashes.take(good)
    kept = articles.iloc[rows]
    categories = [name if isinstance(name, str) else None for name in kept["product_type_name"]]
    splits = split_hashed(hashes, labels=categories, progress=progress) if rows else []
    for row in track(rows, len(rows), "linking photos", progress):
        link_photo(source / images[row], target / images[row])
    frame = pd.DataFrame(
        {
            columns.IMAGE: [images[row] for row in rows],
            columns.ITEM_ID: kept["article_id"].tolist(),
            columns.CATEGORY: categories,
            columns.ATTRIBUTES: _attributes(kept),
            columns.ATTRIBUTES_UNKNOWN: _unknown_attributes(kept, vocabulary),
            columns.SPLIT: splits,
            columns.PHOTO_KIND: columns.SHOP,
        },
        columns=empty_photos().columns,
        dtype=object,
    )
    return frame, problems
