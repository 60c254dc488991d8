from __future__ import annotations

import gzip

import pandas as pd
import pytest

from modiste.data.dataset import Dataset
from modiste.data.demo_shop.shop import write_demo_shop
from modiste.data.hm import prepare
from modiste.data.hm_layout import write_hm_layout
from modiste.errors import DatasetError

ARTICLES = (
    "article_id,product_code,prod_name,product_type_name,graphical_appearance_name,"
    "colour_group_name,section_name,detail_desc\n"
    '0108775015,0108775,Strap top,Vest top,Solid,Black,Everyday,"Jersey top, narrow straps."\n'
    "0108775044,0108775,Strap top,Vest top,Stripe,White,Everyday,\n"
    "0110065001,0110065,,Bra,Unknown,Dark Blue,Lingerie,Microfibre bra\n"
    "0110065001,0110065,Twice,Bra,Solid,Black,Lingerie,\n"
)
HEADER = "t_dat,customer_id,article_id,price,sales_channel_id\n"
LINES = (
    "2018-09-20,aaa,0108775015,0.0169,2\n"
    "2018-09-20,aaa,0108775015,0.0169,2\n"
    "2018-09-20,bbb,0110065001,0.0305,1\n"
    "2018-09-21,aaa,0108775015,0.0152,2\n"
    "2018-09-21,aaa,0999999999,0.0152,2\n"
    "not a day,aaa,0108775015,0.0152,2\n"
    "2018-09-22,,0108775015,0.0152,2\n"
    "2018-09-22,bbb,108775044,0.0203,2\n"
)


@pytest.fixture
def source(tmp_path, draw_photo):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "articles.csv").write_text(ARTICLES)
    (folder / "transactions_train.csv").write_text(HEADER + LINES)
    draw_photo(folder / "images/010/0108775015.jpg", 1)
    (folder / "images/010/0108775044.jpg").write_bytes(b"no photo at all")
    return folder


def test_articles_become_items_with_their_leading_zeros(source, tmp_path):
    prepare(source, tmp_path / "shop")
    shop = Dataset.read(tmp_path / "shop")
    items = shop.items.set_index("item_id")

    assert items.index.tolist() == ["0108775015", "0108775044", "0110065001"]
    assert items["item_group_id"].tolist() == ["0108775", "0108775", "0110065"]
    assert items["title"].tolist() == ["Strap top", "Strap top", "0110065001"]
    assert items.loc["0108775015", "description"] == "Jersey top, narrow straps."
    assert items.loc["0108775044", "description"] is None
    assert items["color"].tolist() == ["Black", "White", "Dark Blue"]
    assert list(items.loc["0108775044", "attributes"]) == ["texture: Stripe", "colour: White"]
    assert list(items.loc["0110065001", "attributes"]) == ["colour: Dark Blue"]
    assert items.loc["0108775015", "section_name"] == "Everyday"
    # The last price that was paid.
    assert items["price"].tolist() == pytest.approx([0.0152, 0.0203, 0.0305])


def test_lines_become_purchases(source, tmp_path):
    report = prepare(source, tmp_path / "shop")
    events = Dataset.read(tmp_path / "shop").events

    found = events[["user_id", "item_id", "quantity"]].to_numpy().tolist()
    assert found == [
        ["aaa", "0108775015", 2],
        ["bbb", "0110065001", 1],
        ["aaa", "0108775015", 1],
        ["bbb", "0108775044", 1],
    ]
    assert events["event_time"].iloc[-1] == pd.Timestamp("2018-09-22", tz="UTC")
    assert set(events["event_name"]) == {"purchase"}
    assert report.merged == 1
    assert report.dropped == {
        "broken row": 3,
        "article that articles.csv does not have": 1,
        "photo that cannot be read": 1,
    }
    places = {(problem.file, problem.row, problem.column) for problem in report.problems}
    assert places == {
        ("articles.csv", 5, "article_id"),
        ("images/010/0108775044.jpg", 0, "image"),
        ("transactions_train.csv", 7, "t_dat"),
        ("transactions_train.csv", 8, "customer_id"),
    }


def test_photos_that_are_there_are_labelled_by_their_article(source, tmp_path):
    prepare(source, tmp_path / "shop")
    (photo,) = Dataset.read(tmp_path / "shop").photos.to_dict("records")

    assert (photo["image"], photo["item_id"]) == ("images/010/0108775015.jpg", "0108775015")
    assert photo["category"] == "Vest top"
    assert list(photo["attributes"]) == ["texture: Solid", "colour: Black"]
    assert list(photo["attributes_unknown"]) == []


@pytest.mark.parametrize("block_bytes", [60, 100, 1 << 20])
def test_blocks_of_any_size_give_the_same(source, tmp_path, block_bytes):
    prepare(source, tmp_path / "whole")
    prepare(source, tmp_path / "shop", block_bytes=block_bytes)
    whole, shop = Dataset.read(tmp_path / "whole"), Dataset.read(tmp_path / "shop")

    pd.testing.assert_frame_equal(shop.events, whole.events)
    pd.testing.assert_frame_equal(shop.items, whole.items)


def test_packed_files_are_read(source, tmp_path):
    for name in ("articles.csv", "transactions_train.csv"):
        (source / f"{name}.gz").write_bytes(gzip.compress((source / name).read_bytes()))
        (source / name).unlink()
    told = []
    prepare(source, tmp_path / "shop", progress=lambda done, total, what: told.append((done, what)))

    assert len(Dataset.read(tmp_path / "shop").events) == 4
    assert "bytes of purchases read" in {what for _, what in told}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("articles.csv", None, "needs articles.csv"),
        ("articles.csv", "article_id,prod_name\n1,x\n", "needs the columns"),
        ("transactions_train.csv", None, "needs transactions_train.csv"),
        ("transactions_train.csv", "t_dat,customer_id\n2018-09-20,a\n", "with the columns"),
        ("transactions_train.csv", HEADER + "2018-09-20,a,1,1,1\n", "purchases of known articles"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_left_half_done(
    source, tmp_path, name, text, message
):
    (source / name).unlink()
    if text is not None:
        (source / name).write_text(text)

    with pytest.raises(DatasetError, match=message):
        prepare(source, tmp_path / "shop")
    assert not (tmp_path / "shop" / "events.parquet").exists()
    assert not list((tmp_path / "shop").glob("*.part"))


def test_the_demo_shop_in_hms_layout_comes_back(tmp_path):
    write_demo_shop(tmp_path / "demo", n_items=60, n_users=60, n_street_photos=20, workers=1)
    demo = Dataset.read(tmp_path / "demo")
    articles = write_hm_layout(tmp_path / "demo", tmp_path / "source")
    report = prepare(tmp_path / "source", tmp_path / "again")
    again = Dataset.read(tmp_path / "again")

    bought = demo.events[demo.events["event_name"] == "purchase"]
    assert again.items["item_id"].tolist() == [articles[item] for item in demo.items["item_id"]]
    assert again.items["title"].tolist() == demo.items["title"].tolist()
    assert again.events["quantity"].sum() == bought["quantity"].fillna(1).sum()
    assert again.events["user_id"].nunique() == bought["user_id"].nunique()
    assert report.n_photos == (demo.photos["photo_kind"] == "shop").sum()
    assert report.dropped == {}
