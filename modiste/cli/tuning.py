"""`modiste tune`: a search for the settings of a shop's ranking."""

from __future__ import annotations

from pathlib import Path

import click

from modiste.cli import terminal
from modiste.cli.options import EXISTING_FOLDER, FOLDER, json_option

_N_SHOWN = 10


@click.command()
@click.argument("releases", type=EXISTING_FOLDER)
@click.argument("dataset", type=FOLDER)
@click.argument("study", type=FOLDER)
@click.option(
    "--trials",
    type=click.IntRange(1),
    default=40,
    show_default=True,
    help="In all, those of an earlier call included.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@json_option
def tune(releases: Path, dataset: Path, study: Path, trials: int, seed: int, as_json: bool) -> None:
    """Search settings of the ranking for DATASET, and write the best to STUDY/settings.json.

    RELEASES holds what reads the photos and phrases. Trials are scored on the window before
    the test window, which stays unseen; a search that was stopped goes on. Train with
    --settings STUDY/settings.json afterwards. Needs `pip install "modiste[tune]"`.
    """
    from modiste.data.dataset import Dataset
    from modiste.training.fitted_parts import parts_of_release
    from modiste.training.ranking_settings import RankingSettings
    from modiste.training.report import Table
    from modiste.training.tuning import SETTINGS_FILE, tune_ranking

    with terminal.progress_bars() as progress:
        data = Dataset.read(dataset)
        parts, manifest = parts_of_release(releases, data)
        found = tune_ranking(
            parts,
            data,
            study,
            n_trials=trials,
            start=RankingSettings.of_manifest(manifest.config),
            seed=seed,
            progress=progress,
        )
    best, first = found.best, found.trials[0]
    if as_json:
        terminal.print_json(
            {
                "best": {"ndcg_at_10": best.ndcg, "settings": best.settings.to_json()},
                "start": {"ndcg_at_10": first.ndcg, "settings": first.settings.to_json()},
                "n_trials": len(found.trials),
            }
        )
        return
    order = sorted(found.trials, key=lambda trial: -trial.ndcg)[:_N_SHOWN]
    rows = tuple(
        (
            f"{trial.number}" + (" (start)" if trial is first else ""),
            f"{trial.ndcg:.4f}",
            _words(trial.settings.als, ("n_factors", "regularization", "alpha")),
            _words(trial.settings.item_to_item, ("method", "l2")),
            _words(
                trial.settings.ranker, ("n_trees", "n_leaves", "learning_rate", "min_rows_a_leaf")
            ),
        )
        for trial in order
    )
    title = f"Best of {len(found.trials)} settings, NDCG@10 on the validation window"
    header = ("trial", "NDCG@10", "ALS", "item to item", "ranker")
    terminal.print_tables([Table(title, header, rows)])
    terminal.say(f"Wrote {study / SETTINGS_FILE}: {best.ndcg:.4f}, at the start {first.ndcg:.4f}.")


def _words(settings: object, names: tuple[str, ...]) -> str:
    values = [getattr(settings, name) for name in names]
    return ", ".join(f"{one:.3g}" if isinstance(one, float) else str(one) for one in values)
