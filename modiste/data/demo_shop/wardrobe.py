"""Everything the demo shop can sell, by category."""

from __future__ import annotations

from modiste.data.demo_shop.styles import Style
from modiste.data.demo_shop.styles_full import FULL_STYLES
from modiste.data.demo_shop.styles_lower import LOWER_STYLES
from modiste.data.demo_shop.styles_upper import UPPER_STYLES

WARDROBE: dict[str, Style] = {**UPPER_STYLES, **LOWER_STYLES, **FULL_STYLES}
