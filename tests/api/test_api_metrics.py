"""What the service counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from fake_recommender import RELEASE_ID, FakeRecommender
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from modiste.api import create_app
from modiste.api.metrics import Metrics
from modiste.api.server import Server


def samples(client: FlaskClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.get_data(as_text=True))
        for sample in family.samples
    }


def test_requests_are_counted_by_route_template(client: FlaskClient) -> None:
    for path in ("item-1", "item-2", "none"):
        client.get(f"/v1/items/{path}")
    client.get("/nowhere/1")
    client.open("/nowhere/2", method="BREW")
    client.post("/v1/recommendations", json={"text": "striped"})
    client.post("/v1/recommendations", json={"k": 0})
    found = samples(client)

    def requests(method: str, route: str, status: str) -> float | None:
        labels = (("method", method), ("route", route), ("status", status))
        return found.get(("modiste_requests_total", labels))

    assert requests("GET", "/v1/items/<path:item_id>", "200") == 2
    assert requests("GET", "/v1/items/<path:item_id>", "404") == 1
    assert requests("GET", "unmatched", "404") == 1
    assert requests("other", "unmatched", "404") == 1
    assert requests("POST", "/v1/recommendations", "200") == 1
    assert requests("POST", "/v1/recommendations", "422") == 1
    route = (("method", "GET"), ("route", "/v1/items/<path:item_id>"))
    assert found["modiste_request_seconds_count", route] == 3
    assert found["modiste_inference_seconds_count", (("kind", "phrase"),)] == 1
    assert found["modiste_release_info", (("release_id", RELEASE_ID),)] == 1
    assert found["modiste_release_load_seconds_count", ()] == 1
    assert found["modiste_release_swaps_total", ()] == 0
    assert found["modiste_requests_in_flight", ()] == 1  # the one that asks
    assert found["process_resident_memory_bytes", ()] > 0


def test_requests_in_flight_go_back_to_none(recommender: FakeRecommender) -> None:
    app = create_app(recommender)
    recommender.fails_with = RuntimeError("a bug")

    def ask(_: int) -> int:
        return app.test_client().post("/v1/recommendations", json={}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(20))) == {500}
    metrics: Metrics = app.extensions["modiste.metrics"]
    assert metrics.registry.get_sample_value("modiste_requests_in_flight") == 0


def test_two_services_of_one_process_count_apart(recommender: FakeRecommender) -> None:
    one, other = create_app(recommender), create_app(recommender)
    one.test_client().get("/healthz")
    label = (("method", "GET"), ("route", "/healthz"), ("status", "200"))
    assert ("modiste_requests_total", label) in samples(one.test_client())
    assert ("modiste_requests_total", label) not in samples(other.test_client())
    assert REGISTRY.get_sample_value("modiste_release_swaps_total") is None


def test_the_servers_queue_is_told(recommender: FakeRecommender) -> None:
    app = create_app(recommender)
    server = Server(app, port=0)
    try:
        found = samples(app.test_client())
    finally:
        server.close()
    assert found["modiste_queue_length", (("queue", "requests"),)] == 0
