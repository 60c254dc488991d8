"""What the 16 categories of trousers, shorts and skirts look like."""

from __future__ import annotations

from modiste.data.demo_shop.styles import Style, style

# fmt: off
LOWER_STYLES: dict[str, Style] = {
    "Capris": style(
        "legs", 1.1, "cotton:5 linen:1 denim:1.2", "trouser", leg="slim:2 straight:1",
        length="capri", band="button:2 elastic:1", pocket="slant:2 none", hem="plain:1 cuffed:1",
        trim="ankle_slit:2 bow:.5 none:1", waist="none:3 self-tie:1 belted:1",
    ),
    "Chinos": style(
        "legs", 1.2, "cotton", "solid", "khaki beige camel navy olive grey burgundy",
        leg="straight:3 slim:2", length="full:2 ankle", band="button", pocket="slant",
        finish="creased", hem="cuffed plain", waist="belted:2 none",
    ),
    "Culottes": style(
        "legs", 1.1, "cotton:4 linen:1 satin:1 leather:.5", "trouser", leg="culotte",
        length="culotte", band="high", finish="pleated", waist="belted:2 self-tie:1.5 none:1.5",
        pocket="slant none", hem="plain",
    ),
    "Cutoffs": style(
        "legs", 1.2, "denim", "denim", "blue sky-blue navy white black", leg="slim",
        length="micro", band="button", pocket="jeans", hem="frayed", finish="distressed:2 none:2",
        trim="none:4 lace:.6",
    ),
    "Gauchos": style(
        "legs", 1.0, "cotton:3 knit:1 ribbed:.7", "soft", leg="gaucho", length="gaucho",
        band="fold-over", hem="plain",
    ),
    "Jeans": style(
        "legs", 3.8, "denim", "denim", "blue navy sky-blue black grey white",
        leg="skinny:4 straight:2 flare:2 boyfriend:2", length="full:3 ankle",
        band="button:3 high:1.5", pocket="jeans", hem="plain:3 cuffed:1.2",
        finish="none:3 distressed:3 faded:2",
    ),
    "Jeggings": style(
        "legs", 1.1, "denim", "denim", "navy blue black grey", leg="legging", length="full",
        band="elastic", pocket="jeans", hem="plain", finish="none:3 faded:1",
    ),
    "Jodhpurs": style(
        "legs", 1.0, "cotton:4 corduroy:1", "solid", "beige khaki brown black navy olive",
        leg="jodhpur", length="full", band="button", trim="knee_patch", pocket="none",
        waist="none:2 belted", hem="plain",
    ),
    "Joggers": style(
        "legs", 1.8, "cotton:5 satin:1 linen:.5 leather:.4 velvet:.4", "jogger",
        leg="jogger:2 harem:1.2", length="ankle", band="elastic", pocket="slant:2 zip:2 cargo:1",
        hem="ribbed_cuff", waist="drawstring", trim="none:3 side_stripe:1", trim_cloth="ribbed",
    ),
    "Leggings": style(
        "legs", 2.2, "cotton:5 leather:1.5 ribbed:.5 velvet:.5 metallic:.5", "legging",
        leg="legging", length="full", band="yoga:3 fold-over:1", hem="plain",
        trim="none:4 ankle_zip:1",
    ),
    "Sarong": style(
        "sarong", 1.0, "cotton:3 chiffon:2 sheer:1 crochet:.5", "tropical",
        length="mini midi:2 maxi:2", trim="fringe:1 none:2",
    ),
    "Shorts": style(
        "legs", 4.6,
        (
            "cotton:6 linen:1 lace:1 leather:.6 satin:.6 velvet:.4 corduroy:.5 eyelet:.7 "
            "crochet:.7 tweed:.4 jacquard:.4"
        ),
        "any", leg="wide:2 straight:3", length="micro:3 short:2 bermuda:1.3",
        band="button:3 elastic:2 high:1.5", pocket="slant:2 none:2 cargo:.8",
        hem="plain:3 cuffed:1.5 dolphin:1.5 scalloped:1",
        waist="none:3 belted:1 self-tie:1.3 drawstring:1", finish="none:3 pleated:1.5",
        trim="none:6 pom-pom:.8 lace:.6", trim_cloth="main",
    ),
    "Skirt": style(
        "skirt", 4.6,
        (
            "cotton:5 denim:1.5 leather:1.6 satin:.8 lace:1 tweed:.7 chiffon:1 jacquard:.7 "
            "velvet:.6 sequin:.8 corduroy:1 crochet:.4 metallic:.4"
        ),
        "any",
        skirt=(
            "pencil:3 a-line:2.5 skater:2.5 pleated:2.5 box_pleat:1.3 tulip:1.5 tiered:1.5 "
            "flowy:1.5 wrap:1.5 ruffle:1"
        ),
        length="mini:4 knee-length:2 midi:2 maxi:2", band="elastic:2 high:1 plain:2 yoga:1",
        closure="none:5 button-front:1.2 zip:1", waist="none:5 belted:1.2 self-tie:.7",
        hem="plain:6 asymmetrical:1 high-low:1.2 scalloped:.7", slit="none:4 side_slit:1.5",
        trim="none:8 lace:.7 fringe:.8 pom-pom:.5", pocket="none:4 slant:1 zip:.5",
        trim_cloth="main",
    ),
    "Sweatpants": style(
        "legs", 1.5, "heathered:4 cotton:3", "solid",
        "grey charcoal black navy burgundy pink mint", leg="sweat", length="full",
        band="drawstring", waist="drawstring", pocket="none slant", hem="plain",
        trim="none:3 side_stripe:1",
    ),
    "Sweatshorts": style(
        "legs", 1.1, "heathered:4 cotton:2 marled:1", "solid",
        "grey charcoal black navy pink mint coral lavender", leg="straight", length="short",
        band="drawstring", waist="drawstring", hem="cuffed", pocket="slant none", trim="none",
    ),
    "Trunks": style(
        "legs", 1.1, "cotton:3 satin:1", "swim", leg="straight", length="knee", band="lace-up",
        waist="lace-up", trim="side_stripe:2 none:1", hem="plain", pocket="none",
    ),
}
# fmt: on
