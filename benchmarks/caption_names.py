"""Fashion-IQ's captions, and the attributes that they name in so many words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from modiste.data.attribute_names import display_groups
from modiste.data.vocabulary import Vocabulary

_WORD = re.compile(r"[a-z0-9'/-]+")
_LONGEST = 5  # words of a name


def read_captions(folder: Path) -> list[str]:
    """Return every caption of the lists ``captions/cap.*.json``, blank ones left out."""
    captions = [
        caption
        for path in sorted((folder / "captions").glob("cap.*.json"))
        for pair in json.loads(path.read_text(encoding="utf-8"))
        for caption in pair["captions"]
    ]
    return [caption for caption in captions if caption.strip()]


def seen_in_captions(
    captions: Collection[str], read: Callable[[str], Collection[str]], vocabulary: Vocabulary
) -> tuple[int, float, float]:
    """Return how many captions name an attribute as spelled, and how often it is seen.

    Parameters
    ----------
    captions : collection of str
    read : callable
        From a caption to the names that it wishes or refuses.
    vocabulary : Vocabulary

    Returns
    -------
    n_captions : int
        Those that name at least one.
    every, names : float
        Share of them of which every name is seen, and of all the names.
    """
    shown = display_groups(vocabulary)
    n_captions = n_every = n_names = n_seen = 0
    for caption in captions:
        named = {shown[name] for name in _named(caption) if name in shown}
        if not named:
            continue
        seen = named & {shown.get(name, name) for name in read(caption)}
        n_captions += 1
        n_every += seen == named
        n_names += len(named)
        n_seen += len(seen)
    return n_captions, n_every / max(n_captions, 1), n_seen / max(n_names, 1)


def _named(caption: str) -> Iterator[str]:
    words = _WORD.findall(caption.casefold())
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + _LONGEST) + 1):
            yield " ".join(words[start:end])
