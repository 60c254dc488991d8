"""Token buckets: their arithmetic, their memory, and the 429 they answer with."""

from __future__ import annotations

import io
import math
import random

import pytest
from contract import checked_client
from fake_recommender import FakeRecommender, photo
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from modiste.api import ApiConfig, create_app
from modiste.api.doors.rates import Buckets, Rate, Rates
from modiste.api.doors.settings import DoorSettings

URL = "/v1/recommendations"
#: So slow that no test waits for a token by accident.
SLOW = Rate(0.001, 2)


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    buckets = Buckets(Rate(2, 3), clock=clock)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a") == pytest.approx(0.5)
    # A refusal costs no token.
    assert buckets.take("a") == pytest.approx(0.5)
    assert buckets.take("b") == 0
    clock.now += 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") == pytest.approx(0.5)
    clock.now += 1_000
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a") > 0


def test_it_agrees_with_a_bucket_that_counts_tokens() -> None:
    clock, rate = Clock(), Rate(5, 4)
    buckets = Buckets(rate, clock=clock)
    tokens, filled_at = float(rate.burst), clock.now
    moves = random.Random(5)
    for _ in range(2_000):
        clock.now += moves.expovariate(8)
        tokens = min(rate.burst, tokens + (clock.now - filled_at) * rate.per_second)
        filled_at = clock.now
        wait = buckets.take("a")
        if tokens >= 1 - 1e-6:
            assert wait == 0
            tokens -= 1
        else:
            assert wait == pytest.approx((1 - tokens) / rate.per_second)


def test_memory_is_bounded_and_the_emptiest_are_remembered() -> None:
    clock = Clock()
    buckets = Buckets(Rate(0.01, 2), max_buckets=80, clock=clock)
    for _ in range(2):
        buckets.take("glutton")
    for number in range(5_000):
        clock.now += 0.001
        buckets.take(f"address-{number}")
        assert len(buckets) <= 80
    assert buckets.take("glutton") > 0
    clock.now += 1_000
    for number in range(81):
        buckets.take(f"later-{number}")
    assert len(buckets) <= 80


@pytest.mark.parametrize("text", ["", "5", "a/b", "0/5", "5/0", "-1/3", "1/2/3", "1e9/5", "inf/2"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Received"):
        Rate.read(text)


def test_a_rate_is_read() -> None:
    assert Rate.read("0.5/3") == Rate(0.5, 3)


def limited(rates: Rates) -> FlaskClient:
    return create_app(
        FakeRecommender(), ApiConfig(demo=True, doors=DoorSettings(rates=rates))
    ).test_client()


def search(client: FlaskClient, address: str = "192.0.2.1") -> TestResponse:
    return client.post(URL, json={}, environ_overrides={"REMOTE_ADDR": address})


def send_photo(client: FlaskClient) -> TestResponse:
    return client.post(URL, data={"photo": (io.BytesIO(photo()), "a.jpg")})


def test_an_address_that_asks_too_often_is_429(recommender: FakeRecommender) -> None:
    client = limited(Rates(address=SLOW))
    assert [search(client).status_code for _ in range(3)] == [200, 200, 429]
    answer = search(client)
    assert answer.content_type == "application/problem+json"
    assert 900 <= int(answer.headers["Retry-After"]) <= math.ceil(1 / SLOW.per_second)
    assert answer.get_json(force=True)["type"] == "urn:modiste:problem:too-many-requests"
    assert search(client, "192.0.2.2").status_code == 200
    # Not the probes, whatever else it asked.
    assert client.get("/readyz").status_code == 200
    # An address that is none of the service's costs a token as well.
    guesser = {"REMOTE_ADDR": "192.0.2.3"}
    guesses = [client.get("/.env", environ_overrides=guesser).status_code for _ in range(3)]
    assert guesses == [404, 404, 429]


def test_photos_have_a_bucket_of_their_own() -> None:
    client = limited(Rates(address=Rate(1_000, 1_000), address_photos=SLOW))
    assert [send_photo(client).status_code for _ in range(3)] == [200, 200, 429]
    assert client.post(URL, json={}).status_code == 200


def test_addresses_of_one_ipv6_network_share_a_bucket() -> None:
    client = limited(Rates(address=SLOW))
    addresses = ["2001:db8::1", "2001:db8::2:0:0:1", "2001:db8::3", "2001:db8:0:1::1"]
    assert [search(client, one).status_code for one in addresses] == [200, 200, 429, 200]
    mapped = ["::ffff:192.0.2.9", "192.0.2.9", "::ffff:192.0.2.9"]
    assert [search(client, one).status_code for one in mapped] == [200, 200, 429]
    for odd in ("unknown", "", "x" * 10_000):
        assert search(client, odd).status_code == 200


def test_without_rates_nothing_is_slowed_down(client: FlaskClient) -> None:
    assert {client.get("/v1/items/item-1").status_code for _ in range(60)} == {200}


def test_the_page_and_the_contract_are_limited_by_address_and_the_probes_are_not(
    recommender: FakeRecommender,
) -> None:
    config = ApiConfig(doors=DoorSettings(rates=Rates(address=SLOW)))
    client = checked_client(recommender, config)
    for address, path in (("192.0.2.1", "/openapi.json"), ("192.0.2.2", "/")):
        asker = {"environ_base": {"REMOTE_ADDR": address}}
        statuses = []
        for _ in range(3):
            with client.get(path, **asker) as answer:
                statuses.append(answer.status_code)
        assert statuses == [200, 200, 429]
        assert client.get("/healthz", **asker).status_code == 200
        assert client.get("/readyz", **asker).status_code == 200
