"""Which prints each kind of garment and each fabric is sold with, and how often.

Written as `styles` writes options: values with weights, `_` for a space.
"""

from __future__ import annotations

PRINT_GROUPS: dict[str, str] = {
    "solid": "solid",
    "any": (
        "solid:5 striped:1.6 vertical:1 multi-stripe:2.4 polka_dot:1.7 gingham:2 plaid:.8 "
        "chevron:3 zigzag:2 houndstooth:1.6 geo:2.2 diamond:2.4 abstract:2.4 tribal:2.2 "
        "southwestern:3 ikat:1.8 floral:3 ditsy:1.8 daisy:2.6 rose:1.8 leaf:1.6 palm:1.5 "
        "paisley:1.6 leopard:1.6 giraffe:2.6 bird:2 butterfly:2 heart:1.6 star:1 "
        "pineapple:1.8 medallion:2 marble:2.2 watercolor:1.6 splatter:2 tie-dye:1.6 ombre:1.4 "
        "dip-dye:1.3 colorblock:1.2 two-tone:1.3 checkered:2 grid:1.6 speckled:1.4 galaxy:1.6"
    ),
    "pretty": (
        "solid:6 striped:1.3 vertical:1.2 polka_dot:2 floral:3 ditsy:2 daisy:2 rose:1.4 "
        "paisley:1.4 leaf:1.3 bird:1.6 butterfly:1.6 heart:1 watercolor:1.4 geo:1.2 "
        "abstract:1.2 leopard:1 grid:1 ikat:1 medallion:1 gingham:1.6 marble:.8 speckled:.6 "
        "chevron:1.5 giraffe:1.3 tribal:1 diamond:1 southwestern:0.8 zigzag:0.8"
    ),
    "tee": (
        "solid:8 striped:2.4 breton:3 multi-stripe:3 tie-dye:2 camo:2 star:1.6 heart:1.6 "
        "speckled:2 galaxy:1.6 colorblock:2 two-tone:1.5 ombre:1.5 splatter:2.4 floral:1 "
        "dip-dye:1.4 leopard:1 palm:1 pineapple:.7 checkered:.8 grid:.8"
    ),
    "knit": (
        "solid:6 striped:2.5 breton:2 multi-stripe:1.5 fair_isle:8 chevron:2.4 zigzag:1.2 "
        "colorblock:2.2 ombre:1.3 diamond:2 heart:.6 leopard:.8 two-tone:1 southwestern:2.4 "
        "tribal:.8 houndstooth:.6 speckled:1"
    ),
    "shirt": (
        "solid:7 vertical:2 pinstripe:4.5 gingham:3 polka_dot:1.5 ditsy:1 grid:1.5 striped:.6 "
        "star:.5 bird:.5 heart:.5 checkered:.8 speckled:.6"
    ),
    "flannel": "plaid",
    "suit": (
        "solid:6 pinstripe:4 houndstooth:2 herringbone:5 plaid:1 grid:2 floral:.6 vertical:.5"
    ),
    "coat": "solid:5 herringbone:4 houndstooth:2 plaid:1.6 leopard:1 colorblock:1 grid:.6",
    "outer": (
        "solid:5 camo:2.5 floral:1 colorblock:2 leopard:.7 palm:.6 two-tone:1 star:.4 galaxy:.6"
    ),
    "parka": "solid:6 camo:2",
    "jacket": "solid:9 acid_wash:2 camo:1.2 leopard:.5 tie-dye:.4 splatter:.5",
    "sport": "solid:5 vertical:1 colorblock:1 camo:.5",
    "trouser": (
        "solid:5 striped:.6 vertical:1.5 pinstripe:1.2 gingham:1 polka_dot:1 floral:1.5 "
        "geo:.7 houndstooth:1 palm:.6 plaid:.6 grid:1 leaf:.6 herringbone:1.2"
    ),
    "soft": "solid:4 striped:1 vertical:1 tie-dye:1 paisley:.6 ombre:.8 geo:.4 dip-dye:.6",
    "denim": "solid:5 acid_wash:2",
    "jogger": ("solid:5 camo:2 galaxy:.6 tribal:.7 colorblock:1 floral:.7 palm:.6 splatter:.6"),
    "legging": (
        "solid:4 galaxy:2.2 leopard:1.4 tribal:1.4 camo:1 tie-dye:.8 geo:1 floral:1 "
        "houndstooth:.6 marble:1 zigzag:.6"
    ),
    "tropical": (
        "solid:3 palm:3 floral:1.5 leaf:2 tie-dye:2 pineapple:1 paisley:1 watercolor:1 "
        "dip-dye:1.2 ombre:1"
    ),
    "swim": (
        "solid:2 palm:2.5 pineapple:2 floral:1 colorblock:1 star:.5 vertical:.7 leaf:1 "
        "checkered:.7 tribal:.7 camo:.5"
    ),
    "boho": (
        "solid:2 medallion:3 paisley:2.5 ikat:2 tribal:1.5 floral:1.5 abstract:1.2 leopard:1 "
        "watercolor:1.5 giraffe:1 southwestern:1"
    ),
    "sheer": "solid:5 tie-dye:1 dip-dye:.7",
    "kimono": (
        "solid:2 floral:3 rose:1.5 bird:1.5 paisley:1.5 butterfly:1 leaf:1 ombre:.8 "
        "abstract:1 medallion:1 ikat:.8 dip-dye:.6"
    ),
    "cute": (
        "solid:3 heart:2 star:2 striped:1 leopard:1 giraffe:1.5 polka_dot:1.2 camo:.5 "
        "fair_isle:1.2 pineapple:.6"
    ),
    "robe": (
        "solid:4 floral:1.5 rose:.8 polka_dot:.8 leopard:.8 plaid:.8 vertical:.5 bird:.5 star:.5"
    ),
}

# A texture this strong is sold in one colour, or with the few prints that survive on it.
FABRIC_PRINTS: dict[str, str] = {
    "denim": "solid:5 acid_wash:2",
    "chambray": "solid:5 polka_dot:.5 star:.5",
    "leather": "solid",
    "lace": "solid",
    "crochet": "solid",
    "eyelet": "solid",
    "sequin": "solid:5 ombre:1 striped:.7",
    "metallic": "solid",
    "velvet": "solid:8 floral:1 leopard:.6",
    "fur": "solid:4 leopard:1",
    "shearling": "solid",
    "cable knit": "solid",
    "chunky knit": "solid:6 striped:1 colorblock:.7",
    "waffle": "solid:6 striped:1",
    "ribbed": "solid:6 striped:1.5 colorblock:.8 ombre:.6",
    "quilted": "solid:6 camo:.5",
    "puffer": "solid:6 colorblock:1",
    "corduroy": "solid",
    "jacquard": "solid",
    "mesh": "solid:5 colorblock:.6",
    "open-knit": "solid:4 ombre:.5",
    "tweed": "solid:4 houndstooth:1 plaid:.8 herringbone:1.5",
    "heathered": "solid:6 striped:2 colorblock:.6",
    "marled": "solid:6 striped:1 breton:.5",
}
