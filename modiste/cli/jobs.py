"""`modiste demo`, `train` and `evaluate`: the offline jobs."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modiste.cli import terminal
from modiste.cli.answering import opened_store, serve_release
from modiste.cli.options import EXISTING_FOLDER, FILE, FOLDER, json_option

if TYPE_CHECKING:
    from modiste.data.dataset import Dataset


_drop_option = click.option(
    "--drop-bad-rows", is_flag=True, help="Leave bad rows out and list them."
)


@click.command()
@click.option("--dir", "folder", type=FOLDER, default=Path("demo"), show_default=True)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True)
@click.option("--items", "n_items", type=click.IntRange(60), default=1500, show_default=True)
@click.option("--users", "n_users", type=click.IntRange(60), default=1200, show_default=True)
@click.option("--epochs", type=click.IntRange(1), default=16, show_default=True)
@json_option
@click.option("--serve", "serving", is_flag=True, help="Serve the page afterwards.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def demo(
    folder: Path,
    seed: int,
    n_items: int,
    n_users: int,
    epochs: int,
    as_json: bool,
    serving: bool,
    port: int,
) -> None:
    """Draw a shop, train on it, and answer a photo and a phrase.

    Writes the shop, the release and contact-sheet.png under --dir, in place of those of an
    earlier demo.
    """
    from modiste.training import demo as demonstration

    size = demonstration.DemoSize(n_items=n_items, n_users=n_users, epochs=epochs)
    with terminal.progress_bars() as progress:
        result = demonstration.run_demo(folder, size, seed=seed, progress=progress)
    if as_json:
        terminal.print_json(result.figures)
    else:
        terminal.print_tables(result.tables)
        for line in result.lines:
            terminal.say(line)
    if serving:
        with opened_store(folder / "store", None) as database:
            serve_release(
                result.releases_dir,
                result.dataset_dir,
                "127.0.0.1",
                port,
                4,
                demo=True,
                currency="EUR",
                database=database,
            )


@click.command()
@click.argument("dataset", type=FOLDER)
@click.argument("releases", type=FOLDER)
@click.option("--backbone", default="ResNet50", show_default=True, help="Of keras.applications.")
@click.option("--alpha", type=float, help="Width of a MobileNet.")
@click.option(
    "--weights", default="imagenet", show_default=True, help="imagenet, none or a .weights.h5 file."
)
@click.option("--image-size", type=click.IntRange(32), default=224, show_default=True)
@click.option(
    "--trainable-layers",
    type=click.IntRange(-1),
    default=12,
    show_default=True,
    help="Of the backbone, from its end; -1 for all.",
)
@click.option("--epochs", type=click.IntRange(1), default=20, show_default=True)
@click.option("--batch-size", type=click.IntRange(1), default=64, show_default=True)
@click.option(
    "--learning-rate",
    type=click.FloatRange(0, min_open=True),
    default=1e-3,
    show_default=True,
    help="The highest.",
)
@click.option(
    "--views",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="Of each photo: itself and random ones.",
)
@click.option(
    "--ema",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Keep the moving average of the weights, of this decay a step.",
)
@click.option(
    "--precision",
    type=click.Choice(["float32", "mixed_float16", "mixed_bfloat16"]),
    default="float32",
    show_default=True,
)
@click.option(
    "--strategy",
    type=click.Choice(["none", "mirrored"]),
    default="none",
    show_default=True,
    help="mirrored: every GPU of this machine.",
)
@click.option("--cache", "cache_dir", type=FOLDER, help="Keep what the frozen layers made here.")
@click.option(
    "--cache-size", type=click.FloatRange(0, min_open=True), help="Most that it takes, in GB."
)
@click.option(
    "--run",
    "run_dir",
    type=FOLDER,
    help="Folder of log, curves and state; one that is there already is resumed.  "
    "[default: runs/ and the time]",
)
@click.option("--litert", is_flag=True, help="Also write .tflite files for Android; takes minutes.")
@click.option("--word-vectors", type=FILE, help="In word2vec's format; binary if it ends in .bin.")
@click.option(
    "--settings",
    "settings_file",
    type=FILE,
    help="JSON file of the ranking's settings, such as `modiste tune` writes.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@_drop_option
@json_option
def train(
    dataset: Path,
    releases: Path,
    as_json: bool,
    drop_bad_rows: bool,
    litert: bool,
    word_vectors: Path | None,
    settings_file: Path | None,
    seed: int,
    **choices: Any,
) -> None:
    """Fit every part on DATASET and publish a release in RELEASES.

    A run that was stopped goes on where it was if --run names its folder and all else is
    the same.
    """
    from modiste.attribute_model.config import NetworkConfig
    from modiste.attribute_model.export import DEFAULT_VARIANTS, LITERT_VARIANTS
    from modiste.training.fit_options import FitOptions
    from modiste.training.job import JobConfig, run_job
    from modiste.training.ranking_settings import RankingSettings

    if choices["weights"] == "none":
        choices["weights"] = None
    if choices["run_dir"] is None:
        choices["run_dir"] = Path("runs", datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"))
    gigabytes = choices.pop("cache_size")
    choices["cache_bytes"] = None if gigabytes is None else int(gigabytes * 1e9)
    ours = {field.name for field in fields(NetworkConfig)}
    network = NetworkConfig(**{name: choices.pop(name) for name in ours & set(choices)})
    fit = FitOptions(**choices)
    ranking = RankingSettings.read(settings_file) if settings_file else RankingSettings()
    config = JobConfig(
        network,
        fit,
        als=ranking.als,
        item_to_item=ranking.item_to_item,
        ranker=ranking.ranker,
        pretrained_vectors=word_vectors,
    ).with_seed(seed)
    if litert:
        config = replace(config, variants=(*DEFAULT_VARIANTS, *LITERT_VARIANTS))
    terminal.tell(f"Run folder: {fit.run_dir}")
    data = _read(dataset, drop_bad_rows=drop_bad_rows)
    with terminal.progress_bars() as progress:
        published = run_job(data, releases, config, progress=progress)
    if as_json:
        terminal.print_json(
            {"release": published.path.name, "metrics": published.evaluation.figures}
        )
        return
    terminal.print_tables(published.evaluation.tables)
    terminal.say(f"Published {published.path}")


@click.command()
@click.argument("releases", type=EXISTING_FOLDER)
@click.argument("dataset", type=FOLDER)
@click.option("--split", type=click.Choice(["val", "test"]), default="test", show_default=True)
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a page with plots here.",
)
@_drop_option
@json_option
def evaluate(
    releases: Path,
    dataset: Path,
    split: str,
    page: Path | None,
    drop_bad_rows: bool,
    as_json: bool,
) -> None:
    """Score a release on the photos and purchases of DATASET that it was not fitted on."""
    from modiste.training.evaluation import evaluate_release

    with terminal.progress_bars() as progress:
        data = _read(dataset, drop_bad_rows=drop_bad_rows)
        evaluation = evaluate_release(releases, data, split, progress=progress)
    if page is not None:
        from modiste.training.evaluation_page import write_evaluation_page

        title = f"{releases.resolve().name} on {dataset.resolve().name} ({split})"
        write_evaluation_page(evaluation, title, str(releases), page)
        terminal.tell(f"Wrote {page}")
    if as_json:
        terminal.print_json(evaluation.figures)
        return
    terminal.print_tables(evaluation.tables)


def _read(path: Path, *, drop_bad_rows: bool) -> Dataset:
    from modiste.data.dataset import Dataset

    data = Dataset.read(path, drop_bad_rows=drop_bad_rows)
    if data.dropped:
        terminal.tell(f"Left out {len(data.dropped)} bad values:")
        for problem in data.dropped:
            terminal.tell(f"  {problem}")
    return data
