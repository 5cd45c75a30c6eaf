"""Covers without photographs: one drawn pattern per motif and palette.

Drawn once at twice the size and scaled down, so that edges are smooth; about 20 ms and 15 kB each.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 400
SCALE = 2
FOLDER = "covers/demo"

Colour = tuple[int, int, int]


class Palette(NamedTuple):
    """The sky from top to bottom, and what is drawn on it from far to near."""

    top: Colour
    bottom: Colour
    inks: tuple[Colour, ...]


PALETTES: dict[str, Palette] = {
    "sea": Palette(
        (250, 214, 165),
        (240, 150, 120),
        ((66, 133, 148), (44, 104, 124), (28, 76, 98), (18, 52, 72)),
    ),
    "night": Palette(
        (24, 22, 52),
        (78, 52, 110),
        ((244, 214, 150), (150, 110, 170), (98, 70, 132), (44, 34, 78)),
    ),
    "ember": Palette(
        (40, 24, 28),
        (150, 62, 40),
        ((238, 148, 84), (200, 92, 60), (120, 52, 46), (66, 34, 38)),
    ),
    "desert": Palette(
        (252, 226, 186),
        (238, 162, 120),
        ((206, 112, 86), (170, 84, 76), (122, 62, 70), (74, 46, 62)),
    ),
    "garden": Palette(
        (238, 243, 222),
        (190, 214, 172),
        ((126, 166, 112), (84, 132, 92), (54, 100, 76), (34, 70, 60)),
    ),
    "wine": Palette(
        (246, 226, 214),
        (214, 150, 140),
        ((168, 74, 84), (130, 46, 66), (92, 30, 54), (58, 22, 42)),
    ),
    "bread": Palette(
        (253, 240, 214),
        (240, 204, 150),
        ((214, 158, 92), (180, 120, 66), (134, 84, 52), (92, 58, 42)),
    ),
    "spice": Palette(
        (252, 232, 196),
        (236, 178, 98),
        ((214, 112, 58), (174, 66, 52), (118, 46, 56), (70, 36, 56)),
    ),
    "snow": Palette(
        (222, 236, 244),
        (168, 196, 214),
        ((236, 242, 246), (124, 156, 180), (78, 112, 142), (44, 70, 98)),
    ),
}
"""A palette is named after what it looks like; motif and palette make a cover."""


def cover_name(art: str) -> str:
    """The file of a cover below MEDIA_ROOT."""
    return f"{FOLDER}/{art}.webp"


def covers_create(arts: Iterable[str]) -> None:
    """Draw the covers that are not there yet."""
    for art in sorted(set(arts)):
        name = cover_name(art)
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(cover_bytes(art)))


def cover_bytes(art: str) -> bytes:
    """A picture such as "waves-sea" as WebP."""
    motif, palette_name = art.split("-")
    palette = PALETTES[palette_name]
    image = _sky(palette).resize((WIDTH * SCALE, HEIGHT * SCALE))
    chance = random.Random(art)  # noqa: S311 - the same picture every time
    MOTIFS[motif](ImageDraw.Draw(image), palette, chance)
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=78, method=0)
    return out.getvalue()


def _sky(palette: Palette) -> Image.Image:
    """A vertical gradient, one pixel wide."""
    sky = Image.new("RGB", (1, HEIGHT))
    for y in range(HEIGHT):
        share = y / (HEIGHT - 1)
        pairs = zip(palette.top, palette.bottom, strict=True)
        sky.putpixel((0, y), _colour(*(round(a + (b - a) * share) for a, b in pairs)))
    return sky


def _colour(red: int, green: int, blue: int) -> Colour:
    return red, green, blue


Brush = Callable[[ImageDraw.ImageDraw, Palette, random.Random], None]


def _disc(brush: ImageDraw.ImageDraw, x: float, y: float, radius: float, ink: Colour) -> None:
    brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)


def _size() -> tuple[int, int]:
    return WIDTH * SCALE, HEIGHT * SCALE


def _layers(
    brush: ImageDraw.ImageDraw,
    height_at: Callable[[int, float], float],
    inks: tuple[Colour, ...],
) -> None:
    """Silhouettes one before the other; `height_at(layer, share of the width)` is the top edge."""
    width, height = _size()
    for layer, ink in enumerate(inks):
        edge = [(x, height_at(layer, x / width) * height) for x in range(0, width + 12, 12)]
        brush.polygon([(0, height), *edge, (width, height)], fill=ink)


def _waves(brush: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    width, height = _size()
    _disc(brush, width * 0.72, height * 0.42, height * 0.2, (255, 240, 214))
    shifts = [chance.uniform(0, math.tau) for _ in palette.inks]

    def edge(layer: int, x: float) -> float:
        swell = math.sin(x * math.tau * (2.2 + layer * 0.6) + shifts[layer])
        return 0.52 + layer * 0.13 + 0.035 * swell

    _layers(brush, edge, palette.inks)


def _peaks(brush: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    width, height = _size()
    _disc(brush, width * 0.3, height * 0.36, height * 0.16, (255, 246, 226))
    ridges = [[chance.uniform(-1, 1) for _ in range(14 + 4 * n)] for n in range(len(palette.inks))]

    def edge(layer: int, x: float) -> float:
        ridge = ridges[layer]
        at = min(x, 0.999) * (len(ridge) - 1)
        left, share = int(at), at - int(at)
        rise = ridge[left] * (1 - share) + ridge[left + 1] * share
        return 0.46 + layer * 0.14 + 0.1 * max(-0.8, min(0.5, rise))

    _layers(brush, edge, palette.inks)


def _moons(brush: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    width, height = _size()
    for _ in range(70):
        _disc(brush, chance.uniform(0, width), chance.uniform(0, height * 0.7), 3, palette.inks[0])
    moon, radius = (width * 0.76, height * 0.4), height * 0.26
    _disc(brush, *moon, radius, palette.inks[0])
    share = 0.4
    sky = (round(a + (b - a) * share) for a, b in zip(palette.top, palette.bottom, strict=True))
    _disc(brush, moon[0] + radius * 0.45, moon[1] - radius * 0.12, radius * 0.92, _colour(*sky))
    roofs = [chance.uniform(0.55, 0.85) for _ in range(40)]

    def edge(layer: int, x: float) -> float:
        return roofs[(int(x * (14 + layer * 5)) + layer * 11) % len(roofs)] + layer * 0.06

    _layers(brush, edge, palette.inks[1:])


def _smoke(brush: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    width, height = _size()
    for number in range(9):
        ink = palette.inks[number % 3]
        shift, sway = chance.uniform(0, math.tau), chance.uniform(0.04, 0.09)
        middle = (number + 0.5) / 9 + chance.uniform(-0.03, 0.03)
        points = []
        for level in range(height, -1, -10):
            y = float(level)
            rise = 1 - y / height
            x = middle + sway * rise * math.sin(rise * 5 + shift)
            points.append((x * width, y))
        for (x, y), (next_x, next_y) in pairwise(points):
            thick = int(46 * (0.25 + y / height))
            brush.line((x, y, next_x, next_y), fill=ink, width=thick)
            _disc(brush, next_x, next_y, thick / 2, ink)
    brush.rectangle((0, height * 0.9, width, height), fill=palette.inks[3])


def _leaves(brush: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    width, height = _size()
    for number in range(90):
        x = chance.uniform(0, width)
        y = height * (0.15 + 0.9 * math.pow(number / 90, 0.8))
        length, turn = chance.uniform(70, 150), chance.uniform(-1.2, 1.2) - math.pi / 2
        ink = palette.inks[min(3, number // 23)]
        brush.polygon(_leaf(x, y, length, turn), fill=ink)


def _leaf(x: float, y: float, length: float, turn: float) -> list[tuple[float, float]]:
    """A pointed oval from a stem at (x, y)."""
    outline: list[tuple[float, float]] = []
    for step in (*range(11), *range(9, -1, -1)):
        side = 1 if len(outline) <= 10 else -1
        along, across = step / 10 * length, side * math.sin(step / 10 * math.pi) * length * 0.24
        outline.append(
            (
                x + along * math.cos(turn) - across * math.sin(turn),
                y + along * math.sin(turn) + across * math.cos(turn),
            )
        )
    return outline


def _arches(brush: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    width, height = _size()
    count = 10
    span = width / count
    for number in range(count):
        middle, top = (number + 0.5) * span, height * chance.uniform(0.2, 0.42)
        for ring, ink in enumerate(palette.inks):
            half = span * (0.46 - ring * 0.1)
            if half <= 0:
                break
            _disc(brush, middle, top + span * 0.46, half, ink)
            brush.rectangle((middle - half, top + span * 0.46, middle + half, height), fill=ink)


def _rings(brush: ImageDraw.ImageDraw, palette: Palette, chance: random.Random) -> None:
    width, height = _size()
    for _ in range(26):
        x, y = chance.uniform(0, width), chance.uniform(0, height)
        radius, start = chance.uniform(60, 170), chance.randrange(4)
        for ring in range(4):
            _disc(brush, x, y, radius * (1 - ring * 0.24), palette.inks[(start + ring) % 4])


MOTIFS: dict[str, Brush] = {
    "waves": _waves,
    "peaks": _peaks,
    "moons": _moons,
    "smoke": _smoke,
    "leaves": _leaves,
    "arches": _arches,
    "rings": _rings,
}
