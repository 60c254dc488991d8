"""Shoppers' histories to item factors: implicit alternating least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History


@dataclass(frozen=True)
class AlsConfig:
    """Settings of the factorisation.

    Parameters
    ----------
    n_factors : int
        Length of a factor; more for larger catalogues.
    regularization : float
        At least 0.
    alpha : float
        Factor from event weight to confidence, above 0.
    iterations : int
        Passes over shoppers and items.
    seed : int
        The same seed and histories give the same bytes.
    """

    n_factors: int = 64
    regularization: float = 0.1
    alpha: float = 1.0
    iterations: int = 15
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.n_factors, self.iterations) < 1 or self.alpha <= 0 or self.regularization < 0:
            raise ValueError(
                "n_factors and iterations must be at least 1, alpha above 0 and regularization "
                f"at least 0. Received: {self}"
            )


def fit_collaborative(
    history: History | sparse.csr_matrix, config: AlsConfig | None = None
) -> Factors:
    """Fit item factors on who touched what.

    Parameters
    ----------
    history : History or csr_matrix
        Or event weights of shape ``(n_users, n_items)`` float32, at least 0 and finite.
    config : AlsConfig, optional

    Returns
    -------
    Factors
        Zeros for items that nobody touched.

    Raises
    ------
    ValueError
        If a weight is below 0 or not finite.

    References
    ----------
    Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets",
    ICDM 2008; Takács, Pilászy and Tikk, "Applications of the conjugate gradient method for
    implicit feedback collaborative filtering", RecSys 2011.
    """
    # implicit loads slowly, and reading an AlsConfig need not wait for it.
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    config = config or AlsConfig()
    weights = history.matrix if isinstance(history, History) else history
    weights = sparse.csr_matrix(weights, dtype=np.float32)
    if not np.isfinite(weights.data).all() or (weights.data < 0).any():
        raise ValueError(
            "Event weights must be finite and at least 0. "
            f"Received: {weights.data.min()} to {weights.data.max()}"
        )
    item_factors = np.zeros((weights.shape[1], config.n_factors), dtype=np.float32)
    if weights.nnz:
        # Each row is solved on its own, so only BLAS' sums would depend on threads.
        with threadpool_limits(limits=1, user_api="blas"):
            model = AlternatingLeastSquares(
                factors=config.n_factors,
                regularization=config.regularization,
                alpha=config.alpha,
                iterations=config.iterations,
                random_state=config.seed,
                calculate_training_loss=False,
            )
            model.fit(weights, show_progress=False)
        item_factors = np.asarray(model.item_factors, dtype=np.float32)
    return Factors(item_factors, regularization=config.regularization, alpha=config.alpha)
