"""What a check found, each kind on one line: how many, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from modiste.data import columns
from modiste.data.report.boxes import TINY_SHARE
from modiste.data.report.check_report import BAD_BOXES, FEW, UNKNOWN_TYPES, CheckReport

#: A category of more photos than this wins most guesses.
MAJORITY_SHARE = 0.5


@dataclass(frozen=True)
class Finding:
    """One kind of thing found.

    Parameters
    ----------
    title : str
        What it is.
    count : int
        How many there are; 0 says that it was looked for.
    must_mend : bool
        Whether training or a test would be wrong with it.
    advice : str
        What to do.
    """

    title: str
    count: int
    must_mend: bool
    advice: str

    @property
    def mark(self) -> str:
        """``mend``, ``look`` or ``ok``."""
        if not self.count:
            return "ok"
        return "mend" if self.must_mend else "look"


def list_findings(report: CheckReport) -> list[Finding]:
    """Return every kind of finding, whether or not there are any, what must be mended first."""
    n_missing, n_boxes = len(report.missing), len(report.bad_boxes)
    n_leaking = sum(len(group.leaking_pairs()) for group in report.leaks)
    mend = [
        ("missing photos", n_missing, "Put the file there or take the row out."),
        (
            "unreadable photos",
            len(report.unreadable),
            "Save the photo anew as JPEG, PNG or WebP, or take the row out.",
        ),
        (
            "pairs of one photo across splits",
            n_leaking,
            "Keep both on one side: a test that saw its photo in training says nothing.",
        ),
        (
            "boxes outside the photo or of no area",
            n_boxes,
            "Boxes are fractions x1, y1, x2, y2 with 0 <= x1 < x2 <= 1; null if unknown.",
        ),
        (
            "other bad values",
            len(report.problems) - n_missing - n_boxes,
            "Correct them; each is named by file, row and column.",
        ),
    ]
    return [
        *(Finding(title, count, True, advice) for title, count, advice in mend),
        *(Finding(title, count, False, advice) for title, count, advice in _to_look_at(report)),
    ]


def _to_look_at(report: CheckReport) -> list[tuple[str, int, str]]:
    named = [count for count in report.classes if count.name is not None]
    n_named = sum(count.total for count in named)
    n_trained = [count.n_photos.get(columns.TRAIN, 0) for count in named]
    odd = [found.problem for found in report.boxes if found.problem not in BAD_BOXES]
    same_side = [group for group in report.duplicates if not group.is_leak]
    n_spare = sum(len(group.images) - 1 for group in same_side)
    never = sum(count.n_present == 0 for count in report.attributes)
    rare = sum(0 < count.n_present < FEW for count in report.attributes)
    return [
        (
            "categories without a training photo",
            n_trained.count(0),
            "They can never be named; find photos or take the category out.",
        ),
        (
            f"categories of 1 to {FEW - 1} training photos",
            sum(0 < n < FEW for n in n_trained),
            "Expect them to be missed; merge them or find more photos.",
        ),
        (
            f"categories of more than {MAJORITY_SHARE:.0%} of the photos",
            sum(count.total > MAJORITY_SHARE * n_named for count in named),
            "Compare every score with always answering this one.",
        ),
        (
            "photos that repeat one of the same split",
            n_spare,
            "They count double; one of each would do.",
        ),
        (
            "items with photos in several splits",
            len(report.items_across_splits),
            "A test of them is of products seen in training; split by item where new ones count.",
        ),
        (
            "groups of one photo with different categories",
            sum(group.is_contradictory for group in report.duplicates),
            "At most one of the categories is right.",
        ),
        (
            f"boxes of less than {TINY_SHARE:.1%} of the photo",
            odd.count("tiny"),
            "Look whether they are pixels taken for fractions.",
        ),
        (
            "boxes of the whole photo",
            odd.count("whole photo"),
            "Leave the box null where nobody drew one.",
        ),
        ("attributes that never occur", never, "They teach nothing; take them out."),
        (f"attributes that occur 1 to {FEW - 1} times", rare, "Too few to learn or to test."),
        (
            "attributes of unknown type",
            sum(count.type.strip().casefold() in UNKNOWN_TYPES for count in report.attributes),
            "Give a type: attributes are ranked among those of their type.",
        ),
        (
            "items without a photo",
            len(report.items_without_photos),
            "A photo never finds them, only words and shoppers' histories do.",
        ),
        (
            "photos without a category or a known attribute",
            len(report.photos_without_labels),
            "They teach nothing about garments.",
        ),
    ]
