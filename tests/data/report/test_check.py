"""What a check finds in a dataset with one of everything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from broken_dataset import HOSTILE, write_broken, write_clean

from modiste.data.dataset import Dataset, empty_events, empty_items, empty_photos, write_dataset
from modiste.data.report.check import check_dataset
from modiste.data.report.check_report import CheckReport, DuplicateGroup
from modiste.data.report.findings import list_findings
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, draw_photo) -> CheckReport:
    return check_dataset(write_broken(tmp_path_factory.mktemp("broken"), draw_photo))


def test_rows_are_counted(report):
    assert (report.n_items, report.n_events) == (2, 0)
    assert (report.n_photos, report.n_photo_rows, report.n_boxed) == (8, 13, 3)
    assert report.n_per_split == {"train": 5, "val": 2, "test": 1}
    assert not report.is_clean


def test_classes_are_counted_by_split(report):
    counts = {count.name: (dict(count.n_photos), count.total) for count in report.classes}
    assert [count.name for count in report.classes] == ["Dress", "Tee", "Cape", None]
    assert counts == {
        "Dress": ({"train": 4, "val": 2, "test": 0}, 6),
        "Tee": ({"train": 0, "val": 0, "test": 1}, 1),
        "Cape": ({"train": 0, "val": 0, "test": 0}, 0),
        None: ({"train": 1, "val": 0, "test": 0}, 1),
    }


def test_attributes_are_counted_where_they_are_known(report):
    counts = [(c.name, c.n_present, c.n_known) for c in report.attributes]
    assert counts == [("striped", 1, 3), ("maxi", 1, 3), ("odd", 0, 2)]


def test_missing_and_unreadable_photos_are_told_apart(report):
    assert report.missing == ("images/gone.png",)
    assert [found.image for found in report.unreadable] == ["images/cut.png"]
    assert "truncated" in report.unreadable[0].reason


def test_duplicates_are_told_by_kind_and_leaks_come_first(report):
    bytes_alike, picture_alike = report.duplicates
    assert bytes_alike.images == ("images/0.png", "images/copy of 0.png")
    assert bytes_alike.same_bytes
    assert bytes_alike.is_leak
    assert bytes_alike.is_contradictory
    assert bytes_alike.leaking_pairs() == [bytes_alike.images]
    assert picture_alike.images == ("images/1.png", "images/1 anew.jpg")
    assert not picture_alike.same_bytes
    assert not picture_alike.is_leak
    assert report.leaks == (bytes_alike,)


def test_each_bad_box_is_told_by_its_fault(report):
    assert [(found.image, found.problem) for found in report.boxes] == [
        ("images/2.png", "outside"),
        ("images/3.png", "no area"),
        ("images/4.png", "malformed"),
        ("images/5.png", "tiny"),
        (HOSTILE, "whole photo"),
    ]
    assert report.boxes[0].box == pytest.approx((0.2, 0.2, 1.3, 0.8))
    assert len(report.bad_boxes) == 3


def test_sizes_items_and_labels(report):
    assert report.sizes is not None
    assert report.sizes.width_px == (70, 96, 96)
    assert report.items_without_photos == ("2",)
    assert report.items_across_splits == ("1",)
    assert report.photos_without_labels == ("images/7.png",)


def test_examples_can_be_read_and_keep_their_boxes(report):
    assert set(report.examples) == {"Dress", "Tee"}
    assert "images/cut.png" not in report.examples["Dress"]
    assert report.boxes_of_examples["images/0.png"] == pytest.approx((0.1, 0.1, 0.9, 0.9))


def test_findings_count_each_kind(report):
    found = {finding.title: finding.count for finding in list_findings(report)}
    assert found == {
        "missing photos": 1,
        "unreadable photos": 1,
        "pairs of one photo across splits": 1,
        "boxes outside the photo or of no area": 3,
        "other bad values": 1,
        "categories without a training photo": 2,
        "categories of 1 to 4 training photos": 1,
        "categories of more than 50% of the photos": 1,
        "photos that repeat one of the same split": 1,
        "items with photos in several splits": 1,
        "groups of one photo with different categories": 1,
        "boxes of less than 0.1% of the photo": 1,
        "boxes of the whole photo": 1,
        "attributes that never occur": 1,
        "attributes that occur 1 to 4 times": 2,
        "attributes of unknown type": 1,
        "items without a photo": 1,
        "photos without a category or a known attribute": 1,
    }
    marks = {finding.title: finding.mark for finding in list_findings(report)}
    assert marks["missing photos"] == "mend"
    assert marks["boxes of the whole photo"] == "look"


def test_json_holds_everything(report):
    found = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert len(found["problems"]) == 5
    assert found["leaking_pairs"] == [["images/0.png", "images/copy of 0.png"]]
    assert found["missing"] == ["images/gone.png"]
    assert found["is_clean"] is False


def test_pairs_of_a_large_group_are_one_a_photo():
    group = DuplicateGroup(
        ("a", "b", "c", "d"), ("train", "test", "train", "val"), (None,) * 4, True
    )
    assert group.leaking_pairs() == [("a", "b"), ("a", "d")]


def test_a_clean_dataset_is_clean(tmp_path, draw_photo):
    report = check_dataset(write_clean(tmp_path, draw_photo))
    assert report.is_clean
    assert not report.duplicates
    assert {finding.mark for finding in list_findings(report)} == {"ok", "look"}
    assert not report.boxes
    assert Dataset.read(tmp_path).dropped == ()


def test_a_dataset_without_photos_can_be_checked(tmp_path):
    vocabulary = Vocabulary.from_pairs([("Dress", "full")], [])
    write_dataset(tmp_path, vocabulary, empty_items(), empty_events(), empty_photos())
    report = check_dataset(tmp_path)
    assert report.is_clean
    assert report.sizes is None
    assert report.classes[0].total == 0


def test_what_is_no_dataset_is_refused(tmp_path: Path):
    with pytest.raises(DatasetError, match="needs items"):
        check_dataset(tmp_path)


def test_progress_counts_photos(tmp_path, draw_photo):
    told = []
    check_dataset(write_clean(tmp_path, draw_photo), progress=lambda *step: told.append(step))
    assert (3, 3, "hashing photos") in told
    assert (1, 1, "comparing photos") in told
    assert told[-1] == (3, 3, "measuring photos")
