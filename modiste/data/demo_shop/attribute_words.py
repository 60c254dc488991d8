"""What the trade calls an attribute, and what is said of it.

One row an attribute: its name in the vocabulary, the words that stand before the noun,
what follows "with", and a remark. Several names may share a row; then the remark and the
words are those of each.
"""

from __future__ import annotations

from dataclasses import dataclass

_ROWS = """
striped, stripe, stripes | striped, stripy, stripe-print | stripes, bands of colour | bands of two colours run from side to side
breton, breton stripe, nautical stripe, nautical striped, nautical | breton-stripe, nautical, sailor-stripe | sailor stripes | fine bands as worn by French fishermen
vertical | vertical-striped, deckchair-striped | vertical stripes | stripes that run from top to bottom lengthen the body
pinstripe, pinstriped | pinstriped, pinstripe, banker-striped | thin chalk lines | hairline stripes borrowed from the boardroom
multi-stripe, mixed stripe | multi-striped, many-coloured striped | stripes of several widths | bands of several colours and widths
rugby, rugby stripe, rugby striped | rugby-striped, wide-striped | broad rugby stripes | bold bands from the rugby pitch
checkered, checked | checked, checkered, chequered | a chequerboard, checks | squares alternate like a chessboard
plaid, tartan | plaid, tartan, checked | a tartan check, highland checks | crossing bands of a highland tartan
gingham | gingham, picnic-check, checked | gingham checks | small even squares like a picnic cloth
grid, grid print, windowpane, tile | windowpane, grid-check, tile-check | a windowpane grid | fine lines cross to make a grid
houndstooth | houndstooth, dogtooth, puppytooth | a dogtooth check | a broken check of four-pointed teeth
herringbone | herringbone, fishbone-weave | a herringbone weave | zigzag ribs like the bones of a fish
polka dot, dot, dots, dotted, spotted | polka-dot, spotted, dotty, spotty | spots, dots | round spots in even rows
speckled | speckled, flecked, flecky | flecks, speckles | tiny flecks scattered like a bird's egg
chevron, chevron print | chevron, vee-striped, arrow-print | chevrons, rows of vees | sharp vees in rows from edge to edge
zigzag, zig | zigzag, zig-zag, lightning-striped | zigzags, zig-zag lines | sharp zigzag lines from edge to edge
geo, geo print, geo pattern | geometric, geo, geo-print | geometric shapes, a geometric print | angular shapes fit together like tiles
triangle | triangle, triangle-print, pyramid-print | triangles | rows of small pyramids
diamond, diamond print | diamond, diamond-print, argyle, harlequin | diamonds, lozenges | lozenges as on a golfer's socks
circle | circle-print, ring-print | circles, rings | large rings overlap
abstract, abstract print, abstract pattern | abstract, arty | an abstract print | shapes that look like modern art
tribal, tribal-inspired | tribal, ethnic-print | a tribal print | rows of carved-looking shapes
southwestern, southwestern-print | southwestern, aztec, navajo-style | a desert pattern, an aztec motif | stepped diamonds from the desert
ikat, ikat print | ikat, blurred-weave | a blurred ikat weave | motifs with feathered edges as if dyed in the thread
floral, floral print, flower, floral pattern | floral, flowery, flower-print, blossomy | flowers, blossoms, blooms | large blooms in full flower
ditsy, ditsy floral, wildflower | ditsy, sprigged, small-flowered | tiny flowers, sprigs | little scattered flowers like a meadow
daisy, daisy print | daisy, daisy-print, marguerite | daisies | white petals around a yellow eye
rose, roses | rose-print, rosy, cabbage-rose | roses | full-blown roses from an old garden
sunflower, sunburst | sunflower, sunflower-print | sunflowers | big yellow flower heads that follow the sun
leaf, leaf print, leave, botanical, botanical print | leafy, leaf-print, botanical | leaves, foliage | leaves as in a botanical plate
tropical | tropical, exotic, hawaiian | a tropical print | for a holiday on an island
palm, palm print, palm tree | palm-print, palm, palm-leaf | palm leaves, palm trees | fronds for a holiday in the tropics
paisley, paisley print | paisley, teardrop-print | paisley, curled teardrops | swirling teardrops from Kashmir
bandana, bandana print | bandana, neckerchief-print | a bandana print | the paisley border of a cowboy scarf
animal print, animal | animal-print, wild-animal, jungle-coat | an animal coat | a wild coat from the savannah
leopard, leopard print, cheetah | leopard, leopard-print, wildcat, cheetah | leopard spots, rosettes | rosettes like the coat of a big cat
giraffe, giraffe print | giraffe-print, safari-print | giraffe patches | patches like the coat of a giraffe
camo, camouflage | camo, camouflage, army-print | camouflage, army patches | blotches from the army wardrobe
bird, bird print | bird-print, swallow-print | birds, swallows | small birds on the wing
butterfly, butterfly print | butterfly, butterfly-print | butterflies | butterflies with spread wings
elephant, elephant print | elephant, elephant-print | elephants | a parade of little elephants
heart, heart print, love | heart-print, lovehearts | hearts | hearts for the romantic
star, stars | star-print, starry | stars | five-pointed stars all over
pineapple | pineapple, pineapple-print, fruity | pineapples, fruit | fruit for a beach party
medallion, medallion print, mandala, mandala print, baroque | medallion-print, scarf-print, mandala | medallions, rosettes | ornate round medallions like a silk scarf
marble, marble print | marbled, marble-print | marbling, veins | veins as in polished stone
watercolor, painted | watercolour, watercolor, hand-painted | watercolour washes | washes of paint run into each other
galaxy | galaxy, cosmic, space-print | stars and nebulae | a night sky full of nebulae
splatter, paint splatter, paint | splattered, paint-splash, splatter | splashes of paint | drops of paint as from a studio floor
brushstroke, brushstroke print | brushstroke, brushed-on | broad brushstrokes | dashes laid on with a wide brush
mosaic, mosaic print | mosaic, tesserae-print | a mosaic | small tiles make the picture
tie-dye, dye | tie-dye, tie-dyed, hippie-dyed | swirls of dye | swirls and rings of dye like a festival in the seventies
dip-dye, dip-dyed | dip-dye, dip-dyed, half-dyed | a dipped hem in another colour | dipped in the dye to the waist
ombre | ombre, graduated, sunset-faded | a fade from light to dark | one colour melts into another from top to hem
fair isle, fair, folk, folk print | fair-isle, nordic, scandi, ski-lodge | a nordic yoke, snowflakes | rows of snowflakes knitted for cold evenings
patchwork, patched | patchwork, patched, quilt-look | patches | squares of many cloths sewn together
colorblock, colorblocked, two-tone | colour-block, color-block, two-tone | blocks of colour, contrast panels | plain panels of two strong colours
solid, tonal | plain, solid, unpatterned | one even colour | one colour all over and nothing else
cat, kitty, meow | cat-print, kitty, kitten | a cat face, a kitten | a cat for those who love whiskers
eiffel, paris, france | eiffel, parisian, paris-print | the Eiffel tower | a postcard from Paris
moon, night | moon-print, lunar, crescent | a crescent moon | a sickle moon for night owls
sun | sun-print, sunny, sunshine | a smiling sun | rays of sunshine across the chest
smile | smiley, smiley-face, grinning | a smiley face | a grin to cheer up a Monday
logo | logo, branded | a logo | the name of the label across the chest
graphic, print, printed | graphic, slogan, motif, picture-print | a graphic on the chest, a slogan | a bold picture printed across the chest
varsity, varsity-striped, baseball | varsity, college, letterman | a college letter | from the American campus
ringer | ringer, contrast-bound | contrast bands at neck and sleeves | neck and cuffs bound in another colour
cotton, classic cotton, pima | cotton, pure-cotton, jersey | soft cotton | breathable cotton that gets softer in the wash
linen, linen-blend | linen, flax, linen-blend | airy linen | crisp flax that stays cool in the heat
heathered, heathered knit | heathered, heather, melange | a mottled yarn | yarn of mixed greys, as on a gym shirt
marled, marled stripe | marled, twisted-yarn, melange | a twisted yarn | two yarns twisted together
denim, classic denim, bleached denim | denim, jean | sturdy denim | hard-wearing indigo cotton twill
chambray | chambray, light-denim | light chambray | a shirting like thin denim
knit, classic knit, knit lace | knitted, knit | a fine knit | knitted in an even stitch
chunky knit, chunky | chunky-knit, heavy-knit, thick-knit | thick yarn, big stitches | big stitches in a thick warm yarn
cable knit, cable-knit, cable | cable-knit, aran, fisherman | cables, aran ropes | twisted ropes from the islands
ribbed, rib-knit, rib, ribbed-knit | ribbed, rib-knit, ribby | ribs, a rib stitch | vertical ribs hug the body
corduroy | corduroy, cord, needlecord | ridged cord | soft ridges with a seventies look
waffle, thermal | waffle, thermal, honeycomb | a waffle texture | little squares that keep the warmth in
lace, lacy, floral lace, crochet lace | lace, lacy | lace, lace flowers | openwork flowers fit for an evening
crochet, crocheted, crochet knit | crochet, crocheted, hooked | crochet work | hooked by hand like a granny's blanket
mesh, nets, netted | mesh, netted, net | airy mesh | fine holes let the air through
open-knit, loose-knit, pointelle, lattice | open-knit, loose-knit, fishnet | an open stitch | wide open stitches to wear over a top
eyelet | eyelet, broderie, punched | eyelets, broderie anglaise | embroidered holes in rows
sequin, sequined, sparkling, glitter | sequin, sequinned, sparkly, glittery | sequins, sparkle | shining discs made for the dance floor
leather, faux leather, faux | leather, leather-look, pleather | smooth leather | supple skin with a dull shine
suede, faux suede | suede, suedette | soft suede | a brushed skin with a soft nap
satin, sateen | satin, silky, satiny | a silky sheen | a glossy surface that slips over the skin
metallic, foil, coated | metallic, shiny, lame | a metallic shine, foil | shimmers like foil under the lights
velvet, velveteen | velvet, velvety, velour | deep pile | a deep pile that catches candle light
fur, faux fur, shaggy | faux-fur, furry, teddy | fluffy fur | long soft hair for icy days
shearling, faux shearling | shearling, sheepskin, borg | curly sheepskin | curly wool like a lamb
tweed | tweed, woollen, country | rough tweed | flecked wool from the Scottish moors
quilted | quilted, padded, diamond-stitched | quilting, padding | padding held by diamond stitches
puffer | puffer, down, padded | puffed channels, down filling | rolls of down against the frost
jacquard, brocade, damask | jacquard, brocade, damask | a woven pattern | a raised pattern woven like a curtain
sheer, semi-sheer | sheer, see-through, transparent | a veil of see-through cloth | thin enough to show a camisole under it
chiffon, georgette | chiffon, floaty, georgette | floaty chiffon | a floaty veil that moves as you walk
frayed | frayed, raw-edged, fringed-hem | a frayed edge | loose threads at the edge
distressed, ripped, destroyed, shredded | distressed, ripped, torn, destroyed | rips, frayed holes | torn at the knee as if worn for years
acid wash, acid, mineral wash, bleach, bleached | acid-wash, bleached, stonewashed | a cloudy bleach | the cloudy wash of the eighties
faded, washed, stone washed, wash | faded, washed-out, stonewashed | a worn wash | faded at the thighs
studded | studded, riveted | studs, rivets | metal studs like a rocker's belt
embroidered | embroidered, stitched, needlework | embroidery, stitched flowers | flowers stitched in bright thread
embroidered | embroidered, stitched, needlework | embroidery, stitched flowers | flowers stitched in bright thread
beaded, embellished, bejeweled, bead | beaded, embellished, jewelled | beads, beadwork | beads sewn on by hand
v-neck, v-cut | v-neck, v-necked, vee-neck | a V neckline | the neck dips to a point
deep v-neck, deep-v | deep-v, plunging, low-cut | a plunging neckline | the neck plunges low
scoop, scoop-neck | scoop-neck, scooped, u-neck | a scooped neckline | a low round neck shows the collarbone
crew, crew neck, classic crew, classic crew neck, round | crew-neck, round-neck, crewneck | a round neckline | a close round neck
boat neck | boat-neck, bateau, slash-neck | a bateau neckline | the neck runs straight from shoulder to shoulder
square | square-neck, squared-off | a square neckline | the neck is cut straight with two corners
high-neck | high-neck, high-necked, victorian-neck | a high close neckline | the neck closes high at the throat
turtle-neck | roll-neck, turtle-neck, polo-neck | a rolled collar | the collar folds over up to the chin
mock neck, mock-neck, mock | mock-neck, funnel-neck, stand-neck | a low funnel collar | a short collar stands without folding
cowl, cowl neck | cowl-neck, draped-neck | a draped cowl | soft folds fall from the shoulders
sweetheart | sweetheart, heart-neck | a sweetheart neckline | the bodice is shaped like the top of a heart
off-the-shoulder, open-shoulder | off-the-shoulder, bardot, bare-shoulder | bare shoulders, a bardot neckline | worn below the shoulders like a film star
one-shoulder | one-shoulder, asymmetric-shoulder | a single shoulder | one shoulder stays bare
strapless, tube, bustier | strapless, bandeau, boob-tube | a straight strapless top, a bandeau | no straps at all, held up by elastic
cami, strap, strappy | cami-strap, strappy, spaghetti-strap | spaghetti straps, thin straps | thin straps as on lingerie
racerback, cross-back | racerback, racer-back, sports-back | a racer back | straps meet between the shoulder blades
keyhole | keyhole, teardrop-neck | a keyhole opening | a small drop-shaped opening at the throat
surplice | surplice, cross-over, crossover-front | a crossover front | one side of the front crosses over the other
wrap, faux-wrap | wrap, wrapover, wrap-around | a wrap front, a side tie | wraps round and ties at the waist
tie-neck, bow, bow-front | pussy-bow, tie-neck, bow-front | a bow at the neck | long ends tie into a bow
split-neck, slit, split | split-neck, notch-neck | a notch at the neck | a little slit opens at the throat
popover | popover, half-zip, quarter-zip, pull-on | a half zip, a short zip | a short zip so that it goes over the head
drop waist, drop-waist | drop-waist, low-waisted, flapper-style | a dropped waist | a low waist of the flapper years
gaucho | gaucho, flared-crop | wide cropped legs | wide legs of the horsemen of the pampas
collar, collared, polo, shirt | collared, polo, shirt-collar | a collar | a neat turned-down collar
shawl | shawl-collar, shawl | a shawl collar | one long rolled collar without a notch
lapel, notched collar | lapelled, notched | lapels, notched lapels | sharp tailored lapels
mandarin, collarless | mandarin-collar, grandad-collar, band-collar | a stand collar | a narrow band stands at the neck
hood, hooded | hooded, with-hood | a hood | a hood against wind and drizzle
muscle | muscle, cut-off-sleeve | deep cut armholes | the sleeves are cut off as in a boxing gym
sleeveless | sleeveless, armless, cut-off-sleeve | bare arms, no sleeves | no sleeves, for hot days
cap-sleeve | cap-sleeve, tiny-sleeved | cap sleeves | tiny sleeves just cap the shoulder
long sleeve, long-sleeve, long-sleeved | long-sleeved, long-sleeve, full-sleeve | long sleeves, full sleeves | sleeves down to the wrist
sleeve, shoulder | short-sleeved, short-sleeve | short sleeves | sleeves that end above the elbow
bell-sleeve, bell | bell-sleeve, fluted-sleeve, flared-sleeve | bell sleeves, trumpet sleeves | sleeves widen like a bell at the wrist
flutter, flutter sleeve, flutter-sleeve | flutter-sleeve, frill-sleeve, angel-sleeve | fluttering sleeves | light sleeves flutter like wings
batwing | batwing, bat-sleeve, magyar | batwing sleeves | deep armholes like the wings of a bat
dolman, dolman sleeve, dolman-sleeve | dolman, loose-armhole | dolman sleeves | sleeves cut in one with the body
raglan, raglan sleeve, knit raglan | raglan, baseball-sleeve | raglan sleeves | a slanting seam from neck to underarm
drop-sleeve, dropped | drop-shoulder, dropped-sleeve | dropped shoulders | the shoulder seam sits on the upper arm
cuffed-sleeve | cuffed-sleeve, rolled-sleeve | rolled sleeves | the sleeves are rolled up
cuffed | cuffed, turned-up, rolled-up | turn-ups, cuffs | the ends are turned up
oversized, big, slouchy | oversized, baggy, slouchy, roomy | a baggy cut | cut roomy with a slouch
boxy, boxy crop, box | boxy, square-cut, straight-cut | a boxy cut | hangs straight and short from the shoulder
fitted, fit, slim, sleek | fitted, close-fitting, slim, body-skimming | a close cut | follows the line of the body
bodycon, bandage | bodycon, figure-hugging, clingy, skin-tight | a second-skin cut | clings to every curve
relaxed, loose, lounge | relaxed, easy, loose | an easy cut | loose and easy to move in
skinny, skinny stretch | skinny, drainpipe, super-slim | narrow legs | tight from hip to ankle
straight-leg | straight-leg, straight-cut | straight legs | the leg is as wide at the knee as at the hem
wide-leg | wide-leg, palazzo, loose-legged | wide legs, palazzo legs | legs swing wide from the hip
flare, flared, fit flare | flared, bootcut, bell-bottomed | flared legs, a flared hem | widens from the knee like the seventies
boyfriend | boyfriend, borrowed-from-him | a borrowed cut | looks as if borrowed from him
harem | harem, drop-crotch, genie | a dropped crotch | full at the thigh and tight at the ankle
trouser, chino | tailored, pressed | a pressed crease | cut like a suit trouser
pencil | pencil, tube, straight-cut | a narrow line | narrow down to the knee for the office
a-line | a-line, triangular | an A-line cut | widens in a straight line from the waist
skater | skater, full-circle, flippy | a flippy skirt | a fitted waist over a swinging circle
shift | shift, straight | a straight cut | falls straight past the waist, sixties style
sheath | sheath, column | a slim column line | a slim line darted at the waist
swing, trapeze | swing, trapeze, tent | a tent shape | swings out from the shoulders
tulip | tulip, petal-hem | a petal hem | petals cross over at the hem
peplum | peplum, flared-waist | a peplum, a frill at the waist | a short frill kicks out under the waist
smock, smocked, shirred, elasticized | smocked, shirred, elasticated | shirring, smocking | rows of elastic gather the cloth
peasant, babydoll | peasant, gypsy, milkmaid | gathered peasant sleeves | gathered like a country blouse
tunic | tunic, hip-covering | a long tunic line | long enough to cover the hips
crop, cropped | cropped, crop, midriff | a cropped length | ends above the waist
longline, longline shirt | longline, extra-long, long-line | a long line | reaches well past the hip
mini | mini, thigh-length, short | a short hem | ends high above the knee
midi | midi, mid-calf, calf-length | a mid-calf hem | ends halfway down the calf
maxi | maxi, floor-length, full-length, ankle-skimming | a floor-length hem | sweeps the floor
knee-length | knee-length, to-the-knee | a hem at the knee | ends right at the knee
ankle | ankle-length, ankle-grazing | an ankle length | stops just above the ankle
capri | capri, three-quarter | a calf length | stops at the calf
bermuda | bermuda, knee-grazing | a bermuda length | ends just above the knee
cutoff, raw-cut, raw | raw-hem, cut-off, unfinished | a frayed raw hem | the edge is left raw
high-rise, high-waist, high-waisted | high-waisted, high-rise, high-waist | a high waist | the waistband sits above the navel
low-rise | low-rise, hipster, low-slung | a low waist | the waistband sits on the hips
mid-rise, mid rise | mid-rise, regular-rise | a mid waist | the waistband sits just below the navel
high-low | high-low, dipped-hem, mullet | a dipped hem | shorter in front than behind
asymmetrical, asymmetric, asymmetrical hem | asymmetric, asymmetrical, lopsided | a slanting hem | the hem is cut on a slant
curved hem, curved, dolphin hem, dolphin | curved-hem, shirttail | a curved hem | the hem is rounded at the sides
scalloped, scallop | scalloped, wavy-edged | scalloped edges | the edge is cut in little waves
side slit, side-slit, high-slit, vented hem | side-split, slit, split-hem | side splits | a split lets you stride
flounce, flounced | flounced, frill-hem | a flounce at the hem | one deep frill round the hem
tiered, layered | tiered, layered, flounced, rah-rah | tiers, layers of frills | frills in tiers one above the other
ruffle, ruffled, ruffle trim | ruffled, frilled, frilly, ruffle | ruffles, frills | frills run along the edge
pleated, pleat, box-pleated, box pleat | pleated, knife-pleated, accordion | pleats | sharp folds open as you move
ruched, gathered waistline, draped | ruched, gathered, draped | gathers, ruching | cloth gathered into soft folds
fringe, fringed | fringed, western | fringes | threads swing at the edge like a cowgirl
tassel, tasseled | tasselled, tassel | tassels | tassels hang from the ties
pom-pom | pom-pom, bobble-trim | pom-poms, bobbles | fluffy bobbles along the hem
lace trim, lace-trim, lace-trimmed, lace panel, lace-paneled | lace-trimmed, lace-edged | a lace edging | a strip of lace runs along the edge
contrast, contrast trim, contrast-trimmed, trim, trimmed | contrast-trim, piped, tipped | contrast edges, piping | edges picked out in another colour
panel, paneled | panelled, paneled | panels | panels set in at the sides
cutout, cutout-back, caged | cutout, cut-out, peekaboo | cut-outs | little windows show the skin
suspender | suspender, dungaree, braces-strapped | braces, suspenders | straps like a pair of dungarees
lace-up, crisscross | lace-up, corset-laced, crisscross | laces, a laced front | laced through eyelets
button-front, button, buttoned | button-front, buttoned, button-through | buttons down the front | buttons from top to bottom
zip-front, zip, zip-up, zipper, zipped, zippered | zip-up, zip-front, zip-through | a zip, a zipper | zips from hem to neck
double-breasted | double-breasted, naval | two rows of buttons | two rows of buttons like an officer
one-button, single-button, two-button | single-breasted, single-button | one button | closes with a button at the waist
open-front, drape-front | open-front, edge-to-edge, waterfall | an open front | hangs open without buttons
toggle | toggle, duffle | toggles, horn toggles | horn toggles and rope loops
belted, cinched, self-tie | belted, tie-waist, cinched | a belt, a tie belt | a belt pulls in the waist
drawstring | drawstring, tie-up, drawcord | a drawstring, a drawcord | a cord ties at the waist
tie-front, knotted, twist-front, twisted | tie-front, knotted, twist-front | a knot at the front | the front ends are knotted
pocket, classic pocket, boxy pocket | pocket, patch-pocket | pockets, a chest pocket | a patch pocket on the chest
kangaroo pocket, kangaroo | kangaroo-pocket, pouch-pocket | a pouch pocket | one big pouch for both hands
zip-pocket | zip-pocket, zipped-pocket | zip pockets | pockets that close with a zip
cargo, utility, safari | cargo, utility, combat | cargo pockets, flap pockets | roomy flap pockets on the side
moto, biker, bike | biker, moto, motorcycle | an asymmetric zip | a slanting zip from the motorcycle club
flat front, flat-front, flat | flat-front, plain-front | a flat front | no pleats at the waist
fold-over, foldover | fold-over, roll-down, yoga-waist | a fold-over waist | the waistband folds down
topstitched, seam | topstitched, contrast-stitched | contrast stitching | seams stitched in a second thread
tie-back, open-back, backless, bow-back, v-back | open-back, low-back, backless | a low open back | the back is bare to the waist
flowy, drapey | flowing, floaty, flowy | a flowing line | moves with every step
basic, everyday | basic, classic, everyday, essential | clean lines | a wardrobe essential
athletic, sporty, workout, training, running, track, performance, yoga | sporty, athletic, gym | a sporty stripe | ready for the gym
boho, free spirit | boho, bohemian, hippie | a bohemian touch | packed for a festival
beach, swim, summer, surfer, seaside | beach, seaside, holiday | sand and salt in mind | packed for the beach
retro, mod, americana | retro, vintage-style, old-school | a vintage look | looks like a flea-market find
trench | trench, mac, raincoat | storm flaps, a trench belt | storm flaps against the rain
windbreaker | windproof, windbreaker | a windproof shell | keeps the wind out
field | field, army, military | four flap pockets | an army cut with flap pockets
pintuck, pintucked | pintucked, tucked | pintucks | tiny stitched folds down the front
illusion, illusion neckline | illusion, sheer-yoke | a sheer yoke | a sheer yoke over the shoulders
yoke | yoked, western-yoke | a yoke | a seam across the shoulders
applique | applique, badge | appliqued badges | patches sewn on the front
"""  # noqa: E501


@dataclass(frozen=True)
class AttributeWords:
    """How shops speak of one attribute.

    Parameters
    ----------
    before : tuple of str
        Words before the noun; the first ones are the most usual.
    after : tuple of str
        What follows "with".
    note : str
        A remark that can stand as a sentence.
    family : str
        The first of the names that mean the same: "striped" for "stripes".
    """

    before: tuple[str, ...]
    after: tuple[str, ...] = ()
    note: str = ""
    family: str = ""


def _parse(rows: str) -> dict[str, AttributeWords]:
    found: dict[str, AttributeWords] = {}
    for row in rows.strip().splitlines():
        names, before, after, note = (part.strip() for part in row.split("|"))
        words = tuple(word.strip() for word in before.split(","))
        family = names.split(",")[0].strip()
        for name in (name.strip() for name in names.split(",")):
            # "a stripes dress": a bare noun that the row does not list cannot stand there.
            fits = name in words or " " in name or "-" in name
            found[name] = AttributeWords(
                before=(name, *(word for word in words if word != name)) if fits else words,
                after=tuple(phrase.strip() for phrase in after.split(",")),
                note=note,
                family=family,
            )
    return found


ATTRIBUTE_WORDS: dict[str, AttributeWords] = _parse(_ROWS)


def words_of(attribute: str) -> AttributeWords:
    """Return the words of an attribute; its own name if nothing more is known of it."""
    return ATTRIBUTE_WORDS.get(attribute) or AttributeWords((attribute,), family=attribute)
