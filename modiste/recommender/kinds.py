"""What an item is worn as, so that a look has one of each and not two of the same."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.data.vocabulary import CATEGORY_TYPES, Vocabulary, deepfashion_vocabulary
from modiste.recommender.catalogue import Catalogue

#: Words of category names that say what it is worn as, beyond DeepFashion's categories.
ROLES: Final = {
    "outer": "anorak blazer bomber cape coat gilet jacket outerwear overcoat parka peacoat poncho "
    "raincoat trench windbreaker",
    "shoes": "ballerina boot brogue clog espadrille flat flop footwear heel loafer moccasin mule "
    "oxford pump sandal shoe slipper sneaker trainer wedge",
    "bag": "backpack bag clutch duffel handbag luggage purse rucksack satchel suitcase tote wallet",
    "accessory": "accessory bangle beanie belt bracelet cap cufflink earring eyewear glove hat "
    "headband jewellery jewelry mitten necklace pendant ring scarf shawl sock stole "
    "sunglass tie tights umbrella watch",
    "upper": "blouse camisole hoodie jumper polo pullover shirt sweater sweatshirt tee top tshirt "
    "tunic vest",
    "lower": "bottom capri chino jean jogger legging pant short skirt trouser",
    "full": "dress dungaree gown jumpsuit kaftan onesie playsuit romper saree sari",
}
_NO_ROLE = ""


def category_kinds(vocabulary: Vocabulary) -> NDArray[np.int32]:
    """Return the kind of each category, shape ``(n_categories,)`` int32.

    By the words of its name (the last that says something), else by its type, where the
    types tell categories apart; a category of which neither says anything is a kind of its own.

    Parameters
    ----------
    vocabulary : Vocabulary
    """
    tells = len(set(vocabulary.category_types)) > 1
    codes: dict[str, int] = {}
    kinds = np.empty(len(vocabulary.categories), dtype=np.int32)
    pairs = zip(vocabulary.categories, vocabulary.category_types, strict=True)
    for place, (name, own_type) in enumerate(pairs):
        by_name = _role(name)
        by_type = own_type if tells and own_type in CATEGORY_TYPES else _NO_ROLE
        # A coat is worn over a dress, whatever the type that the two share; a name in another
        # language says nothing, and a top's type is as good as its name.
        is_garment = by_name in CATEGORY_TYPES
        role = (by_type or by_name) if is_garment else (by_name or by_type)
        kinds[place] = codes.setdefault(role or f"category {name}", len(codes))
    return kinds


def item_kinds(catalogue: Catalogue) -> NDArray[np.int32]:
    """Return the kind of each item, shape ``(n_items,)`` int32; -1 unknown.

    All unknown where the shop's items are of one kind only, which tells nothing.

    Parameters
    ----------
    catalogue : Catalogue
    """
    of_category = category_kinds(catalogue.vocabulary)
    known = catalogue.categories >= 0
    kinds = np.where(known, of_category[catalogue.categories], -1).astype(np.int32)
    if len(np.unique(kinds[known])) < 2:
        kinds[:] = -1
    return kinds


def _role(name: str) -> str:
    for word in reversed(re.findall(r"[a-z]+", name.lower())):
        for form in (word, word.removesuffix("s"), word.removesuffix("es")):
            if form in _ROLE_OF:
                return _ROLE_OF[form]
    return _NO_ROLE


def _role_of() -> dict[str, str]:
    shipped = deepfashion_vocabulary()
    known = {
        name.lower(): own_type
        for name, own_type in zip(shipped.categories, shipped.category_types, strict=True)
        if name.isalpha()
    }
    listed = {word: role for role, words in ROLES.items() for word in words.split()}
    return {**known, **listed}


_ROLE_OF: Final = _role_of()
