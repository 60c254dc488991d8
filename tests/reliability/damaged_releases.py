"""A flipped bit or a lost end of any file of a release is refused, or changes nothing."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from modiste.errors import ReleaseError
from modiste.recommender.query import Query
from modiste.recommender.recommender import Recommender
from tests.reliability.run import Outcome, Run


def damaged_releases(run: Run) -> Outcome:
    """Damage every file in turn, at random places, and load what is left."""
    made = run.releases("damaged")
    files = [made.folder / "CURRENT", *sorted((made.folder / made.ids[0]).iterdir())]
    whole = _answers(made.folder)
    generator = random.Random(run.seed)
    came: Counter[str] = Counter()
    different: list[str] = []
    others: list[str] = []
    n_flips = run.scale.bit_flips
    for nth in range(n_flips + run.scale.truncations):
        path = files[nth % len(files)]
        content = path.read_bytes()
        if nth < n_flips:
            place, bit = generator.randrange(len(content)), generator.randrange(8)
            damaged = bytearray(content)
            damaged[place] ^= 1 << bit
            what = f"bit {bit} of byte {place} of {path.name}"
        else:
            kept = generator.randrange(len(content))
            damaged = bytearray(content[:kept])
            what = f"{path.name} after {kept} bytes"
        path.write_bytes(damaged)
        try:
            same = _answers(made.folder) == whole
        except ReleaseError:
            came["refused"] += 1
        except Exception as error:  # noqa: BLE001 - refused too, but not in our words
            others.append(f"{what}: {error!r}")
        else:
            came["loaded, same answers"] += same
            if not same:
                different.append(what)
        path.write_bytes(content)
    figures = {
        "bit_flips": n_flips,
        "truncations": run.scale.truncations,
        "file_kinds": sorted(path.name for path in files),
        "came": dict(came),
        "silently_different": different[:5],
        "refused_without_words": others[:5],
    }
    return Outcome.of(
        figures,
        none_silently_different=not different,
        every_refusal_in_words=not others,
        loads_again_when_whole=_answers(made.folder) == whole,
        every_kind_of_file=len(files) >= 12,
    )


def _answers(releases: Path) -> object:
    recommender = Recommender.load(releases)
    found = [
        recommender.recommend(query)
        for query in (Query(), Query(user_id="u0003"), Query(item_id="S-0007"))
    ]
    return recommender.manifest, [[(one.item_id, one.score) for one in each] for each in found]
