"""Loss and validation figures over the epochs, as one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from modiste.training.checkpoint import replaced

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _MUTED, _LINE = "#202124", "#6e6c68", "#e2dfd8"
_ACCENT = "#b03a48"
# Okabe and Ito's colours: apart from each other for colour-blind readers too.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#5f5c9c")
_NEAREST = 0.045  # of an axis's height: labels at the ends of lines keep this apart

#: Rows of the history that are neither a loss nor a figure of the validation photos.
_NOT_DRAWN = frozenset({"epoch", "learning_rate", "seconds"})


def draw_curves(
    path: Path, curves: Mapping[str, Sequence[float]], best_epoch: int, n_epochs: int
) -> None:
    """Draw losses on the left, the validation photos' figures on the right.

    Parameters
    ----------
    path : path
        The PNG file to write.
    curves : mapping of str to sequence of float
        One value an epoch done; what is called ``loss`` or ends in ``_loss`` is a loss.
        NaN where there is none.
    best_epoch : int
        Counted from 1; marked in both.
    n_epochs : int
        Epochs that the fit will take: the width of the picture.

    References
    ----------
    Okabe and Ito, "Color Universal Design", 2008 (the colours).
    """
    from matplotlib.figure import Figure

    drawn = {name: line for name, line in curves.items() if name not in _NOT_DRAWN}
    losses = {name: line for name, line in drawn.items() if name.endswith("loss")}
    figures = {name: line for name, line in drawn.items() if name not in losses}
    figure = Figure(figsize=(13, 5.2), dpi=110, facecolor="white", layout="constrained")
    panels = figure.subplots(1, 2)
    _panel(panels[0], "Loss on the training photos", losses, best_epoch, n_epochs)
    _panel(panels[1], "Figures on the validation photos", figures, best_epoch, n_epochs)
    panels[0].set_ylim(bottom=min(0.0, panels[0].get_ylim()[0]))
    panels[1].set_ylim(0, 1.02)
    for panel in panels:
        _label_ends(panel)
    with replaced(path) as file:
        figure.savefig(file, format="png", metadata={"Software": None})


def _panel(
    panel: Axes,
    title: str,
    lines: Mapping[str, Sequence[float]],
    best_epoch: int,
    n_epochs: int,
) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.set_title(title, loc="left", fontsize=12, fontweight="bold", color=_INK, pad=22)
    panel.set_xlabel("epoch", color=_MUTED)
    panel.set_xlim(0.5, n_epochs + 0.5)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.tick_params(colors=_MUTED, length=0)
    panel.grid(axis="y", color=_LINE, linewidth=0.8)
    panel.set_axisbelow(True)
    for side, spine in panel.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(_LINE)
    for i, (name, values) in enumerate(lines.items()):
        leads = name in ("loss", "score")
        panel.plot(
            np.arange(1, len(values) + 1),
            np.asarray(values, dtype=np.float64),
            color=_INK if leads else _COLOURS[i % len(_COLOURS)],
            linewidth=2.4 if leads else 1.4,
            linestyle="-" if i < len(_COLOURS) else "--",
            marker="o" if len(values) < 3 else None,
            label=name.replace("_", " "),
            zorder=3 if leads else 2,
        )
    if best_epoch:
        panel.axvline(best_epoch, color=_ACCENT, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
        panel.annotate(
            f"best: epoch {best_epoch}",
            (best_epoch, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center" if 0.15 < best_epoch / n_epochs < 0.85 else "right",
            color=_ACCENT,
            fontsize=9,
        )


def _label_ends(panel: Axes) -> None:
    """Name each line beside its end, lines of near values below one another."""
    low, high = panel.get_ylim()
    ends = []
    for line in panel.get_lines():
        values = np.asarray(line.get_ydata(), dtype=np.float64)
        known = values[np.isfinite(values)]
        label = str(line.get_label())
        if not label.startswith("_") and len(known):
            ends.append((float(known[-1]), label, line.get_color()))
    ends.sort(key=lambda end: -end[0])
    place = np.inf
    for i, (value, label, colour) in enumerate(ends):
        room_below = _NEAREST * (len(ends) - 1 - i)
        place = min(max((value - low) / (high - low), room_below), place - _NEAREST)
        panel.annotate(
            f"{label}  {value:.3f}",
            (1.01, place),
            xycoords="axes fraction",
            va="center",
            fontsize=9,
            color=colour,
            annotation_clip=False,
        )
