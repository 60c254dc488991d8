"""Searching: products for a photo, a phrase, an item, a shopper, and what goes with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypedDict, Unpack

from pydantic_core import to_json

from modiste.api.client.photos import JSON_HEADERS, Photo, form
from modiste.api.client.transport import Reply, Request, Transport, segment
from modiste.api.contract.answers import DetectAnswer, RecommendationsAnswer
from modiste.api.contract.facet_answers import FacetsAnswer
from modiste.api.contract.network_answers import NetworkAnswer

_SEARCH: Final = "/v1/recommendations"
#: A search shows at most so many products, so it has no more pages.
_MAX_PAGES: Final = 200


class Search(TypedDict, total=False):
    """What a search asks for; all of it is optional, and nothing asks for the home page.

    Attributes
    ----------
    text : str
        A phrase, such as ``striped cotton dress under 60 euro``.
    item_id : str
        A product to find others like.
    user_id : str
        The shopper, whose purchases order the answer.
    recent, bought : sequence of str
        Products looked at and bought a moment ago, latest last.
    box : sequence of float
        The garment in the photo, ``x1, y1, x2, y2`` as fractions of it.
    embedding : sequence of float
        Of a photo that the release's network saw elsewhere, as `detect` answers it.
    seen : mapping
        What that network saw besides: ``{"category_scores": {...}, "attributes": {...}}``.
    network : str
        The ``sha256`` of `get_network` that the embedding is of.
    ignored : sequence of str
        Categories and attributes that the photo may show and that are not meant.
    k : int
        How many products, 1 to 100.
    filters : mapping
        ``{"color": ["navy", "teal"], "price": {"max": 60}}``.
    exclude : sequence of str
        Products to leave out.
    filter_viewed : bool
        Whether products bought before are left out.
    cursor : str
        ``next_cursor`` of an answer to the same search; `pages` does it.
    """

    text: str
    item_id: str
    user_id: str
    recent: Sequence[str]
    bought: Sequence[str]
    box: Sequence[float]
    embedding: Sequence[float]
    seen: Mapping[str, Mapping[str, float]]
    network: str
    ignored: Sequence[str]
    k: int
    filters: Mapping[str, object]
    exclude: Sequence[str]
    filter_viewed: bool
    cursor: str


class CountedFacets(TypedDict, total=False):
    """Which items facets count; all of it is optional.

    Attributes
    ----------
    type, category, color, pattern, brand, attributes : sequence of str
        Any of these values.
    price_min, price_max : float
    new : bool
        Only what has just arrived, or nothing of it.
    limit : int
        How many values of each facet are told, 1 to 1,000.
    """

    type: Sequence[str]
    category: Sequence[str]
    color: Sequence[str]
    pattern: Sequence[str]
    brand: Sequence[str]
    attributes: Sequence[str]
    price_min: float
    price_max: float
    new: bool
    limit: int


class Searches:
    """The operations of the scope ``search`` but those of single items."""

    _transport: Transport

    def recommend(
        self, photo: Photo | None = None, **search: Unpack[Search]
    ) -> RecommendationsAnswer:
        """Return products for a photo, a phrase, an item, a shopper, or any of them together.

        Parameters
        ----------
        photo : bytes or path, optional
            A JPEG, PNG or WebP file.
        **search
            See `Search`.

        Raises
        ------
        ProblemError, UnreachableError
            As every method here.
        """
        if photo is None:
            request = Request("POST", _SEARCH, headers=JSON_HEADERS, content=to_json(search))
        else:
            request = Request("POST", _SEARCH, files=form(photo, "query", search))
        return self._transport.send(request).read(RecommendationsAnswer)

    def pages(
        self, photo: Photo | None = None, **search: Unpack[Search]
    ) -> Iterator[RecommendationsAnswer]:
        """Return the pages of a search one by one, each asked for when it is taken.

        Parameters
        ----------
        photo, **search
            As for `recommend`; ``k`` is the products of a page.
        """
        for _ in range(_MAX_PAGES):
            page = self.recommend(photo, **search)
            yield page
            if page.next_cursor is None:
                return
            search["cursor"] = page.next_cursor

    def detect(self, photo: Photo, *, box: Sequence[float] | None = None) -> DetectAnswer:
        """Return what a photo shows: category, box, attributes, embedding.

        Parameters
        ----------
        photo : bytes or path
        box : sequence of float, optional
            The garment, ``x1, y1, x2, y2`` as fractions of the photo.
        """
        said = {} if box is None else {"box": list(box)}
        request = Request("POST", "/v1/detect", files=form(photo, "query", said))
        return self._transport.send(request).read(DetectAnswer)

    def get_network(self) -> NetworkAnswer:
        """Return what a runtime elsewhere needs to analyse photos as the service does."""
        return Reply(200, self._transport.kept_bytes("/v1/network").body).read(NetworkAnswer)

    def get_network_file(self, sha256: str) -> bytes:
        """Return the network that `get_network` tells of, as ONNX."""
        request = Request("GET", f"/v1/network/{segment(sha256)}")
        return self._transport.send(request).body

    def similar_items(self, item_id: str, k: int = 10) -> RecommendationsAnswer:
        """Return products like one of the catalogue."""
        request = Request("GET", f"/v1/items/{segment(item_id)}/similar", {"k": k})
        return self._transport.send(request).read(RecommendationsAnswer)

    def complete_the_look(
        self, item_id: str, k: int = 10, *, user_id: str | None = None
    ) -> RecommendationsAnswer:
        """Return products of other kinds that go with one of the catalogue."""
        asked: dict[str, Any] = {"k": k}
        if user_id is not None:
            asked["user_id"] = user_id
        request = Request("GET", f"/v1/items/{segment(item_id)}/complete", asked)
        return self._transport.send(request).read(RecommendationsAnswer)

    def facets(self, **counted: Unpack[CountedFacets]) -> FacetsAnswer:
        """Return how many items there are of each type, category, colour, brand and price.

        Parameters
        ----------
        **counted
            See `CountedFacets`.
        """
        request = Request("GET", "/v1/facets", counted)
        return self._transport.send(request).read(FacetsAnswer)
