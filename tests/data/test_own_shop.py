"""A shop's own files in every format, written as its software writes them."""

from __future__ import annotations

import gzip

import pandas as pd
import pytest
from click.testing import CliRunner
from own_shop_files import NAMES, PLAIN, prepared, shop_of

from modiste.cli import cli
from modiste.data.own_shop import NO_CATEGORY
from modiste.data.shop_files.catalogue_rows import price
from modiste.errors import DatasetError

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
