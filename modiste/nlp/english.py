"""What English shoppers type that no dictionary of lemmas and few catalogue texts give.

Small lists: words without a wish, words that turn a wish round, shades by colour family,
and other words for the same thing. None is tied to a vocabulary: an entry whose names a
vocabulary lacks has no effect.

References
----------
Berlin and Kay, "Basic Color Terms", 1969: the eleven families.
"""

from __future__ import annotations

from typing import Final


def _words(lines: str) -> frozenset[str]:
    return frozenset(lines.split())


def _groups(lines: str) -> dict[str, tuple[str, ...]]:
    pairs = (line.split(":") for line in lines.strip().splitlines())
    return {head.strip(): tuple(name.strip() for name in names.split(",")) for head, names in pairs}


#: Turn round the wish that follows.
NEGATIONS: Final = _words("""
    no not non without never except excluding minus nothing neither nor avoid hate cannot
""") | frozenset(
    form
    for word in ("don't", "doesn't", "isn't", "aren't", "won't", "can't")
    for form in (word, word.replace("'", ""))
)
#: Do so as two words.
NEGATION_PAIRS: Final = frozenset({("anything", "but"), ("other", "than"), ("instead", "of")})

STOP_WORDS: Final = NEGATIONS | _words("""
    above around below between beyond over than under until up
    a about all also am an and any anyone anything are as at be been being both but by can
    could did do does every for from get got had has have he her hers him his how i i'm i'd
    i'll i've if in into is it it's its just kind least let's made make maybe me mine more most
    much must my of on only or other our out own quite rather really say she should so some
    somebody someone something somewhat sort such than that that's the their them then there
    these they thing this those to too us very was we were what what's when where which who
    whose will with would you your yours
    hello hey hi dear please pls plz kindly thank thanks thankyou thx cheers sorry ok okay yes
    buy find give like look looking need prefer preferably search searching see sell show want
    wanted wanting wanna wear wearing wish
""")

#: Keep their apostrophe as tokens; other words lose a possessive one.
CONTRACTIONS: Final = frozenset(word for word in STOP_WORDS if "'" in word)


#: Basic colour and its shades.
COLOR_FAMILIES: Final = _groups("""
    black: charcoal, jet, ebony, onyx
    white: ivory, off white, cream, ecru, snow
    grey: gray, silver grey, slate, ash, grey melange, steel
    red: scarlet, crimson, burgundy, maroon, ruby, cherry, claret, oxblood, vermilion, brick
    pink: rose, blush, fuchsia, magenta, salmon, hot pink
    orange: coral, tangerine, apricot, peach, rust, terracotta
    yellow: mustard, lemon, saffron, ochre
    green: olive, khaki, emerald, mint, lime, sage, sea green, fluorescent green, lime green
    blue: navy, navy blue, cobalt, azure, teal, turquoise, turquoise blue, indigo, royal blue
    purple: violet, lavender, lilac, mauve, plum, aubergine
    brown: beige, tan, camel, taupe, chocolate, coffee brown, mushroom brown, nude, skin
""")

#: Other words for a thing: the first stands for each of those after it.
ALIASES: Final = _groups("""
    lbd: little black dress, black, mini, dress, party
    t-shirt: tee, tshirt
    tee: t-shirt, tshirt
    jumper: sweater, pullover
    pullover: sweater, jumper
    sweater: jumper, pullover
    sweatshirt: sweater, hoodie
    hoody: hoodie
    cardi: cardigan
    dungarees: overalls, jumpsuit, suspender, denim
    overalls: dungarees, jumpsuit, suspender
    playsuit: romper
    romper: playsuit
    catsuit: jumpsuit
    trousers: pants, chinos, trouser
    pants: trousers, trouser, chinos
    cords: corduroy
    khakis: chinos
    tracksuit: track, sweatpants, track pants
    jogging bottoms: joggers, sweatpants
    sweatpants: joggers, track pants
    tights: leggings, stockings
    vest: tank
    vest top: tank
    waistcoat: vest
    polo neck: turtleneck
    roll neck: turtleneck
    raincoat: coat, trench
    mac: trench, coat
    overcoat: coat
    swimsuit: swim
    bikini: swim
    swimwear: swim
    beachwear: beach, swim
    pyjamas: pj
    pajamas: pj
    nightie: nightdress
    nightgown: nightdress
    dressing gown: robe
    gown: dress, maxi
    frock: dress
    tuxedo: blazer
    suit jacket: blazer
    sports jacket: blazer
    bandeau: strapless
    stripy: striped, stripe
    stripey: striped, stripe
    spotty: dotted, polka dot, spotted
    polka dots: dots, dotted
    checky: checked, plaid
    flowery: floral
    flowers: floral
    frilly: ruffled, ruffle
    frill: ruffle
    frills: ruffle
    sparkly: sparkling, glitter, sequin
    shimmery: metallic, sparkling
    shiny: metallic, slick
    gold: metallic
    golden: metallic, gold
    silver: metallic
    bronze: metallic
    copper: metallic
    floaty: flowy
    baggy: oversized, loose, slouchy
    oversize: oversized
    tight: fitted, bodycon
    figure hugging: bodycon
    see-through: sheer
    zebra: animal print, animal
    zebra print: animal print, animal
    tiger print: animal print, animal
    snake print: animal print, animal
    snakeskin: animal print, animal
    fluffy: fuzzy, faux fur
    woolly: knit
    woollen: knit
    knitwear: knit, sweater
    silky: satin
    gym: workout, athletic
    sports: athletic, sporty
    summery: summer
    autumn: fall
    bohemian: boho
    hippie: boho
    hippy: boho
    vintage: retro
    old-fashioned: retro
    stylish: chic
    classy: elegant, chic
    comfy: cozy, relaxed
    comfortable: cozy, relaxed
    cosy: cozy
    casual: everyday, relaxed
    evening: party, night
    bell bottoms: flared
    flares: flared
    bell sleeves: bell-sleeve
    pinafore: dress
    ankle length: ankle
    floor length: maxi
    full length: maxi
    zips: zip, zipper
""")

#: Garments whose names are as often something else.
AMBIGUOUS_GARMENTS: Final = frozenset({
    "Bomber", "Button-Down", "Cape", "Coat", "Coverup", "Flannel", "Halter", "Henley", "Jersey",
    "Parka", "polo", "Robe", "Romper", "Tank", "Tee", "Top", "Trunks",
})  # fmt: skip

#: Attributes that are garments as much as categories are.
GARMENT_ATTRIBUTES: Final = frozenset({
    "cami", "chiffon shirt", "denim shirt", "longline shirt", "plaid shirt", "polo", "print shirt",
    "shirt", "trouser", "tunic",
})  # fmt: skip

#: Names that are not found by their singular, which is another word.
NO_SINGULAR: Final = frozenset({"shorts"})

#: What these are of is no garment, whatever cloth or colour it has.
OTHER_THINGS: Final = _words("""
    armchair bathroom bedding blanket blind bowl bulb cable car carpet chair charger cooper couch
    curtain cushion door duvet fabric furniture lamp laptop macbook mattress mug paint paper phone
    pillow plate recipe rug screen seat sheet sofa stool table tablecloth tea tile towel town toy
    tree tyre vase wall wallpaper wardrobe window
""")
