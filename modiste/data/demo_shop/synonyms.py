"""Trade words, British and American: what shops and shoppers call a category, a colour."""

from __future__ import annotations


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Read lines of ``name: word, word``."""
    rows = (line.split(":") for line in text.strip().splitlines())
    return {name.strip(): tuple(word.strip() for word in words.split(",")) for name, words in rows}


#: Nouns for each category, the plainest first.
CATEGORY_NOUNS = _table("""
Anorak: anorak, cagoule, rain jacket, pull-on shell
Blazer: blazer, tailored jacket, suit jacket, sport coat
Blouse: blouse, shirt blouse, dressy top
Bomber: bomber, bomber jacket, flight jacket
Button-Down: button-down, shirt, button-up shirt, oxford shirt
Cardigan: cardigan, cardi, buttoned knit
Flannel: flannel, flannel shirt, lumberjack shirt, brushed shirt
Halter: halter, halter top, halterneck
Henley: henley, henley top, grandad top, buttoned tee
Hoodie: hoodie, hooded sweatshirt, hoody
Jacket: jacket, short coat, outer layer
Jersey: jersey, team shirt, jersey top, sports shirt
Parka: parka, winter jacket, hooded coat
Peacoat: peacoat, pea coat, reefer jacket, sailor coat
Poncho: poncho, wrap cape, blanket wrap
Sweater: sweater, jumper, pullover, knit
Tank: tank, vest top, tank top, singlet
Tee: tee, t-shirt, tee shirt, crew tee
Top: top, shirt, blouse top
Turtleneck: turtleneck, polo neck, roll neck, roll-neck jumper
Capris: capris, capri pants, cropped trousers, pedal pushers
Chinos: chinos, khakis, cotton trousers, chino pants
Culottes: culottes, split skirt, wide cropped trousers
Cutoffs: cutoffs, cut-off shorts, raw-hem shorts, denim shorts
Gauchos: gauchos, gaucho pants, wide cropped trousers
Jeans: jeans, denims, denim trousers, denim pants
Jeggings: jeggings, stretch jeans, denim leggings
Jodhpurs: jodhpurs, riding trousers, riding pants, breeches
Joggers: joggers, jogging bottoms, track pants, cuffed sweats
Leggings: leggings, tights, stretch pants
Sarong: sarong, beach wrap, pareo, wrap skirt
Shorts: shorts, short trousers, walking shorts
Skirt: skirt, full skirt, day skirt
Sweatpants: sweatpants, tracksuit bottoms, trackies, lounge pants
Sweatshorts: sweatshorts, jersey shorts, lounge shorts, fleece shorts
Trunks: trunks, swim shorts, swimming trunks, board shorts
Caftan: caftan, beach robe, loose robe
Cape: cape, cloak, wrap coat
Coat: coat, overcoat, topcoat, winter coat
Coverup: coverup, beach cover-up, beach dress, swim cover
Dress: dress, frock, gown
Jumpsuit: jumpsuit, all-in-one, boiler suit, catsuit
Kaftan: kaftan, tunic robe, beach kaftan
Kimono: kimono, kimono jacket, duster, open robe
Nightdress: nightdress, nightgown, nightie, sleep dress
Onesie: onesie, sleepsuit, one-piece, lounge all-in-one
Robe: robe, dressing gown, bathrobe, housecoat
Romper: romper, playsuit, short jumpsuit
Shirtdress: shirtdress, shirt dress, button-through dress
Sundress: sundress, summer dress, beach frock
""")

#: Words for each of the demo shop's colours, the plainest first.
COLOUR_WORDS = _table("""
black: black, jet black, jet, ebony
white: white, optic white, snow white, bright white
ivory: ivory, cream, off-white, ecru
grey: grey, gray, ash, silver grey
charcoal: charcoal, anthracite, slate, dark grey
navy: navy, navy blue, midnight blue, dark blue
blue: blue, cobalt, royal blue, azure
sky blue: sky blue, baby blue, powder blue, light blue
teal: teal, petrol, peacock, sea green
mint: mint, pistachio, mint green, pale green
green: green, emerald, forest green, bottle green
olive: olive, army green, moss, olive green
khaki: khaki, sand, stone, putty
beige: beige, oatmeal, nude, biscuit
camel: camel, tan, caramel, toffee
brown: brown, chocolate, chestnut, coffee brown
burgundy: burgundy, wine, maroon, oxblood
red: red, crimson, scarlet, cherry
coral: coral, salmon, peach, melon
orange: orange, tangerine, apricot, burnt orange
mustard: mustard, ochre, saffron, mustard yellow
yellow: yellow, lemon, canary, sunshine yellow
pink: pink, blush, rose pink, candy pink
fuchsia: fuchsia, magenta, hot pink, raspberry
lavender: lavender, lilac, mauve, pale purple
purple: purple, violet, plum, aubergine
""")

#: What is said of a colour beside its name.
COLOUR_NOTES: dict[str, str] = {
    "black": "the darkest shade, easy to dress up at night",
    "white": "clean and crisp, the shade of fresh linen",
    "ivory": "a soft pale neutral, warmer than white",
    "grey": "a cool mid neutral between black and white",
    "charcoal": "a deep smoky neutral, almost black",
    "navy": "a deep inky blue, softer than black",
    "blue": "a clear strong blue",
    "sky blue": "a pale airy blue like a summer sky",
    "teal": "a deep blue green",
    "mint": "a cool pale green, fresh as spring",
    "green": "a rich leafy green",
    "olive": "a muted military green",
    "khaki": "a dusty yellow neutral from the safari wardrobe",
    "beige": "a light sandy neutral",
    "camel": "a warm golden tan, classic on coats",
    "brown": "a warm earthy dark shade",
    "burgundy": "a deep dark red, rich as wine",
    "red": "a bright warm red that stands out",
    "coral": "a warm shade between pink and orange",
    "orange": "a hot citrus shade",
    "mustard": "a spicy dark yellow for autumn",
    "yellow": "a sunny bright shade",
    "pink": "a sweet soft shade of rose",
    "fuchsia": "a loud vivid pink",
    "lavender": "a pale dreamy purple",
    "purple": "a deep regal shade between red and blue",
}
