"""`modiste check`: the report for people and programs, and the exit status."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from PIL import Image

from modiste.cli import cli
from modiste.data.dataset import empty_events, empty_items, write_dataset
from modiste.data.vocabulary import Vocabulary


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "shop"
    (folder / "images").mkdir(parents=True)
    for i in range(3):
        pixels = np.random.default_rng(i).integers(0, 256, (32, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"images/{i}.png")
    photos = pd.DataFrame(
        {
            "image": [f"images/{i}.png" for i in range(3)],
            "category": "Dress",
            "split": ["train", "val", "test"],
        }
    )
    vocabulary = Vocabulary.from_pairs([("Dress", "full")], [])
    write_dataset(folder, vocabulary, empty_items(), empty_events(), photos)
    return folder


def test_a_clean_dataset_exits_with_0(dataset, tmp_path):
    page = tmp_path / "report.html"
    result = CliRunner().invoke(cli, ["check", str(dataset), "--html", str(page)])
    assert result.exit_code == 0
    assert "3 photos usable of 3" in result.stdout
    assert "Clean enough to train on." in result.stdout
    assert page.read_text().startswith("<!doctype html>")


def test_a_broken_one_exits_with_1_and_says_why(dataset):
    (dataset / "images/1.png").unlink()
    (dataset / "images/2.png").write_bytes((dataset / "images/0.png").read_bytes())
    result = CliRunner().invoke(cli, ["check", str(dataset)])
    assert result.exit_code == 1
    assert "missing photos (1); pairs of one photo across splits (1)." in result.stdout
    assert "images/1.png" in result.stdout


def test_json_is_for_a_program(dataset):
    (dataset / "images/1.png").write_bytes(b"no photo")
    result = CliRunner().invoke(cli, ["check", str(dataset), "--json"])
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert [photo["image"] for photo in found["unreadable"]] == ["images/1.png"]
    assert found["n_per_split"] == {"train": 1, "val": 1, "test": 1}
