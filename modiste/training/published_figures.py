"""What others report on DeepFashion's Category and Attribute Prediction benchmark.

Printed only beside figures of that benchmark's own test photos. Names of lines are those of
`modiste.training.network_lines`.

The papers do not say how "all" attributes were ranked. Their tables have one figure a type,
so theirs stands here beside the ranking within each type. The code that Liu and Lu released
ranks all thousand together for it, and reruns of that code give a far lower figure than the
paper's; it stands beside the ranking that it measures.

References
----------
Liu et al., "DeepFashion: Powering Robust Clothes Recognition and Retrieval with Rich
Annotations", CVPR 2016, table 2 (FashionNet).
Liu and Lu, "Deep Fashion Analysis with Feature Map Upsampling and Landmark-driven
Attention", ECCV workshops 2018.
https://github.com/fdjingyuan/Deep-Fashion-Analysis-ECCV2018/issues/10 (a rerun of it).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from modiste.data import columns
from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary

FASHION_NET: Final = "FashionNet"
LIU_LU: Final = "Liu and Lu"
RERUN: Final = "Liu and Lu, rerun"

#: Photos of the benchmark's test split. Fewer than 99 in 100 of them are another test.
N_TEST_PHOTOS: Final = 40_000
_MIN_TEST_PHOTOS: Final = 39_600

_FIGURES: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "category top-3": {FASHION_NET: 0.8258, LIU_LU: 0.9116, RERUN: 0.903},
        "category top-5": {FASHION_NET: 0.9017, LIU_LU: 0.9612, RERUN: 0.955},
        "attribute recall top-3, ranked within each type": {FASHION_NET: 0.4552, LIU_LU: 0.5469},
        "attribute recall top-5, ranked within each type": {FASHION_NET: 0.5461, LIU_LU: 0.6374},
        "attribute recall top-3, all types ranked together": {RERUN: 0.228},
    }
)


def published_figures(
    vocabulary: Vocabulary, split: str, n_photos: int
) -> Mapping[str, Mapping[str, float]]:
    """Return the published figures that a score may stand beside.

    Parameters
    ----------
    vocabulary : Vocabulary
        Of the dataset.
    split : str
    n_photos : int
        Photos of the split.

    Returns
    -------
    mapping of str to mapping of str to float
        By name of the line, then by who reports it, in [0, 1]. Empty unless the names are
        DeepFashion's own and the photos those of its test split.
    """
    is_benchmark = (
        split == columns.TEST
        and _MIN_TEST_PHOTOS <= n_photos <= N_TEST_PHOTOS
        and vocabulary == deepfashion_vocabulary()
    )
    return _FIGURES if is_benchmark else {}
