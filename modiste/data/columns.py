"""The fixed column names of items, events and photos.

Items use Google Merchant's fields and events GA4's names; everything inside modiste
uses these constants, so that a column has one spelling.

References
----------
https://support.google.com/merchants/answer/7052112
https://developers.google.com/analytics/devguides/collection/ga4/reference/events
"""

from __future__ import annotations

from typing import Final

# items.parquet
ITEM_ID: Final = "item_id"
ITEM_GROUP_ID: Final = "item_group_id"
TITLE: Final = "title"
DESCRIPTION: Final = "description"
BRAND: Final = "brand"
CATEGORY: Final = "category"
ATTRIBUTES: Final = "attributes"
COLOR: Final = "color"
PRICE: Final = "price"
AVAILABILITY: Final = "availability"
AVAILABLE_FROM: Final = "available_from"

IN_STOCK: Final = "in_stock"
OUT_OF_STOCK: Final = "out_of_stock"

# events.parquet
EVENT_ID: Final = "event_id"
USER_ID: Final = "user_id"
EVENT_NAME: Final = "event_name"
EVENT_TIME: Final = "event_time"
QUANTITY: Final = "quantity"
SEARCH_TERM: Final = "search_term"

SEARCH: Final = "search"
VIEW_ITEM: Final = "view_item"
ADD_TO_WISHLIST: Final = "add_to_wishlist"
ADD_TO_CART: Final = "add_to_cart"
PURCHASE: Final = "purchase"
REFUND: Final = "refund"
EVENT_NAMES: Final = (SEARCH, VIEW_ITEM, ADD_TO_WISHLIST, ADD_TO_CART, PURCHASE, REFUND)

# photos.parquet
IMAGE: Final = "image"
BOX: Final = "box"
ATTRIBUTES_UNKNOWN: Final = "attributes_unknown"
SPLIT: Final = "split"
PHOTO_KIND: Final = "photo_kind"

TRAIN: Final = "train"
VAL: Final = "val"
TEST: Final = "test"
SPLITS: Final = (TRAIN, VAL, TEST)

SHOP: Final = "shop"
STREET: Final = "street"
