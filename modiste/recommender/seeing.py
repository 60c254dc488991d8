"""What a recommender sees in photos, without looking for products."""

from __future__ import annotations

from modiste.attribute_model.garment import Box, Garment
from modiste.attribute_model.occlusion import DEFAULT_CELLS, Occlusion, occlude
from modiste.data import images
from modiste.recommender.assembly import Assembly
from modiste.recommender.encoder import MAX_SIDE_PX
from modiste.recommender.query import Image, Query


class Seeing(Assembly):
    """The part of `Recommender` that looks at photos; takes what that takes."""

    def detect(self, image: Image, *, box: Box | None = None) -> Garment:
        """Return what the network sees in a photo, without looking for products.

        Parameters
        ----------
        image : bytes, path or ndarray
            As in `Query`.
        box : tuple of float, optional
            Of the garment meant; by default the network's own.

        Raises
        ------
        ValueError
            If the image or the box is not as `Query` wants it.
        InvalidImageError
            If the photo cannot be used.
        ReleaseError
            If the release has no network.
        """
        query = Query(image=image, box=box)
        if query.image is None:
            raise ValueError("image must be a photo. Received: None")
        return self.encoder.garments([query.image], [query.box])[0]

    def occlusion(
        self, image: Image, *, cells: int = DEFAULT_CELLS, seconds: float = 4.0
    ) -> Occlusion:
        """Return how much of what the network sees hangs on each part of a photo.

        Parameters
        ----------
        image : bytes, path or ndarray
            As in `Query`.
        cells : int
            A side of the grid of parts, 4 to 16.
        seconds : float
            So long it looks, some hundred times; see `modiste.attribute_model.occlusion.occlude`.

        Raises
        ------
        ValueError
            If the number of cells is another.
        InvalidImageError
            If the photo cannot be used.
        ReleaseError
            If the release has no network.
        """
        pixels = images.decode(image, max_side=MAX_SIDE_PX)
        look, vocabulary = self.encoder.garments, self.catalogue.vocabulary
        return occlude(look, pixels, vocabulary, cells=cells, seconds=seconds)
