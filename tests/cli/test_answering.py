"""What `modiste recommend --complete` prints, and what `modiste serve` hands on."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "recommender"))

from checkerboard import LAST_DAY, N_ITEMS, VOCABULARY, category_of, shop_events, shop_items

from modiste.api.config import ApiConfig
from modiste.cli.answering import recommend, serve
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.ranker import Ranker
from modiste.recommender.release import publish, write_release


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    catalogue = Catalogue.from_items(shop_items(), VOCABULARY)

    def write_parts(into: Path) -> None:
        catalogue.save(into)
        History.from_events(shop_events(), catalogue.item_ids, LAST_DAY).save(into)
        Factors(np.zeros((N_ITEMS, 2), dtype=np.float32)).save(into)
        ItemWeights.nothing(N_ITEMS).save(into)
        Ranker.blend_only("a test").save(into)

    release = write_release(folder, write_parts, config={}, metrics={}, data_fingerprint="")
    publish(folder, release.name)
    return folder


def run(*arguments: str) -> None:
    recommend.main(list(arguments), standalone_mode=False)


def test_a_look_is_completed(releases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = (str(releases), "--complete", "i4", "--user", "a3", "--exclude", "i8", "-k", "5")
    run(*asked, "--json")
    found = json.loads(capsys.readouterr().out)["recommendations"]
    shown = [int(one["item_id"][1:]) for one in found]
    assert len(shown) == 5
    assert 8 not in shown
    assert category_of(4) not in {category_of(item) for item in shown}
    run(*asked)
    assert f"Item {shown[0]}" in capsys.readouterr().out


def test_a_look_is_asked_alone(releases: Path) -> None:
    with pytest.raises(ValueError, match=r"--complete is asked alone .*Received"):
        run(str(releases), "--complete", "i4", "--text", "dress")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ("en", True, "float32")),
        (("--language=es", "--no-worker", "--precision=int8"), ("es", False, "int8")),
    ],
)
def test_what_the_service_is_told_reaches_it(
    releases: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    expected: tuple[str, bool, str],
) -> None:
    seen: list[ApiConfig] = []
    monkeypatch.setattr("modiste.api.server.serve", lambda *given: seen.append(given[4]))
    # Of the whole process, where the other tests listen too.
    monkeypatch.setattr("modiste.api.doors.request_log.configure_logging", lambda kind: None)
    serve.main([str(releases), *options], standalone_mode=False)
    (config,) = seen
    assert (config.language, config.works, config.precision) == expected
