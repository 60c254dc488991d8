"""Places to be photographed in, and things that come between camera and garment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Pen = ImageDraw.ImageDraw
Colour = tuple[int, int, int]

_VIVID: tuple[Colour, ...] = (
    (196, 70, 64), (222, 160, 60), (70, 120, 168), (84, 138, 96), (150, 92, 140), (226, 196, 150),
    (60, 66, 84), (236, 232, 224), (120, 84, 62), (96, 160, 164),
)  # fmt: skip

_FACADES: tuple[Colour, ...] = (
    (206, 186, 160), (176, 120, 96), (150, 156, 166), (226, 216, 198), (120, 110, 112),
)  # fmt: skip
_WALLS: tuple[Colour, ...] = (
    (228, 222, 212), (196, 206, 208), (214, 196, 186), (168, 180, 170), (240, 236, 230),
)  # fmt: skip


def _pick(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    return colours[int(rng.integers(len(colours)))]


def _shaken(rng: np.random.Generator, colour: Colour, spread: int = 14) -> Colour:
    red, green, blue = (
        min(255, max(0, channel + shift))
        for channel, shift in zip(
            colour, rng.integers(-spread, spread + 1, 3).tolist(), strict=True
        )
    )
    return red, green, blue


def _brick(rng: np.random.Generator, pen: Pen, w: int, h: int) -> None:
    base = _pick(rng, ((168, 92, 74), (190, 176, 160), (132, 108, 98), (206, 200, 192)))
    pen.rectangle((0, 0, w, h), fill=_shaken(rng, (188, 180, 170)))
    tall, wide = int(rng.integers(11, 17)), int(rng.integers(28, 42))
    for row in range(h // tall + 1):
        for column in range(-1, w // wide + 1):
            x = column * wide + (wide // 2 if row % 2 else 0)
            box = (x + 1, row * tall + 1, x + wide - 2, (row + 1) * tall - 2)
            pen.rectangle(box, fill=_shaken(rng, base, 10))
    if rng.random() < 0.6:
        _window(rng, pen, int(rng.integers(-20, w - 60)), int(rng.integers(-30, h // 3)))
    _pavement(rng, pen, w, h, int(h * rng.uniform(0.8, 0.95)))


def _window(rng: np.random.Generator, pen: Pen, x: int, y: int) -> None:
    w, h = int(rng.integers(60, 110)), int(rng.integers(80, 130))
    pen.rectangle((x - 6, y - 6, x + w + 6, y + h + 6), fill=_shaken(rng, (232, 228, 220)))
    glass = _shaken(rng, _pick(rng, ((96, 120, 140), (70, 80, 92), (168, 190, 204))))
    pen.rectangle((x, y, x + w, y + h), fill=glass)
    pen.polygon((x, y + h, x + w // 2, y, x + w * 0.7, y, x + w * 0.2, y + h),
                fill=_shaken(rng, (glass[0] + 26, glass[1] + 26, glass[2] + 26), 4))  # fmt: skip
    pen.line((x + w // 2, y, x + w // 2, y + h), fill=(226, 222, 214), width=4)
    pen.line((x, y + h // 2, x + w, y + h // 2), fill=(226, 222, 214), width=4)


def _pavement(rng: np.random.Generator, pen: Pen, w: int, h: int, top: int) -> None:
    stone = _shaken(rng, (150, 148, 146), 18)
    pen.rectangle((0, top, w, h), fill=stone)
    line = (stone[0] - 26, stone[1] - 26, stone[2] - 26)
    middle = int(rng.integers(0, w))
    for offset in range(-6, 7):
        pen.line((middle + offset * 34, top, middle + offset * 80, h + 40), fill=line, width=1)
    pen.line((0, top, w, top), fill=line, width=3)


def _street(rng: np.random.Generator, pen: Pen, w: int, h: int) -> None:
    pen.rectangle((0, 0, w, h), fill=_shaken(rng, (198, 214, 228)))
    x = -int(rng.integers(0, 40))
    while x < w:
        wide = int(rng.integers(50, 110))
        wall = _shaken(rng, _pick(rng, _FACADES))
        top = int(rng.integers(-40, h // 4))
        pen.rectangle((x, top, x + wide, h), fill=wall)
        pane = _shaken(rng, (90, 104, 122), 20)
        for wy in range(top + 14, int(h * 0.6), 44):
            for wx in range(x + 9, x + wide - 18, 28):
                pen.rectangle((wx, wy, wx + 16, wy + 26), fill=pane)
        shade = _shaken(rng, _pick(rng, _VIVID))
        low = int(h * 0.62)
        pen.rectangle((x + 4, low, x + wide - 4, int(h * 0.86)), fill=_shaken(rng, (60, 58, 62)))
        pen.polygon((x, low, x + wide, low, x + wide + 6, low + 22, x - 6, low + 22), fill=shade)
        x += wide
    _pavement(rng, pen, w, h, int(h * 0.85))
    for _ in range(int(rng.integers(0, 4))):
        _passer_by(rng, pen, float(rng.uniform(0, w)), h * float(rng.uniform(0.5, 0.62)), h * 0.36)


def _passer_by(rng: np.random.Generator, pen: Pen, x: float, y: float, tall: float) -> None:
    u = tall / 7
    skin = _shaken(rng, _pick(rng, ((226, 186, 158), (150, 104, 78), (96, 66, 50))))
    upper, lower = _shaken(rng, _pick(rng, _VIVID)), _shaken(rng, _pick(rng, _VIVID))
    pen.rectangle((x - 0.7 * u, y + 3 * u, x - 0.1 * u, y + 6.8 * u), fill=lower)
    pen.rectangle((x + 0.1 * u, y + 3 * u, x + 0.7 * u, y + 6.8 * u), fill=lower)
    pen.polygon((x - u, y + 0.9 * u, x + u, y + 0.9 * u, x + 0.8 * u, y + 3.6 * u, x - 0.8 * u,
                 y + 3.6 * u), fill=upper)  # fmt: skip
    pen.ellipse((x - 0.45 * u, y - 0.5 * u, x + 0.45 * u, y + 0.7 * u), fill=skin)
    pen.pieslice((x - 0.5 * u, y - 0.6 * u, x + 0.5 * u, y + 0.5 * u), 180, 360,
                 fill=_shaken(rng, (60, 44, 36)))  # fmt: skip


def _leaves(
    rng: np.random.Generator, pen: Pen, box: tuple[float, float, float, float], count: int
) -> None:
    greens: tuple[Colour, ...] = ((62, 102, 58), (88, 132, 70), (120, 158, 84), (48, 82, 52))
    places = rng.uniform(box[:2], box[2:], size=(count, 2))
    sizes = rng.uniform(5, 17, size=count)
    for (x, y), r in zip(places.tolist(), sizes.tolist(), strict=True):
        fill = _shaken(rng, greens[int(r * 7) % 4], 12)
        pen.ellipse((x - r, y - r * 0.6, x + r, y + r * 0.6), fill=fill)


def _park(rng: np.random.Generator, pen: Pen, w: int, h: int) -> None:
    pen.rectangle((0, 0, w, h), fill=_shaken(rng, (186, 208, 214)))
    _leaves(rng, pen, (0, 0, w, h * 0.7), 150)
    ground = int(h * rng.uniform(0.66, 0.84))
    pen.rectangle((0, ground, w, h), fill=_shaken(rng, (132, 156, 92)))
    if rng.random() < 0.5:
        pen.polygon((w * 0.3, h, w * 0.46, ground, w * 0.58, ground, w * 0.9, h),
                    fill=_shaken(rng, (204, 188, 160)))  # fmt: skip
    for _ in range(2):
        x = int(rng.integers(0, w))
        pen.rectangle(
            (x, 0, x + int(rng.integers(8, 20)), ground + 4), fill=_shaken(rng, (98, 76, 58))
        )


def _night(rng: np.random.Generator, pen: Pen, w: int, h: int) -> None:
    pen.rectangle((0, 0, w, h), fill=_shaken(rng, (46, 44, 60)))
    for _ in range(42):
        x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(5, 24)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=_shaken(rng, _pick(rng, _VIVID), 40))


def _room(rng: np.random.Generator, pen: Pen, w: int, h: int) -> None:
    wall = _shaken(rng, _pick(rng, _WALLS))
    pen.rectangle((0, 0, w, h), fill=wall)
    floor = int(h * rng.uniform(0.76, 0.92))
    pen.rectangle((0, floor, w, h), fill=_shaken(rng, (164, 128, 94), 22))
    pen.rectangle((0, floor - 8, w, floor), fill=(244, 242, 238))
    for _ in range(int(rng.integers(1, 4))):
        x, y = int(rng.integers(-20, w - 30)), int(rng.integers(0, h // 3))
        wide, tall = int(rng.integers(36, 80)), int(rng.integers(40, 96))
        pen.rectangle((x, y, x + wide, y + tall), fill=_shaken(rng, (70, 60, 54)))
        pen.rectangle(
            (x + 5, y + 5, x + wide - 5, y + tall - 5), fill=_shaken(rng, _pick(rng, _VIVID))
        )
    if rng.random() < 0.5:
        rail, x = int(h * 0.28), 0
        pen.line((0, rail, w, rail), fill=(80, 78, 76), width=4)
        while x < w:
            wide = int(rng.integers(14, 30))
            drop = int(rng.integers(90, 190))
            pen.polygon(
                (x, rail + 14, x + wide // 2, rail + 3, x + wide, rail + 14, x + wide, rail + drop,
                 x, rail + drop),
                fill=_shaken(rng, _pick(rng, _VIVID)),
            )  # fmt: skip
            x += wide + int(rng.integers(1, 12))
    if rng.random() < 0.5:
        pot = float(rng.choice([0.05, 0.9])) * w
        _leaves(rng, pen, (pot - 36, h * 0.45, pot + 36, h * 0.74), 26)
        rim, foot = h * 0.74, h * 0.88
        pen.polygon(
            (pot - 20, rim, pot + 20, rim, pot + 15, foot, pot - 15, foot),
            fill=_shaken(rng, (176, 104, 76)),
        )


def _concrete(rng: np.random.Generator, pen: Pen, w: int, h: int) -> None:
    pen.rectangle((0, 0, w, h), fill=_shaken(rng, _pick(rng, (*_VIVID, (170, 168, 164)))))
    for _ in range(8):
        x, y = rng.uniform(-40, w), rng.uniform(-40, h)
        box = (x, y, x + rng.uniform(30, 150), y + rng.uniform(30, 150))
        if rng.random() < 0.5:
            pen.rectangle(box, fill=_shaken(rng, _pick(rng, _VIVID), 20))
        else:
            pen.ellipse(box, fill=_shaken(rng, _pick(rng, _VIVID), 20))
    _pavement(rng, pen, w, h, int(h * rng.uniform(0.82, 0.96)))


def _planks(rng: np.random.Generator, pen: Pen, w: int, h: int) -> None:
    base = _pick(rng, ((186, 148, 108), (128, 94, 68), (222, 214, 204), (160, 150, 142)))
    x = 0
    while x < w:
        wide = int(rng.integers(30, 56))
        pen.rectangle((x, 0, x + wide, h), fill=_shaken(rng, base, 10))
        for _ in range(5):
            grain = x + int(rng.integers(2, wide))
            pen.line(
                (grain, 0, grain + 3, h),
                fill=_shaken(rng, (base[0] - 12, base[1] - 12, base[2] - 12), 8),
            )
        pen.line((x, 0, x, h), fill=(base[0] - 50, base[1] - 50, base[2] - 50), width=2)
        x += wide


def _bedding(rng: np.random.Generator, pen: Pen, w: int, h: int) -> None:
    base = _shaken(
        rng, _pick(rng, ((232, 230, 226), (190, 200, 208), (206, 190, 180), (120, 132, 148)))
    )
    pen.rectangle((0, 0, w, h), fill=base)
    for _ in range(26):
        x, y = rng.uniform(-30, w), rng.uniform(-30, h)
        shift = int(rng.integers(-22, 16))
        fill = (base[0] + shift, base[1] + shift, base[2] + shift)
        pen.line(
            (x, y, x + rng.uniform(-90, 90), y + rng.uniform(30, 120)),
            fill=fill,
            width=int(rng.integers(4, 12)),
        )


def _tiles(rng: np.random.Generator, pen: Pen, w: int, h: int) -> None:
    first, second = _shaken(rng, _pick(rng, _VIVID)), _shaken(rng, (214, 208, 200))
    side = int(rng.integers(34, 60))
    for row in range(h // side + 1):
        for column in range(w // side + 1):
            fill = _shaken(rng, first if (row + column) % 2 else second, 6)
            pen.rectangle(
                (column * side, row * side, (column + 1) * side - 2, (row + 1) * side - 2),
                fill=fill,
            )


_PLACES: tuple[Callable[[np.random.Generator, Pen, int, int], None], ...] = (
    _brick, _street, _park, _night, _room, _concrete,
)  # fmt: skip
_FLOORS: tuple[Callable[[np.random.Generator, Pen, int, int], None], ...] = (
    _planks, _bedding, _tiles,
)  # fmt: skip


def draw_background(
    rng: np.random.Generator, width: int, height: int, *, flat: bool = False
) -> Image.Image:
    """Draw a cluttered place, or with `flat` a surface that garments are laid on."""
    image = Image.new("RGB", (width, height))
    pen = ImageDraw.Draw(image)
    choices = _FLOORS if flat else _PLACES
    choices[int(rng.integers(len(choices)))](rng, pen, width, height)
    if flat:
        for _ in range(int(rng.integers(1, 5))):
            _prop(rng, pen, width, height)
    blur = float(rng.uniform(0.3, 0.9) if flat else rng.uniform(0.6, 3.6))
    if blur < 1.2:
        return image.filter(ImageFilter.GaussianBlur(blur))
    # Out of focus, half the pixels look the same.
    soft = image.reduce(2).filter(ImageFilter.GaussianBlur(blur / 2))
    return soft.resize((width, height), Image.Resampling.BILINEAR)


def _prop(rng: np.random.Generator, pen: Pen, w: int, h: int) -> None:
    """Lay a cup, a book or a leaf near the rim of the picture."""
    x = float(rng.choice([rng.uniform(-10, 0.16 * w), rng.uniform(0.84 * w, w + 10)]))
    y = float(rng.uniform(0, h))
    r = float(rng.uniform(14, 34))
    kind = int(rng.integers(3))
    if kind == 0:
        pen.ellipse((x - r, y - r, x + r, y + r), fill=_shaken(rng, (240, 238, 232)))
        pen.ellipse(
            (x - r * 0.7, y - r * 0.7, x + r * 0.7, y + r * 0.7), fill=_shaken(rng, (92, 62, 44))
        )
    elif kind == 1:
        pen.rectangle(
            (x - r, y - r * 1.3, x + r, y + r * 1.3), fill=_shaken(rng, _pick(rng, _VIVID))
        )
        pen.rectangle((x - r * 0.6, y - r, x + r * 0.6, y - r * 0.6), fill=(244, 240, 232))
    else:
        _leaves(rng, pen, (x - r, y - r, x + r, y + r), 9)


def draw_obstacle(
    rng: np.random.Generator, width: int, height: int, centre: tuple[float, float], reach: float
) -> Image.Image:
    """Draw something in front of a garment of half size `reach` about `centre`."""
    image = Image.new("RGBA", (width, height))
    pen = ImageDraw.Draw(image)
    side = float(rng.choice([-1.0, 1.0]))
    x = centre[0] + side * reach * float(rng.uniform(0.55, 0.95))
    y = centre[1] + reach * float(rng.uniform(-0.5, 0.8))
    kind = int(rng.integers(5))
    if kind == 0:  # a bag on a long strap
        colour = _shaken(rng, _pick(rng, _VIVID))
        w, h = reach * 0.24, reach * 0.22
        pen.line((x, y, centre[0] - side * reach * 0.2, -20), fill=(52, 40, 36), width=3)
        pen.rounded_rectangle((x - w, y - h, x + w, y + h), 8, fill=colour)
        pen.rounded_rectangle((x - w, y - h, x + w, y), 8, fill=_shaken(rng, colour, 24))
        pen.rectangle((x - 4, y - 4, x + 4, y + 5), fill=(216, 190, 120))
    elif kind == 1:  # an arm reaching in
        skin = _shaken(rng, _pick(rng, ((228, 188, 160), (170, 122, 94), (110, 76, 58))))
        elbow = (x + side * width * 0.6, y + float(rng.uniform(-60, 90)))
        pen.line((x, y, *elbow), fill=skin, width=max(8, int(reach * 0.12)))
        r = reach * 0.085
        pen.ellipse((x - r, y - r, x + r, y + r), fill=skin)
    elif kind == 2:  # a passer-by, close to the camera
        colour = _shaken(rng, _pick(rng, _VIVID))
        edge = centre[0] + side * reach * float(rng.uniform(0.72, 1.0))
        far = edge + side * width
        pen.polygon(
            (edge, height, edge + side * 14, height * 0.3, edge + side * 60, height * 0.16, far,
             height * 0.2, far, height),
            fill=colour,
        )  # fmt: skip
    elif kind == 3:
        _leaves(rng, pen, (x - reach * 0.2, y - reach * 0.3, x + reach * 0.5, y + reach * 0.4), 16)
    else:  # a post
        wide = max(4, int(reach * 0.06))
        pen.rectangle((x - wide, 0, x + wide, height), fill=_shaken(rng, (86, 88, 92), 30))
    return image.filter(ImageFilter.BoxBlur(1 if kind != 2 else 3))
