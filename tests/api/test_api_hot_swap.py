"""Another release takes over between two answers, or is refused."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import published_fakes
import pytest
from fake_recommender import FakeRecommender

from modiste.api import ApiConfig
from modiste.api.live.live import Live, LiveRelease
from modiste.api.live.release_watch import ReleaseBusyError, ReleaseWatch
from modiste.errors import ReleaseError, StoreError
from modiste.recommender.recommendation import Recommendations
from modiste.recommender.release import current_release, live_ids, publish


class Service:
    """What serves the live release of a directory, and what it has loaded since it started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ids = sorted(path.name for path in folder.iterdir() if path.is_dir())
        self.loads: list[str] = []
        self.live = Live(lambda: self.load(current_release(folder)), ApiConfig())
        self.live.load()
        self.watch = ReleaseWatch(folder, self.live, self.load, seconds=0.01)
        self.loads.clear()

    def load(self, folder: Path) -> FakeRecommender:
        self.loads.append(folder.name)
        return published_fakes.load(folder)

    def sample(self, name: str) -> float | None:
        return self.live.metrics.registry.get_sample_value(name)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    publish(tmp_path, published_fakes.write(tmp_path, 0))
    published_fakes.write(tmp_path, 1)
    return Service(tmp_path)


def test_a_published_release_takes_over_at_the_next_look(service: Service) -> None:
    service.watch.look()
    assert service.loads == []
    publish(service.folder, service.ids[1])
    service.watch.look()
    release = service.live.release()
    assert release.release_id == service.ids[1]
    assert release.items.answers(["item-1"])[0].title == "Garment 1 of 1"
    service.watch.look()
    assert service.loads == [service.ids[1]]
    assert service.sample("modiste_release_swaps_total") == 1
    assert service.sample("modiste_release_load_seconds_count") == 2


def test_it_is_warmed_by_a_page_a_phrase_and_a_photo_before_it_serves(service: Service) -> None:
    serving: list[str | None] = []

    class Watched(FakeRecommender):
        def recommend(self, *asked: object, **named: object) -> Recommendations:
            serving.append(service.live.release_id)
            return super().recommend(*asked, **named)  # type: ignore[arg-type]

    def load(folder: Path) -> FakeRecommender:
        recommender = Watched()
        recommender.manifest = published_fakes.load(folder).manifest
        return recommender

    watch = ReleaseWatch(service.folder, service.live, load)
    publish(service.folder, service.ids[1])
    watch.look()
    recommender = service.live.release().recommender
    queries = [call["query"] for call in recommender.calls]  # type: ignore[attr-defined]
    asked = [(query.text is not None, query.image is not None) for query in queries]
    assert asked == [(False, False), (True, False), (False, True)]
    assert serving == [service.ids[0]] * 3
    assert service.live.release_id == service.ids[1]


@pytest.mark.parametrize("fault", ["changed", "gone", "no text", "unfit", "cannot answer"])
def test_a_bad_release_is_refused_once_and_the_old_one_serves_on(
    service: Service, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = published_fakes.write(service.folder, 2, word="unfit" if fault == "unfit" else None)
    publish(service.folder, bad)
    if fault == "changed":
        published_fakes.damage(service.folder / bad)
    elif fault == "gone":
        (service.folder / bad).rename(service.folder / "elsewhere")
    elif fault == "no text":
        bad = "\ufffd0"
        (service.folder / "CURRENT").write_bytes(b"\xff0")
    elif fault == "cannot answer":

        def fails(*asked: object) -> Recommendations:
            raise ZeroDivisionError

        monkeypatch.setattr(FakeRecommender, "recommend", fails)
    for _ in range(3):
        service.watch.look()
    assert service.live.release_id == service.ids[0]
    refused = service.live.refused
    assert refused is not None
    assert refused.release_id == bad
    assert str(service.folder) not in refused.why
    assert service.loads == ([] if fault in ("gone", "no text") else [bad])
    assert service.sample("modiste_releases_refused_total") == 1
    monkeypatch.undo()
    publish(service.folder, service.ids[1])
    service.watch.look()
    assert service.live.release_id == service.ids[1]
    assert service.live.refused is refused


def test_a_refused_release_is_tried_again_when_it_is_published_again(service: Service) -> None:
    whole = (service.folder / service.ids[1] / "items.parquet").read_bytes()
    publish(service.folder, service.ids[1])
    published_fakes.damage(service.folder / service.ids[1])
    service.watch.look()
    assert service.live.release_id == service.ids[0]
    (service.folder / service.ids[1] / "items.parquet").write_bytes(whole)
    service.watch.look()
    assert service.live.release_id == service.ids[0]
    publish(service.folder, service.ids[1])
    service.watch.look()
    assert service.live.release_id == service.ids[1]


@pytest.mark.parametrize("content", [None, b"", b"\n"])
def test_without_a_readable_current_what_serves_serves_on(
    service: Service, content: bytes | None
) -> None:
    current = service.folder / "CURRENT"
    if content is None:
        current.unlink()
    else:
        current.write_bytes(content)
    service.watch.look()
    assert service.live.release_id == service.ids[0]
    assert service.live.refused is None


def test_an_answer_begun_before_the_swap_ends_with_the_old_release(service: Service) -> None:
    begun = service.live.release()
    old = weakref.ref(begun.recommender)
    publish(service.folder, service.ids[1])
    service.watch.look()
    assert begun.items.answers(["item-1"])[0].title == "Garment 1 of 0"
    assert begun.release_id == service.ids[0]
    service.watch.look()
    assert old() is not None
    del begun
    service.watch.look()
    assert old() is None


def test_no_release_is_kept_after_many_swaps(service: Service) -> None:
    old = []
    for turn in range(6):
        old.append(weakref.ref(service.live.release().recommender))
        publish(service.folder, service.ids[(turn + 1) % 2])
        service.watch.look()
    service.watch.look()
    gc.collect()
    assert [one() for one in old] == [None] * 6


def test_what_was_published_while_a_look_waited_counts(service: Service) -> None:
    class Waits:
        """The lock, and what happens before it is had."""

        def __enter__(self) -> None:
            publish(service.folder, service.ids[0])

        def __exit__(self, *_: object) -> None:
            pass

    publish(service.folder, service.ids[1])
    service.live.loading = Waits()  # type: ignore[assignment]
    service.watch.look()
    assert service.loads == []
    assert service.live.release_id == service.ids[0]


def test_the_thread_notices_and_stops(service: Service) -> None:
    service.watch.start()
    try:
        publish(service.folder, service.ids[1])
        for _ in range(500):
            if service.live.release_id == service.ids[1]:
                break
            threading.Event().wait(0.01)
    finally:
        service.watch.stop()
    assert service.live.release_id == service.ids[1]
    publish(service.folder, service.ids[0])
    assert service.live.release_id == service.ids[1]


def test_a_look_that_fails_does_not_end_the_watch(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = threading.Semaphore(0)

    def fails() -> None:
        looks.release()
        raise MemoryError

    monkeypatch.setattr(service.watch, "look", fails)
    service.watch.start()
    assert looks.acquire(timeout=5)
    assert looks.acquire(timeout=5)
    service.watch.stop()


def test_publishing_loads_before_it_changes_anything(service: Service) -> None:
    assert service.watch.publish(service.ids[1]).release_id == service.ids[1]
    assert service.loads == [service.ids[1]]
    assert live_ids(service.folder) == [service.ids[1], service.ids[0]]
    service.watch.look()
    assert service.loads == [service.ids[1]]
    unfit = published_fakes.write(service.folder, 2, word="unfit")
    with pytest.raises(ReleaseError, match="unfit"):
        service.watch.publish(unfit)
    assert live_ids(service.folder) == [service.ids[1], service.ids[0]]
    assert service.watch.rollback().release_id == service.ids[0]
    assert live_ids(service.folder) == [service.ids[0]]


@pytest.mark.parametrize("way", ["publish", "roll back"])
def test_a_store_that_is_away_leaves_what_is_published(service: Service, way: str) -> None:
    if way == "roll back":
        publish(service.folder, service.ids[1])
        service.watch.look()
    before, serving = live_ids(service.folder), service.live.release()

    def away(release: LiveRelease) -> LiveRelease:
        raise StoreError("away")

    service.live.with_changes = away
    with pytest.raises(StoreError):
        service.watch.publish(service.ids[1]) if way == "publish" else service.watch.rollback()
    assert live_ids(service.folder) == before
    assert service.live.release() is serving


def test_a_release_that_waits_for_the_store_is_loaded_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(release: LiveRelease) -> LiveRelease:
        raise StoreError("away")

    monkeypatch.setattr("modiste.api.live.release_watch._STORE_SECONDS", 0.0)
    service.live.with_changes = away
    publish(service.folder, service.ids[1])
    service.watch.look()
    service.watch.look()
    assert service.live.release_id == service.ids[0]
    service.live.with_changes = lambda release: release
    service.watch.look()
    assert service.live.release_id == service.ids[1]
    assert service.loads == [service.ids[1]]


def test_publishing_what_serves_loads_nothing(service: Service) -> None:
    assert service.watch.publish(service.ids[0]) is service.live.release()
    assert service.loads == []
    assert service.sample("modiste_release_swaps_total") == 0


def test_one_release_is_loaded_at_a_time(service: Service) -> None:
    with service.live.loading, pytest.raises(ReleaseBusyError, match="being loaded"):
        service.watch.publish(service.ids[1])
    assert live_ids(service.folder) == [service.ids[0]]


def test_several_services_over_one_directory_follow(service: Service) -> None:
    others = [Service(service.folder) for _ in range(2)]
    service.watch.publish(service.ids[1])
    for other in others:
        assert other.live.release_id == service.ids[0]
        other.watch.look()
        assert other.live.release_id == service.ids[1]
