"""A dataset written in the layout of H&M's data; `modiste.data.hm` reads it back."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.errors import DatasetError

_NAMELESS = "Unknown"
_JPEG = (".jpg", ".jpeg")


def write_hm_layout(dataset_path: str | Path, out: str | Path) -> Mapping[str, str]:
    """Write a dataset's items, purchases and first shop photos as H&M does.

    Every purchased piece is a line of its own. The texture of an item is its graphical
    appearance. Views, searches and refunds have no place in this layout.

    Parameters
    ----------
    dataset_path : path
        A dataset directory with items and purchases.
    out : path
        The directory to write.

    Returns
    -------
    mapping of str to str
        The article id of each item id.

    Raises
    ------
    DatasetError
        If the dataset cannot be read or has no purchases.
    """
    dataset, target = Dataset.read(dataset_path), Path(out)
    bought = dataset.events[dataset.events[columns.EVENT_NAME] == columns.PURCHASE]
    if bought.empty:
        raise DatasetError(f"H&M's layout needs purchases. Received: {dataset_path} without any")
    target.mkdir(parents=True, exist_ok=True)
    articles = _article_ids(dataset.items)
    _write_articles(dataset, articles, target / "articles.csv")
    customers = {user: _customer_id(user) for user in sorted(bought[columns.USER_ID].unique())}
    pd.DataFrame(
        {"customer_id": list(customers.values()), "FN": "", "Active": "", "age": ""}
    ).to_csv(target / "customers.csv", index=False)
    pieces = bought.loc[bought.index.repeat(bought[columns.QUANTITY].fillna(1).astype(int))]
    prices = dict(zip(dataset.items[columns.ITEM_ID], dataset.items[columns.PRICE], strict=True))
    pd.DataFrame(
        {
            "t_dat": pieces[columns.EVENT_TIME].dt.strftime("%Y-%m-%d"),
            "customer_id": pieces[columns.USER_ID].map(customers),
            "article_id": pieces[columns.ITEM_ID].map(articles),
            "price": pieces[columns.ITEM_ID].map(prices),
            "sales_channel_id": 2,
        }
    ).sort_values("t_dat", kind="stable").to_csv(target / "transactions_train.csv", index=False)
    _write_photos(dataset, articles, target)
    return articles


def _article_ids(items: pd.DataFrame) -> dict[str, str]:
    groups = pd.factorize(items[columns.ITEM_GROUP_ID].fillna(items[columns.ITEM_ID]))[0]
    nth = pd.Series(groups).groupby(groups).cumcount()
    return {
        item: f"{group + 108775:07d}{piece + 1:03d}"
        for item, group, piece in zip(items[columns.ITEM_ID], groups, nth, strict=True)
    }


def _customer_id(user: str) -> str:
    return hashlib.sha256(user.encode()).hexdigest()


def _write_articles(dataset: Dataset, articles: Mapping[str, str], path: Path) -> None:
    vocabulary, items = dataset.vocabulary, dataset.items
    kinds = dict(zip(vocabulary.attributes, vocabulary.attribute_types, strict=True))
    textures = [
        next((name for name in listed or () if kinds[name] == "texture"), _NAMELESS)
        for listed in items[columns.ATTRIBUTES]
    ]
    ids = items[columns.ITEM_ID].map(articles)
    pd.DataFrame(
        {
            "article_id": ids,
            "product_code": ids.str[:7],
            "prod_name": items[columns.TITLE],
            "product_type_name": items[columns.CATEGORY].fillna(_NAMELESS),
            "product_group_name": "Garment Full body",
            "graphical_appearance_name": textures,
            "colour_group_name": items[columns.COLOR].fillna(_NAMELESS),
            "department_name": "Dresses",
            "index_name": "Ladieswear",
            "section_name": "Everyday Collection",
            "detail_desc": items[columns.DESCRIPTION],
        }
    ).to_csv(path, index=False)


def _write_photos(dataset: Dataset, articles: Mapping[str, str], target: Path) -> None:
    shop = dataset.photos[dataset.photos[columns.PHOTO_KIND] == columns.SHOP]
    for image, item in zip(shop[columns.IMAGE], shop[columns.ITEM_ID], strict=True):
        article = articles.get(item)
        if article is None or Path(image).suffix.lower() not in _JPEG:
            continue
        path = target / "images" / article[:3] / f"{article}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(dataset.image_path(image), path)
