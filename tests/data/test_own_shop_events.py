"""A shop's own events, as plain tables and as GA4 exports them."""

from __future__ import annotations

import gzip
import json

import pandas as pd
import pytest
from own_shop_files import NAMES, PLAIN, prepared, shop_of

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
