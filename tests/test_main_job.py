"""The main job on a small shop, whole: draw, train, publish, load, answer, serve, evaluate.

Every part is real: a Keras network trained from nothing (and therefore a poor one),
exported to ONNX; word vectors; ALS; LightGBM; the release on disk; the commands.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from modiste import Query, Recommender
from modiste.cli import cli, terminal
from modiste.data.dataset import Dataset
from modiste.errors import InvalidImageError, ReleaseError, UnknownItemError
from modiste.recommender.release import current_release

README = Path(__file__).parents[1] / "README.md"

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as `make demo` leaves it, with a small network."""
    root = tmp_path_factory.mktemp("shop")
    folder = root / "demo"
    run_command("prepare", "demo-shop", str(folder / "shop"), "--items", "90", "--users", "90")
    said = run_command(
        "train",
        str(folder / "shop"),
        str(folder / "releases"),
        *("--backbone", "MobileNetV2", "--alpha", "0.35", "--weights", "none"),
        *("--image-size", "64", "--epochs", "1", "--run", str(root / "run"), "--json"),
    )
    assert json.loads(said)["release"] == current_release(folder / "releases").name
    return folder


@pytest.fixture(scope="module")
def recommender(shop: Path) -> Recommender:
    return Recommender.load(shop / "releases")


@pytest.fixture(scope="module")
def dataset(shop: Path) -> Dataset:
    return Dataset.read(shop / "shop")


def run_command(*arguments: str, code: int = 0) -> str:
    """Run a command in a process of its own and return what it printed on standard output."""
    command = [sys.executable, "-c", "from modiste.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)  # noqa: S603
    assert done.returncode == code, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


def street_photo(dataset: Dataset) -> Path:
    photos = dataset.photos[dataset.photos["photo_kind"] == "street"]
    return dataset.image_path(photos["image"].iloc[0])


def test_a_photo_a_phrase_and_a_history_give_ten_products_with_reasons(
    recommender: Recommender, dataset: Dataset
) -> None:
    user_id = dataset.events["user_id"].mode().iloc[0]
    queries = [
        Query(image=street_photo(dataset), user_id=user_id),
        Query(text="striped navy dress"),
        Query(user_id=user_id),
        Query(),
    ]
    for query in queries:
        answer = recommender.recommend(query)
        assert [found.rank for found in answer] == list(range(1, 11))
        assert len({found.item_id for found in answer}) == 10
        assert all(found.reasons for found in answer)
        assert all(0 <= found.match_score <= 1 for found in answer)
        assert all(0 <= found.personal_score <= 1 for found in answer)
        scores = [found.score for found in answer]
        assert scores == sorted(scores, reverse=True)
    garment = recommender.recommend(queries[0]).garment
    assert garment is not None
    assert garment.category in dataset.vocabulary.categories
    assert sum(garment.category_scores.values()) == pytest.approx(1, abs=1e-3)
    assert np.linalg.norm(garment.embedding) == pytest.approx(1, abs=1e-3)
    x1, y1, x2, y2 = garment.box
    assert 0 <= x1 < x2 <= 1
    assert 0 <= y1 < y2 <= 1


def test_a_shoppers_history_changes_the_order(recommender: Recommender, dataset: Dataset) -> None:
    photo = street_photo(dataset)
    users = dataset.events["user_id"].value_counts().index[:5]
    orders = {
        tuple(f.item_id for f in recommender.recommend(Query(image=photo, user_id=user)))
        for user in users
    }
    assert len(orders) > 1


def test_out_of_stock_is_never_shown_and_filters_hold(
    recommender: Recommender, dataset: Dataset
) -> None:
    items = dataset.items.set_index("item_id")
    shown = [f.item_id for f in recommender.recommend(Query(), 60)]
    assert (items.loc[shown, "availability"] == "in_stock").all()
    cheap = recommender.recommend(Query(), 10, filters={"price": {"max": 40}})
    assert (items.loc[[f.item_id for f in cheap], "price"] <= 40).all()


@pytest.mark.parametrize("k", [0, -1, 10_000])
def test_k_outside_the_catalogue_is_refused(recommender: Recommender, k: int) -> None:
    with pytest.raises(ValueError, match=f"Received: {k}"):
        recommender.recommend(Query(), k)


def test_bad_queries_get_an_error_or_a_stated_fallback(recommender: Recommender) -> None:
    with pytest.raises(InvalidImageError):
        recommender.recommend(Query(image=b"GIF89a" + b"0" * 50))
    with pytest.raises(ValueError, match="at least one word"):
        recommender.recommend(Query(text=" "))
    with pytest.raises(ValueError, match=r"10,?000"):
        recommender.recommend(Query(text="word " * 10_000))
    with pytest.raises(UnknownItemError):
        recommender.recommend(Query(item_id="nobody"))
    new = recommender.recommend(Query(user_id="nobody"))
    assert len(new) == 10
    assert any("nobody" in note for note in new.notes)
    home = recommender.recommend(Query())
    assert [f.item_id for f in new] == [f.item_id for f in home]
    none = recommender.recommend(Query(), filters={"price": {"max": 0.01}})
    assert list(none) == []
    assert none.notes


def test_a_changed_release_is_refused(shop: Path, tmp_path: Path) -> None:
    release = current_release(shop / "releases")
    for name in ("network.onnx", "items.parquet", "embeddings.npy", "ranker.json"):
        copy = tmp_path / name
        copy.mkdir()
        for file in release.iterdir():
            (copy / file.name).write_bytes(file.read_bytes())
        changed = bytearray((copy / name).read_bytes())
        changed[len(changed) // 2] ^= 1
        (copy / name).write_bytes(changed)
        with pytest.raises(ReleaseError, match=re.escape(name)):
            Recommender.load(copy)


def test_the_readme_example_runs(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = re.search(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert example is not None
    monkeypatch.chdir(shop.parent)
    exec(compile(example.group(1), "README.md", "exec"), {})  # noqa: S102
    assert len(capsys.readouterr().out.strip().splitlines()) == 10


def readme_commands() -> Iterator[list[str]]:
    for block in re.findall(r"```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL):
        for line in block.splitlines():
            words = [w.strip('"') for w in re.findall(r'"[^"]*"|\S+', line.split("#")[0])]
            if words[:1] == ["modiste"]:
                yield words[1:]


@pytest.mark.parametrize("words", list(readme_commands()), ids=" ".join)
def test_the_readme_commands_parse(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("demo/releases", "releases", "dataset", "SOURCE"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    command: click.Command = cli
    while isinstance(command, click.Group):
        name, *words = words
        found = command.commands.get(name)
        assert found is not None, name
        command = found
    assert command.make_context(command.name, words).params


def test_the_command_answers_and_explains(shop: Path, dataset: Dataset) -> None:
    photo = str(street_photo(dataset))
    said = run_command("recommend", str(shop / "releases"), "--photo", photo, "--text", "blue")
    assert "Seen: " in said
    assert "blue = blue" in said
    found = json.loads(run_command("recommend", str(shop / "releases"), "-k", "3", "--json"))
    assert len(found["recommendations"]) == 3


def test_the_command_follows_a_shops_rules(
    shop: Path, recommender: Recommender, tmp_path: Path
) -> None:
    plain = recommender.recommend(Query(), 20)
    rules = tmp_path / "rules.json"
    pinned, excluded = plain[15].item_id, plain[0].item_id
    rules.write_text(json.dumps({"pinned": [pinned], "excluded": [excluded], "diversity": 0.3}))
    command = ("recommend", str(shop / "releases"), "--rules", str(rules))
    found = json.loads(run_command(*command, "--json"))["recommendations"]
    assert found[0]["item_id"] == pinned
    assert found[0]["reasons"][0]["text"] == "chosen by the shop"
    assert excluded not in {product["item_id"] for product in found}
    rules.write_text('{"diversity": 7}')
    assert "diversity must be a number from 0 to below 1" in run_command(*command, code=2)


def test_the_release_is_evaluated_as_it_was_when_published(shop: Path, tmp_path: Path) -> None:
    page = tmp_path / "evaluation.html"
    said = run_command(
        *("evaluate", str(shop / "releases"), str(shop / "shop"), "--json", "--html", str(page))
    )
    manifest = json.loads((current_release(shop / "releases") / "manifest.json").read_text())
    found = json.loads(said)
    assert found["network"] == manifest["metrics"]["network"]
    assert found["ranking"] == manifest["metrics"]["ranking"]
    assert "NDCG@10" in page.read_text(encoding="utf-8")


def test_settings_are_searched_and_taken(shop: Path, tmp_path: Path) -> None:
    folders = (str(shop / "releases"), str(shop / "shop"), str(tmp_path / "study"))
    said = run_command("tune", *folders, "--trials", "2", "--json")
    found = json.loads(said)
    assert found["n_trials"] == 2
    assert found["best"]["ndcg_at_10"] >= found["start"]["ndcg_at_10"]
    written = json.loads((tmp_path / "study" / "settings.json").read_text())
    assert written == found["best"]["settings"]
    again = run_command("tune", *folders, "--trials", "2")
    assert "Best of 2 settings" in again
    assert "0 (start)" in again
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"als": {"factors": 3}}')
    refused = run_command(
        *("train", str(shop / "shop"), str(tmp_path / "none"), "--settings", str(wrong)), code=2
    )
    assert "als must be an object with any of n_factors" in refused


def test_releases_are_listed_checked_and_refused(shop: Path, tmp_path: Path) -> None:
    release = current_release(shop / "releases")
    assert f"* {release.name}" in run_command("releases", "list", str(shop / "releases"))
    assert "is whole" in run_command("releases", "check", str(release))
    assert "Received" in run_command("releases", "rollback", str(shop / "releases"), code=1)
    assert "Received" in run_command("recommend", str(tmp_path), code=1)
    assert "Received: 0" in run_command("recommend", str(shop / "releases"), "-k", "0", code=2)


def test_bad_rows_stop_a_job_or_are_listed(shop: Path, tmp_path: Path) -> None:
    copy = tmp_path / "shop"
    copy.mkdir()
    for file in (shop / "shop").glob("*.*"):
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / "images").symlink_to(shop / "shop" / "images")
    events = pd.read_parquet(copy / "events.parquet")
    events.loc[3, "item_id"] = "nobody"
    events.to_parquet(copy / "events.parquet")
    said = run_command("evaluate", str(shop / "releases"), str(copy), code=1)
    assert "events.parquet row 3, column 'item_id'" in said
    assert "'nobody'" in said


def test_serving_imports_no_training_library() -> None:
    check = "import sys; from modiste import Recommender; print(*sys.modules)"
    command = [sys.executable, "-c", check]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)  # noqa: S603
    loaded = set(done.stdout.split())
    for name in ("tensorflow", "keras", "gensim", "flask", "sqlalchemy", "sklearn"):
        assert name not in loaded


def test_a_photo_file_that_is_none_is_refused(shop: Path, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (40, 40)).save(photo)
    photo.write_bytes(photo.read_bytes()[:200])
    said = run_command("recommend", str(shop / "releases"), "--photo", str(photo), code=1)
    assert "truncated" in said


def test_terminal_tables_take_the_evaluation(
    capsys: pytest.CaptureFixture[str], shop: Path
) -> None:
    from modiste.training.evaluation import evaluate_release

    evaluation = evaluate_release(shop / "releases", Dataset.read(shop / "shop"), "test")
    terminal.print_tables(evaluation.tables)
    said = capsys.readouterr().out
    assert "category top-5" in said
    assert "served (hybrid behind the guard)" in said
