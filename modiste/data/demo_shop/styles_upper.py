"""What the 20 categories of tops and jackets look like."""

from __future__ import annotations

from modiste.data.demo_shop.styles import Style, style

# fmt: off
UPPER_STYLES: dict[str, Style] = {
    "Anorak": style(
        "top", 1.3, "cotton:4 satin:1", "outer", "olive khaki navy red mustard teal black mint",
        sleeve="long", neckline="mandarin", length="hip", fit="boxy", closure="half-zip:3 zip:1",
        pocket="kangaroo:3 flap", hood="hood:1 drawcord:3", waist="drawstring", waist_line="low",
        cuff="ribbed none", hem="straight",
    ),
    "Blazer": style(
        "top", 2.4, "cotton:5 tweed:1.5 velvet:1 linen:1 jacquard:.7 leather:.4", "suit",
        "black navy grey charcoal beige camel white burgundy pink", sleeve="long:4 roll-up:1",
        neckline="lapel:5 shawl:1", length="regular:3 hip", fit="fitted:2 regular:2",
        closure="one-button:3 two-button:3 open-front:1.5", pocket="welt:3 flap",
        cuff="buttoned:2 none", hem="vented straight",
    ),
    "Blouse": style(
        "top", 6.5, "cotton:3 chiffon:4 satin:2 lace:1.6 sheer:1.5 eyelet:1 crochet:.5", "pretty",
        sleeve="long:3 bell:3 bishop:3 flutter:2 three-quarter:2 sleeveless:1 cap:1",
        neckline=(
            "v-neck:2 split:3 keyhole:2 shirt:1 surplice:2 mandarin:1 scoop:1 high:1.5 "
            "crew:1"
        ),
        length="regular:4 hip", fit="regular:2 trapeze:2",
        trim="none:4 tie-neck:6 bow:1.5 ruffle:2 lace:1.5 embroidered:1.5 tassel:1.5",
        hem="straight:3 curved:1 peplum:1.2 high-low:1.5",
        closure="none:4 button-front:1 lace-up:1",
    ),
    "Bomber": style(
        "top", 1.6, "satin:4 cotton:3 quilted:2.5 leather:.8 velvet:.6 sequin:.4", "outer",
        "olive black navy burgundy pink camel grey", sleeve="long:3 raglan_long:1",
        neckline="ribbed", length="waist", fit="blouson", closure="zip", pocket="zip:3 welt",
        cuff="ribbed", hem="ribbed", trim_cloth="ribbed", trim="none:5 embroidered:1",
    ),
    "Button-Down": style(
        "top", 2.6, "cotton:6 chambray:3 linen:1.2 denim:1.2", "shirt",
        "white sky-blue blue pink navy ivory mint black", sleeve="long:4 roll-up:2 short:1",
        neckline="shirt", length="regular:2 hip", fit="regular:3 boxy:1 oversized:1",
        closure="button-front", pocket="none:2 chest:3", cuff="buttoned:3",
        hem="curved:4 straight:1",
    ),
    "Cardigan": style(
        "top", 4.0,
        (
            "knit:4 ribbed:2 heathered:1 marled:1.5 cable_knit:1.4 chunky_knit:1.4 open-knit:1.8 "
            "fur:.6"
        ),
        "knit", sleeve="long:5 three-quarter:1 dolman:1", neckline="open:3 shawl:2 deep-v:3",
        length="regular:2 hip:2 longline:2 crop:.5", fit="regular:3 oversized:1.5 boxy:1",
        closure="open-front:3 button-front:2", pocket="none:2 patch:2.5", cuff="ribbed:3 none",
        hem="ribbed:2 straight:2", trim_cloth="ribbed", trim="none:7 fringe:1",
        waist="none:7 self-tie:1",
    ),
    "Flannel": style(
        "top", 1.5, "cotton", "flannel", "red navy green black grey burgundy mustard blue",
        sleeve="long:4 roll-up:2", neckline="shirt", length="hip:2 regular", fit="regular boxy",
        closure="button-front", pocket="flap_chest", cuff="buttoned", hem="curved",
    ),
    "Halter": style(
        "top", 1.4,
        "cotton:5 chiffon:2 satin:1 lace:1.4 linen:1 crochet:.8 eyelet:.9 sheer:.8 velvet:.5",
        "any", sleeve="none", neckline="halter", length="regular:3 crop:2 hip",
        fit="regular fitted trapeze",
        trim="none:5 ruffle_hem:1 lace:1 cutout:1 tie-front:1 fringe:.7",
        hem="straight:3 peplum:1 asymmetrical:1", pocket="none",
    ),
    "Henley": style(
        "top", 1.3, "cotton:3 waffle:2 heathered:2 ribbed:1 marled", "tee",
        sleeve="long:4 raglan_long:1.5 raglan:1.5 short:1", neckline="henley",
        length="regular:3 hip", fit="regular:3 fitted", closure="placket", cuff="none:2 ribbed",
        hem="straight:2 curved", pocket="none:4 chest:1", trim_cloth="second",
    ),
    "Hoodie": style(
        "top", 2.6, "cotton:4 heathered:3 knit:.7 shearling:.5", "tee",
        sleeve="long:4 raglan_long:1", neckline="crew", length="regular:4 hip crop:1",
        fit="boxy:3 regular:2 oversized:1", closure="none:3 zip:2", pocket="kangaroo",
        hood="drawcord", cuff="ribbed", hem="ribbed", trim_cloth="ribbed",
        graphic="none:5 logo:2 star:.5 heart:.5 cat:1.4",
    ),
    "Jacket": style(
        "top", 4.2,
        (
            "denim:3.4 leather:3.6 puffer:3 quilted:3 corduroy:2.4 velvet:.5 shearling:1 "
            "satin:.5 metallic:.5"
        ),
        "jacket", sleeve="long", neckline="shirt:2 lapel:1.5 mandarin:1.5",
        length="waist:3 regular:2 crop:.5", fit="fitted:2 regular:3",
        closure="button-front:2 zip:2 asymmetric_zip:2", pocket="flap_chest:2 zip:2 welt:1",
        cuff="buttoned:2 none", hem="straight", finish="topstitched:2 none:2",
        trim="none:2 studded:3 fringe:1", trim_cloth="second",
    ),
    "Jersey": style(
        "top", 1.2, "mesh:1 cotton:4 satin:1", "sport",
        "red navy blue white black green purple mustard orange",
        sleeve="short:3 raglan_long:1 raglan:1 muscle:1", neckline="v-neck:3 crew:1",
        length="hip:3 regular", fit="boxy:3 regular", graphic="number",
        trim="contrast_trim:2 ringer:2", trim_cloth="second", hem="straight vented",
        closure="none:3 button-front:1",
    ),
    "Parka": style(
        "top", 1.4, "cotton:4 satin:1 puffer:1", "parka", "olive khaki navy black charcoal camel",
        sleeve="long", neckline="crew", length="tunic", fit="boxy:3 oversized",
        closure="zip:3 toggle", pocket="four:2 flap", hood="fur", waist="drawstring:3 none",
        cuff="none buttoned", hem="straight", trim_cloth="fur",
    ),
    "Peacoat": style(
        "top", 1.1, "cotton:3 tweed:2 shearling:.6", "coat",
        "navy black charcoal camel grey burgundy", sleeve="long", neckline="peacoat",
        length="hip", fit="regular:3 fitted", closure="double-breasted", pocket="welt",
        cuff="buttoned turned", hem="straight",
    ),
    "Poncho": style(
        "poncho", 1.2, "knit:3 tweed:1 chunky_knit:1.5 marled:1 crochet:1.2 open-knit:1", "knit",
        neckline="crew:2 v-neck:2 turtle:1.5 cowl:1 boat:1", hem="pointed:3 straight:1",
        trim="fringe:4 none:1 tassel:1", hood="none:7 hood:1",
    ),
    "Sweater": style(
        "top", 4.2,
        (
            "knit:4 ribbed:2 heathered:1 marled:1.5 cable_knit:2.5 chunky_knit:2 open-knit:1.6 "
            "waffle:.8 fur:.4"
        ),
        "knit", sleeve="long:7 dolman:1 batwing:1",
        neckline="crew:5 v-neck:2 cowl:2.2 boat:1 scoop:1", length="regular:4 hip:1 crop:1",
        fit="regular:3 oversized:2 boxy:1", cuff="ribbed", hem="ribbed:4 vented:.7 high-low:.7",
        trim_cloth="ribbed", graphic="none:9 heart:1 star:.8 cat:1.2",
    ),
    "Tank": style(
        "top", 5.0, "cotton:6 ribbed:1.2 heathered:1.5 lace:.7 mesh:.8 crochet:.7 sheer:.4",
        "any", sleeve="tank:4 racerback:3 muscle:2", neckline="scoop:5 crew:2 v-neck:1.5",
        length="regular:4 hip:1.5 crop:1.5", fit="regular:3 fitted:2 trapeze:1",
        graphic="none:7 star:.6 heart:.6 logo:1.8 cat:1.6 pineapple:.8 butterfly:.6",
        hem="straight:3 curved:1.5 high-low:1", pocket="none:5 chest:1",
        trim="none:7 fringe:1 contrast_trim:1.2 lace:.7 cutout:.5", trim_cloth="second",
    ),
    "Tee": style(
        "top", 7.5, "cotton:7 heathered:2 linen:1 marled:1 waffle:.4 mesh:.5", "tee",
        sleeve="short:7 cap:1 raglan:1.2 roll-up:.6 cuffed:1 dolman:.8",
        neckline="crew:5 v-neck:3 scoop:1.5", length="regular:6 crop:1.2 hip:1",
        fit="regular:4 boxy:1 fitted:2 oversized:.5", pocket="none:5 chest:1.5",
        graphic="none:10 star:.6 heart:.6 cat:3 rose:1 logo:3 pineapple:1 butterfly:1",
        hem="straight:5 curved:1 high-low:.4", trim="none:8 ringer:1.4", trim_cloth="second",
    ),
    "Top": style(
        "top", 4.8,
        (
            "cotton:5 chiffon:2 satin:1 lace:1.4 linen:1 crochet:.8 eyelet:.9 sheer:.8 velvet:.5 "
            "ribbed:1 sequin:1 mesh:.8 metallic:.9"
        ),
        "any", sleeve="none",
        neckline=(
            "off-the-shoulder:3 strapless:2 sweetheart:1.5 cami:4 one-shoulder:2.5 "
            "square:.01"
        ),
        length="regular:3 crop:4", fit="fitted:3 regular:1 trapeze:1",
        trim=(
            "none:6 ruffle_hem:1.2 bow:1 cutout:1.2 lace:1.2 beaded:.01 tie-front:2 "
            "pom-pom:1 fringe:.8"
        ),
        hem="straight:4 peplum:2 asymmetrical:1 scalloped:1",
    ),
    "Turtleneck": style(
        "top", 1.5, "knit:4 ribbed:2 heathered:1 marled:1.5 cable_knit:1.2 cotton:1 velvet:.4",
        "knit", sleeve="long:5 sleeveless:1.3", neckline="turtle",
        length="regular:4 crop:1 hip:1", fit="fitted:3 regular:2 oversized:1", cuff="none ribbed",
        hem="straight ribbed", trim_cloth="ribbed",
    ),
}
# fmt: on
