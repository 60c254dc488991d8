"""A shop's own files for the tests of their reader."""

from __future__ import annotations

from datetime import UTC, datetime

from modiste.data.dataset import Dataset
from modiste.data.own_shop import prepare

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PLAIN = "sku,name,price,kind,season\n007,Linen dress,49.90,Dress,SS26\n008,Tee,12,Tee,SS26\n"


def shop_of(tmp_path, **files):
    source = tmp_path / "source"
    source.mkdir()
    for name, text in files.items():
        (source / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return source


def prepared(source, tmp_path, **how):
    report = prepare(source, tmp_path / "shop", now=NOW, **how)
    return report, Dataset.read(tmp_path / "shop", now=NOW)


NAMES = {
    "user_id": "customer",
    "item_id": "sku",
    "event_name": "what",
    "event_time": "at",
    "quantity": "pieces",
    "title": "name",
    "category": "kind",
}
