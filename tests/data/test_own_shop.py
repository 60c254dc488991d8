"""A shop's own files in every format, written as its software writes them."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pandas as pd
import pytest
from click.testing import CliRunner

from modiste.cli import cli
from modiste.data.dataset import Dataset
from modiste.data.own_shop import NO_CATEGORY, prepare
from modiste.data.shop_files.catalogue_rows import price
from modiste.errors import DatasetError

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FEED = (
    "id\ttitle\tdescription\tlink\tprice\tavailability\tbrand\tcolor\tmaterial\t"
    "product_type\titem_group_id\tgender\n"
    "007\tLinen &amp; lace dress\t<p>Cool,\u00a0loose</p>\thttps://x\t49.90 EUR\tin stock\tMira\t"
    "Navy/White\tLinen\tWomen > Dresses\tg1\tfemale\n"
    "008\tLinen dress\t\thttps://x\tEUR 1.299,00\tpreorder\tMira\tRed\tLinen\t"
    "Women > Dresses\tg1\t\n"
    "009\tTote\t\thttps://x\tcheap\tperhaps\t\t\tCotton\t\t\t\n"
    "009\tTote again\t\thttps://x\t5 EUR\tin stock\t\t\t\t\t\t\n"
)
RSS = """<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>
<item><g:id>007</g:id><title>Linen dress</title><g:price>49.90 EUR</g:price>
<g:availability>in_stock</g:availability><g:color>Navy</g:color>
<g:product_type>Women &gt; Dresses</g:product_type></item>
<item><g:id>008</g:id><g:title>Tee</g:title><g:price>9 EUR</g:price></item>
</channel></rss>"""
SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Option1 Name,Option1 Value,"
    "Option2 Name,Option2 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,"
    "Variant Inventory Policy,Variant Price,Image Src,Status\n"
    'wrap-dress,Wrap dress,"<p>Ties at the <b>waist</b></p>",Mira,Apparel > Dresses,,"new, linen",'
    "Color,Navy,Size,S,W1,shopify,0,deny,49.90,https://x/1.jpg,active\n"
    "wrap-dress,,,,,,,,Navy,,M,W2,shopify,3,deny,45.00,,\n"
    "wrap-dress,,,,,,,,Red,,S,W3,shopify,0,deny,49.90,,\n"
    "wrap-dress,,,,,,,,,,,,,,,,https://x/2.jpg,\n"
    "tote,Tote,,,,Bags,,Title,Default Title,,,T1,,,continue,12.00,,active\n"
    "old,Old hat,,,,Hats,,Title,Default Title,,,O1,,,deny,12.00,,archived\n"
)
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


class TestCatalogues:
    def test_a_merchant_feed(self, tmp_path):
        source = shop_of(tmp_path, feed__txt=FEED)
        report, shop = prepared(source, tmp_path)
        items = shop.items.set_index("item_id")

        assert items.index.tolist() == ["007", "008", "009"]
        assert items.loc["007", "title"] == "Linen & lace dress"
        assert items.loc["007", "description"] == "Cool, loose"
        assert items["price"].tolist()[:2] == [49.9, 1299.0]
        assert pd.isna(items.loc["009", "price"])
        assert items["availability"].tolist() == ["in_stock", "out_of_stock", "out_of_stock"]
        assert items["category"].tolist() == ["Dresses", "Dresses", None]
        assert items.loc["007", "item_group_id"] == "g1"
        assert set(items.loc["007", "attributes"]) == {"linen", "navy"}
        assert items.loc["007", "color"] == "Navy/White"
        assert items.loc["007", "gender"] == "female"
        types = dict(zip(shop.vocabulary.attributes, shop.vocabulary.attribute_types, strict=True))
        assert types == {"cotton": "fabric", "linen": "fabric", "navy": "colour", "red": "colour"}
        assert [(p.row, p.column) for p in report.problems] == [
            (5, "id"),
            (4, "price"),
            (4, "availability"),
        ]

    def test_a_feed_as_rss(self, tmp_path):
        _, shop = prepared(shop_of(tmp_path, feed__xml=RSS), tmp_path)

        assert shop.items["item_id"].tolist() == ["007", "008"]
        assert shop.items["title"].tolist() == ["Linen dress", "Tee"]
        assert shop.items["category"].tolist() == ["Dresses", None]

    def test_a_feed_that_declares_entities_is_refused(self, tmp_path):
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><rss><item><id>&a;</id></item></rss>'
        with pytest.raises(DatasetError, match="entities"):
            prepared(shop_of(tmp_path, feed__xml=bomb), tmp_path)

    def test_a_shopify_export(self, tmp_path):
        _, shop = prepared(shop_of(tmp_path, products_export__csv=SHOPIFY), tmp_path)
        items = shop.items.set_index("item_id")

        assert items.index.tolist() == ["wrap-dress:Navy", "wrap-dress:Red", "tote", "old"]
        navy = items.loc["wrap-dress:Navy"]
        assert (navy["item_group_id"], navy["price"]) == ("wrap-dress", 45.0)
        assert navy["description"] == "Ties at the waist"
        assert (navy["category"], navy["sizes"], navy["brand"]) == ("Dresses", "S M", "Mira")
        assert items["availability"].tolist() == [
            "in_stock",
            "out_of_stock",
            "in_stock",
            "out_of_stock",
        ]
        assert items.loc["tote", "category"] == "Bags"
        assert list(navy["attributes"]) == ["navy"]

    @pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
    def test_a_plain_table_with_names_of_its_own(self, tmp_path, kind):
        source = shop_of(tmp_path)
        table = pd.DataFrame(
            [line.split(",") for line in PLAIN.splitlines()[1:]],
            columns=PLAIN.splitlines()[0].split(","),
        )
        if kind == "parquet":
            table.astype({"price": float}).to_parquet(source / "items.parquet")
        elif kind == "csv.gz":
            (source / "items.csv.gz").write_bytes(gzip.compress(PLAIN.encode()))
        else:
            (source / "items.csv").write_text(PLAIN)
        names = {"item_id": "sku", "title": "name", "category": "kind"}
        _, shop = prepared(source, tmp_path, column=names)

        assert shop.items["item_id"].tolist() == ["007", "008"]
        assert shop.items["title"].tolist() == ["Linen dress", "Tee"]
        assert shop.items["price"].tolist() == [49.9, 12.0]
        assert shop.items["category"].tolist() == ["Dress", "Tee"]
        assert shop.items["season"].tolist() == ["SS26", "SS26"]

    def test_a_shop_without_categories_has_one(self, tmp_path):
        _, shop = prepared(shop_of(tmp_path, items__csv="item_id,title\n1,Tee\n"), tmp_path)

        assert shop.items["category"].tolist() == [NO_CATEGORY]


EVENTS = (
    "customer,sku,what,at,pieces\n"
    "u1,007,purchase,2026-05-01 10:00:00,2\n"
    "u1,007,purchase,2026-05-01T10:00:00Z,2\n"
    "u2,008,view,1746100000,\n"
    "u2,008,purchase,1746100000000,-1\n"
    "u3,999,purchase,2026-05-02,1\n"
    ",007,purchase,2026-05-02,1\n"
    "u3,007,purchase,yesterday,1\n"
    "u3,007,purchase,2027-05-02,1\n"
    "u3,007,purchase,2026-05-02,0\n"
    "u3,007,scroll,2026-05-02,1\n"
)
NAMES = {
    "user_id": "customer",
    "item_id": "sku",
    "event_name": "what",
    "event_time": "at",
    "quantity": "pieces",
    "title": "name",
    "category": "kind",
}


def ga4_event(name, user, items=(), at=1746100000000000, **more):
    return {"event_name": name, "user_pseudo_id": user, "event_timestamp": str(at)} | {
        "items": [{"item_id": item, "quantity": n} for item, n in items],
        **more,
    }


def test_ids_that_are_numbers_have_no_decimals(tmp_path):
    source = shop_of(tmp_path)
    items = pd.DataFrame({"item_id": [7, 8], "title": ["Tee", "Hat"]})
    items.to_parquet(source / "items.parquet")
    times = pd.to_datetime(["2026-05-01", "2026-05-02", "2026-05-03"], utc=True)
    events = pd.DataFrame({"user_id": [1.0, None, 2.0], "item_id": [7, 7, 8], "event_time": times})
    events.to_parquet(source / "events.parquet")
    report, shop = prepared(source, tmp_path)

    assert shop.items["item_id"].tolist() == ["7", "8"]
    assert shop.events[["user_id", "item_id"]].to_numpy().tolist() == [["1", "7"], ["2", "8"]]
    assert report.dropped == {"no shopper": 1}


class TestEvents:
    def test_a_plain_table(self, tmp_path):
        source = shop_of(tmp_path, items__csv=PLAIN, events__csv=EVENTS)
        report, shop = prepared(source, tmp_path, column=NAMES)
        events = shop.events

        assert events[["user_id", "item_id", "event_name"]].to_numpy().tolist() == [
            ["u1", "007", "purchase"],
            ["u2", "008", "view_item"],
            ["u2", "008", "refund"],
        ]
        assert events["quantity"].tolist() == [2, pd.NA, 1]
        assert events["event_time"].iloc[1] == events["event_time"].iloc[2]
        assert report.dropped == {
            "no shopper": 1,
            "unreadable time": 1,
            "time in the future": 1,
            "event of another kind": 1,
            "quantity 0 or unreadable": 1,
            "item that the catalogue does not have": 1,
            "event that was there already": 1,
        }
        assert {(p.row, p.column) for p in report.problems} == {
            (7, "user_id"),
            (8, "event_time"),
            (9, "event_time"),
            (10, "quantity"),
        }

    def test_the_same_events_have_the_same_ids_again(self, tmp_path):
        source = shop_of(tmp_path, items__csv=PLAIN, events__csv=EVENTS)
        _, first = prepared(source, tmp_path, column=NAMES)
        (source / "events.csv").write_text(
            EVENTS.splitlines()[0] + "\n" + "\n".join(reversed(EVENTS.splitlines()[1:])) + "\n"
        )
        _, again = prepared(source, tmp_path, column=NAMES)

        assert set(again.events["event_id"]) == set(first.events["event_id"])

    def test_ids_that_come_twice_count_once(self, tmp_path, monkeypatch):
        monkeypatch.setattr("modiste.data.shop_files.plain.CHUNK_ROWS", 2)
        lines = "".join(f"e{i % 3},u{i},007,2026-05-0{i + 1}\n" for i in range(6))
        source = shop_of(
            tmp_path, items__csv=PLAIN, events__csv="event_id,user_id,item_id,event_time\n" + lines
        )
        report, shop = prepared(source, tmp_path, column={"item_id": "sku", "title": "name"})

        assert shop.events["event_id"].tolist() == ["e0", "e1", "e2"]
        assert set(shop.events["event_name"]) == {"purchase"}
        assert report.dropped == {"event that was there already": 3}

    @pytest.mark.parametrize("packed", [False, True])
    def test_a_ga4_export(self, tmp_path, packed):
        source = shop_of(tmp_path, items__csv=PLAIN)
        words = [{"key": "search_term", "value": {"string_value": "linen dress"}}]
        events = [
            ga4_event("purchase", "p1", [("007", 1), ("008", 2)], user_id="u1"),
            ga4_event("view_item", "p2", [("007", None)]),
            ga4_event("view_search_results", "p2", event_params=words),
            ga4_event("page_view", "p2"),
        ]
        text = "".join(json.dumps(event) + "\n" for event in events).encode()
        name = "events.jsonl.gz" if packed else "events.jsonl"
        (source / name).write_bytes(gzip.compress(text) if packed else text)
        report, shop = prepared(source, tmp_path, column={"item_id": "sku", "title": "name"})

        found = shop.events[["user_id", "item_id", "event_name", "search_term"]]
        assert found.to_numpy().tolist() == [
            ["u1", "007", "purchase", None],
            ["u1", "008", "purchase", None],
            ["p2", "007", "view_item", None],
            ["p2", None, "search", "linen dress"],
        ]
        assert report.dropped == {"event of another kind": 1}

    def test_a_ga4_export_as_parquet_in_a_folder(self, tmp_path):
        source = shop_of(tmp_path, items__csv=PLAIN)
        (source / "events").mkdir()
        for day in (1, 2):
            events = [ga4_event("purchase", f"p{day}", [("007", day)])]
            pd.DataFrame(events).to_parquet(source / "events" / f"2026050{day}.parquet")
        _, shop = prepared(source, tmp_path, column={"item_id": "sku", "title": "name"})

        assert shop.events["user_id"].tolist() == ["p1", "p2"]
        assert shop.events["quantity"].tolist() == [1, 2]


def test_photos_are_found_by_their_names(tmp_path, draw_photo):
    source = shop_of(tmp_path, items__csv=PLAIN)
    for seed, name in enumerate(("007.jpg", "007-2.png", "008/back.jpg", "logo.png")):
        draw_photo(source / "images" / name, seed)
    (source / "images" / "008.webp").write_bytes(b"not a photo")
    report, shop = prepared(source, tmp_path, column=NAMES)

    found = dict(zip(shop.photos["image"], shop.photos["item_id"], strict=True))
    assert found == {
        "images/007-2.png": "007",
        "images/007.jpg": "007",
        "images/008/back.jpg": "008",
    }
    assert shop.photos["category"].tolist() == ["Dress", "Dress", "Tee"]
    assert report.dropped == {
        "photo of no item of the catalogue": 1,
        "photo that cannot be read": 1,
    }


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "needs a catalogue"),
        ({"items__csv": "name\nTee\n"}, "--column item_id=THEIRS"),
        ({"items__csv": "item_id,title\n"}, "must have items"),
        ({"items__csv": PLAIN, "events__csv": "who\nu1\n"}, "needs the column"),
        ({"items__csv": PLAIN, "events__json": "[1]\n"}, "must be an event"),
        ({"items__csv": PLAIN, "events__json": "{\n"}, "as JSON"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, files, message):
    names = {"item_id": "sku", "title": "name", "user_id": "customer"}
    has_names = "sku" in files.get("items__csv", "")
    with pytest.raises(DatasetError, match=message):
        prepared(shop_of(tmp_path, **files), tmp_path, column=names if has_names else None)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("15.00 USD", 15.0),
        ("EUR 1.299,00", 1299.0),
        ("1,299.00", 1299.0),
        ("1'299", 1299.0),
        ("12", 12.0),
        ("12,5", 12.5),
        ("1,000", 1000.0),
        ("free", None),
        ("", None),
        (float("nan"), None),
        (9, 9.0),
    ],
)
def test_prices_as_shops_write_them(written, value):
    assert price(written) == value


def test_the_command(tmp_path):
    source = shop_of(tmp_path, items__csv=PLAIN)
    arguments = ["prepare", "own-shop", str(source), str(tmp_path / "shop")]
    named = ["--column", "item_id=sku", "--column", "title=name"]
    result = CliRunner().invoke(cli, [*arguments, *named])

    assert result.exit_code == 0, result.output
    assert "2 items, 0 events, 0 photos written" in result.output
    bad = CliRunner().invoke(cli, [*arguments, "--column", "sku"])
    assert bad.exit_code == 2
    assert "item_id=sku" in bad.output
