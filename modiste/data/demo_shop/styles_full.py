"""What the 10 categories that cover the whole body look like."""

from __future__ import annotations

from modiste.data.demo_shop.styles import Style, style

# fmt: off
FULL_STYLES: dict[str, Style] = {
    "Caftan": style(
        "caftan", 1.0, "chiffon:2 cotton:2 satin:1.5", "boho",
        neckline="v-neck:2 deep-v:1 keyhole", length="maxi:3 midi knee-length",
        waist="none:2 drawstring", trim="none:3 tassel:1 beaded:1.5",
    ),
    "Coat": style(
        "top", 2.0, "cotton:4 tweed:2 fur:1.3 shearling:.6 puffer:.8 leather:.4", "coat",
        "camel black grey navy beige burgundy charcoal red", sleeve="long",
        neckline="lapel:4 shawl:1 mandarin:1", length="knee-length:3 longline:2",
        fit="regular:2 sheath",
        closure="two-button:2 button-front:2 double-breasted:1.5 wrap:.6 toggle:3",
        pocket="welt:1 flap:1", waist="none:2 belted:2 self-tie:1", cuff="none turned",
        hem="straight", trim_cloth="second",
    ),
    "Coverup": style(
        "top", 1.1, "crochet:3 mesh:2 sheer:3 lace:1.5 open-knit:1.5", "sheer",
        "white ivory black coral mint navy",
        sleeve="three-quarter:2 wide:1 sleeveless:1 flutter:1", neckline="deep-v:2 v-neck boat:1",
        length="mini:2 tunic:2", fit="boxy:2 trapeze", trim="tassel:2 pom-pom:1 fringe:2 none",
        hem="straight:2 curved", waist="none:2 drawstring:1", slit="none:2 side_slit",
    ),
    "Dress": style(
        "dress", 13.0,
        (
            "cotton:5 chiffon:2 satin:1 lace:1.4 linen:1 crochet:.8 eyelet:.9 sheer:.8 velvet:.5 "
            "knit:.7 ribbed:.5 leather:.4 denim:.7 chambray:.9 sequin:1.2 mesh:.4 jacquard:.7 "
            "metallic:.9 tweed:.3"
        ),
        "any",
        skirt=(
            "none:4 a-line:1.5 skater:3 pleated:1.3 tiered:1.3 flowy:2 wrap:1 tulip:.8 "
            "pencil:1 box_pleat:.5 ruffle:.7"
        ),
        sleeve=(
            "tank:3 sleeveless:3 short:1.5 cap:1.5 long:2 bell:1 flutter:1 "
            "three-quarter:.7"
        ),
        neckline=(
            "scoop:2 v-neck:2 crew:2 strapless:1.3 sweetheart:1 cami:2 halter:1.2 "
            "off-the-shoulder:1.3 one-shoulder:.8 boat:1.4 high:1 surplice:1 keyhole:.7 "
            "shirt:.6 deep-v:.6 square:1.5"
        ),
        fit="bodycon:2 shift:2 sheath:1 trapeze:1.5",
        length="mini:5 knee-length:2 midi:2.5 maxi:3",
        waist="none:5 belted:1.2 self-tie:1 gathered:1", waist_line="natural:6 drop:1 empire:1",
        hem="plain:6 high-low:1.3 asymmetrical:1 scalloped:.7", slit="none:5 side_slit:1",
        trim=(
            "none:9 bow:.6 ruffle:.6 lace:.6 beaded:1.2 embroidered:.8 cutout:.8 fringe:.6 "
            "ruffle_hem:.5 panel:1.6 pom-pom:.5 tassel:.4 contrast_trim:.8"
        ),
        trim_cloth="second", closure="none:7 button-front:.7 lace-up:.7 zip:.4", pocket="none",
    ),
    "Jumpsuit": style(
        "jumpsuit", 1.9, "cotton:5 satin:1 chiffon:1 denim:.7 linen:.7 velvet:.4", "any",
        leg="wide:2 straight:2 harem:1.4 skinny:1 flare:1.6", length="full:3 ankle",
        sleeve="tank:2 sleeveless:2 short:1 long:1",
        neckline=(
            "v-neck:2 scoop:1 strapless:1.5 cami:2 halter:1.5 surplice:1 square:1 "
            "deep-v:1 shirt:.5"
        ),
        fit="fitted", waist="belted:1 self-tie:1.5 gathered:1.5 drawstring:1",
        pocket="none:2 slant:1", hem="plain:4 cuffed", closure="none:4 zip:.8 button-front:.7",
        trim="none:7 cutout:.7 ruffle:.5 bow:.5",
    ),
    "Kaftan": style(
        "top", 1.0, "cotton:3 linen:1.5 satin:.6", "soft",
        "white teal coral navy fuchsia mustard blue ivory purple", sleeve="bell:3 wide:1",
        neckline="split:3 mandarin:1", length="maxi:2 midi:1", fit="shift:1 trapeze:1",
        trim="embroidered", hem="straight", slit="none", cuff="none",
    ),
    "Kimono": style(
        "kimono", 1.5, "chiffon:3 satin:2 sheer:1.5 lace:.6 velvet:.5", "kimono", sleeve="wide",
        neckline="open", length="tunic:2 longline:1 hip:1", fit="boxy", closure="open-front",
        trim="kimono_fringe:2 none:1", hem="straight:3",
    ),
    "Onesie": style(
        "jumpsuit", 1.0, "cotton:3 shearling:1.5 heathered:1 waffle:.6", "cute", leg="sweat",
        length="full", sleeve="long", neckline="crew", fit="regular", closure="zip", hem="feet",
        hood="hood", trim="ears:2 none:1", cuff="ribbed", trim_cloth="ribbed", pocket="none",
    ),
    "Robe": style(
        "top", 1.2, "shearling:2 satin:3 waffle:1.5 cotton:1 lace:.4", "robe",
        "white pink grey navy burgundy ivory lavender mint black",
        sleeve="wide:1 three-quarter:1 long:1", neckline="shawl", length="knee-length:2 mini",
        fit="regular", closure="wrap", waist="self-tie", pocket="patch none", cuff="turned",
        hem="straight", trim_cloth="main second",
    ),
    "Romper": style(
        "jumpsuit", 2.6,
        "cotton:5 chiffon:2 lace:1 satin:.7 denim:.7 crochet:.6 eyelet:.7 linen:.6", "any",
        leg="wide:2 straight:2", length="micro:2 short:1",
        sleeve="tank:2 short:2 cap:1 sleeveless:1 long:1 flutter:1 bell:.6",
        neckline=(
            "v-neck:2 scoop:1.5 cami:2.5 off-the-shoulder:1.5 halter:1 square:1.3 "
            "surplice:1 strapless:1 sweetheart:.6"
        ),
        fit="fitted", waist="drawstring:2 belted:1 self-tie:1.5 gathered:2",
        hem="plain:3 scalloped:1 dolphin:1", pocket="none:2 slant:1",
        closure="none:4 button-front:1 lace-up:.6",
        trim="none:5 pom-pom:.8 lace:.7 cutout:.6 ruffle:.5 tassel:.6 bow:.5",
    ),
}
# fmt: on
