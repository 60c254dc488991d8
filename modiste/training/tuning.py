"""A search for the settings of a shop's ranking, by what its shoppers bought next.

Every trial fits the sources and the ranker on what lies before the validation window and is
scored on that window, with the guard's own choice of what serves. The test window is never
looked at, so ``modiste evaluate`` stays honest afterwards.

References
----------
Akiba et al., "Optuna: a next-generation hyperparameter optimization framework", KDD 2019.
Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011 (TPE).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.errors import DatasetError
from modiste.nlp.phrase_reader import PhraseReader
from modiste.progress import Progress
from modiste.training.fitted_parts import FittedParts, street_garments
from modiste.training.item_to_item import ItemToItemConfig
from modiste.training.ranker import fit_ranker
from modiste.training.ranking_queries import HOME, QuestionSources, labelled_queries
from modiste.training.ranking_settings import RankingSettings
from modiste.training.snapshot import Snapshot
from modiste.training.standings import SERVED, standings
from modiste.training.time_cuts import TimeCuts, time_cuts

if TYPE_CHECKING:
    import optuna

JOURNAL_FILE: Final = "trials.log"
SETTINGS_FILE: Final = "settings.json"
_STUDY: Final = "ranking"
#: Trials before TPE models what they found.
_STARTUP: Final = 8


@dataclass(frozen=True)
class Trial:
    """One set of settings and how it did on the validation window.

    Parameters
    ----------
    number : int
        0 are the settings that the search started from.
    settings : RankingSettings
    ndcg : float
        NDCG@10 of what would be served: the mean of questions with a photo or phrase and of
        home pages, or of what there is.
    """

    number: int
    settings: RankingSettings
    ndcg: float


@dataclass(frozen=True)
class Study:
    """Every trial done, in order; the first is of the settings started from."""

    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial:
        """The trial with the highest NDCG; the first of equals."""
        return max(self.trials, key=lambda trial: trial.ndcg)


def tune_ranking(
    parts: FittedParts,
    dataset: Dataset,
    folder: str | Path,
    *,
    n_trials: int = 40,
    start: RankingSettings | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Study:
    """Search settings until there are `n_trials`, and write the best to ``settings.json``.

    Parameters
    ----------
    parts : FittedParts
        What the catalogue, the photos and the phrases were read with.
    dataset : Dataset
    folder : path
        Made if it does not exist. Trials are written to it as they end; a search that was
        stopped goes on from them.
    n_trials : int
        In all, those of an earlier call included; at least 1.
    start : RankingSettings, optional
        The first trial, and all that is not searched.
    seed : int
        Of the search.
    progress : callable, optional

    Returns
    -------
    Study

    Raises
    ------
    DatasetError
        If the events are too few, or the folder holds the search of another dataset.
    ValueError
        If `n_trials` is below 1.
    """
    if n_trials < 1:
        raise ValueError(f"n_trials must be at least 1. Received: {n_trials}")
    start = start or RankingSettings()
    score = _scorer(parts, dataset, start, progress)
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    study = _open(where, dataset, start, seed)
    done = _done(study)
    while len(done) < n_trials:
        if progress is not None:
            progress(len(done), n_trials, "settings tried")
        trial = study.ask()
        settings = _settings_of(trial, start, parts.catalogue.n_items)
        trial.set_user_attr("settings", settings.to_json())
        study.tell(trial, score(settings))
        done = _done(study)
        best = Study(tuple(done)).best
        text = json.dumps(best.settings.to_json(), indent=1) + "\n"
        (where / SETTINGS_FILE).write_text(text, encoding="utf-8")
    if progress is not None:
        progress(n_trials, n_trials, "settings tried")
    return Study(tuple(done))


def _scorer(
    parts: FittedParts, dataset: Dataset, start: RankingSettings, progress: Progress | None
) -> Callable[[RankingSettings], float]:
    events, catalogue = dataset.events, parts.catalogue
    cuts = time_cuts(events, n_training=start.ranker.n_cuts)
    if len(cuts.training) < 2:
        raise DatasetError(
            "A search needs at least two training windows, one to guard what the others taught; "
            f"raise n_cuts. Received: {len(cuts.training)}"
        )
    # One window back: the guard decides on the last training window, the score is of the
    # validation window.
    earlier = TimeCuts(cuts.training[:-1], cuts.training[-1], cuts.validation)
    reader = PhraseReader(parts.vectors, dataset.vocabulary) if parts.vectors else None
    garments = (
        street_garments(dataset, parts.detector, columns.VAL, progress) if parts.detector else {}
    )
    questions = QuestionSources(reader, garments)

    def score(settings: RankingSettings) -> float:
        ranker = fit_ranker(
            catalogue,
            events,
            questions,
            als=settings.als,
            item_to_item=settings.item_to_item,
            config=settings.ranker,
            cuts=earlier,
        )
        snapshot = Snapshot.take(
            catalogue,
            events,
            earlier.test.as_of,
            settings.als,
            item_to_item=settings.item_to_item,
        )
        labelled = labelled_queries(snapshot, events, earlier.test, questions)
        if not len(labelled):
            raise DatasetError(
                "A search needs purchases in the validation window. Received: none from "
                f"{earlier.test.as_of:%Y-%m-%d} to {earlier.test.until:%Y-%m-%d}"
            )
        ndcg = standings(ranker, snapshot, labelled, (SERVED,))[SERVED].ndcg
        is_home = labelled.kinds == HOME
        return float(np.mean([ndcg[rows].mean() for rows in (is_home, ~is_home) if rows.any()]))

    return score


def _open(where: Path, dataset: Dataset, start: RankingSettings, seed: int) -> optuna.Study:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = JournalStorage(JournalFileBackend(str(where / JOURNAL_FILE)))
    study = optuna.create_study(
        study_name=_STUDY,
        storage=storage,
        load_if_exists=True,
        direction="maximize",
    )
    stated = {"dataset": dataset.fingerprint, "start": start.to_json()}
    found = study.user_attrs
    if found and found != stated:
        raise DatasetError(
            f"{where} holds a search on another dataset or from other settings; name another "
            f"folder. Received: the dataset {dataset.fingerprint[:12]}, there "
            f"{str(found.get('dataset'))[:12]}"
        )
    if not found:
        for name, value in stated.items():
            study.set_user_attr(name, value)
        study.enqueue_trial({}, user_attrs={"start": True})
    # Seeded by what is done, so that a search that goes on draws no trial again.
    study.sampler = optuna.samplers.TPESampler(
        n_startup_trials=_STARTUP, seed=seed + len(study.trials)
    )
    return study


def _settings_of(trial: optuna.Trial, start: RankingSettings, n_items: int) -> RankingSettings:
    if trial.user_attrs.get("start"):
        return start
    als = replace(
        start.als,
        n_factors=trial.suggest_categorical("als.n_factors", [16, 32, 64, 128, 256]),
        regularization=trial.suggest_float("als.regularization", 0.01, 20.0, log=True),
        alpha=trial.suggest_float("als.alpha", 0.3, 60.0, log=True),
    )
    item_to_item = start.item_to_item
    methods = ["bm25"] if n_items > ItemToItemConfig.max_ease_items else ["ease", "bm25"]
    method = trial.suggest_categorical("item_to_item.method", methods)
    item_to_item = replace(item_to_item, method=method)
    if method == "ease":
        l2 = trial.suggest_float("item_to_item.l2", 20.0, 5_000.0, log=True)
        item_to_item = replace(item_to_item, l2=l2)
    ranker = replace(
        start.ranker,
        n_trees=trial.suggest_int("ranker.n_trees", 40, 400, log=True),
        n_leaves=trial.suggest_int("ranker.n_leaves", 5, 63, log=True),
        learning_rate=trial.suggest_float("ranker.learning_rate", 0.02, 0.2, log=True),
        min_rows_a_leaf=trial.suggest_int("ranker.min_rows_a_leaf", 10, 300, log=True),
    )
    return RankingSettings(als, item_to_item, ranker)


def _done(study: optuna.Study) -> list[Trial]:
    from optuna.trial import TrialState

    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return [
        Trial(one.number, RankingSettings.from_json(one.user_attrs["settings"]), one.value)
        for one in complete
        if one.value is not None
    ]
