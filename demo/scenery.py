"""The picture behind the tables of a drawn room: floors, walls, windows, plants.

Half-transparent inks on nothing, so that the same picture suits a light and a dark page.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Iterable, Mapping
from itertools import pairwise

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from demo.rooms import Box, DrawnRoom

SCALE = 2
FOLDER = "plans/demo"

Ink = tuple[int, int, int, int]
WALL: Ink = (120, 108, 94, 235)
GLASS: Ink = (120, 170, 196, 255)
FURNITURE: Ink = (140, 118, 92, 90)
EDGE: Ink = (140, 118, 92, 170)
LEAF: Ink = (92, 138, 92, 150)
POT: Ink = (92, 138, 92, 80)
RAILING: Ink = (140, 118, 92, 190)
FLOORS: Mapping[str, tuple[Ink, Ink, int]] = {
    "wood": ((190, 146, 92, 26), (160, 118, 70, 34), 30),
    "deck": ((170, 134, 94, 34), (140, 106, 70, 52), 20),
    "stone": ((140, 140, 140, 24), (120, 120, 120, 34), 70),
    "carpet": ((150, 70, 70, 26), (150, 70, 70, 0), 0),
    "water": ((84, 150, 180, 60), (84, 150, 180, 90), 15),
}
"""Ground, joints, and how far these are apart."""


def scenery_name(slug: str, number: int) -> str:
    """The file of a background below MEDIA_ROOT."""
    return f"{FOLDER}/{slug}-{number}.webp"


def sceneries_create(rooms: Mapping[str, tuple[DrawnRoom, ...]]) -> None:
    """Draw the backgrounds that are not there yet."""
    for slug, drawn in rooms.items():
        for number, room in enumerate(drawn, start=1):
            name = scenery_name(slug, number)
            if not default_storage.exists(name):
                default_storage.save(name, ContentFile(scenery_bytes(room)))


def scenery_bytes(room: DrawnRoom) -> bytes:
    """The background of a room as WebP, at twice its size."""
    picture = Image.new("RGBA", (room.width * SCALE, room.height * SCALE), (0, 0, 0, 0))
    scene = room.scenery
    for material, box in scene.floors:
        _layer(picture, _floor(room, material, box))
    above = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    brush = ImageDraw.Draw(above)
    for box in scene.furniture:
        brush.rounded_rectangle(_corners(box), 16, fill=FURNITURE, outline=EDGE, width=4)
    for line in scene.walls:
        brush.line(_points(line), fill=WALL, width=16, joint="curve")
        for x, y in line:
            brush.ellipse(_disc(x, y, 4), fill=WALL)
    for line in scene.railings:
        _dashes(brush, line)
    for x1, y1, x2, y2 in scene.windows:
        brush.line(_points(((x1, y1), (x2, y2))), fill=GLASS, width=10)
    for door in scene.doors:
        _door(brush, door)
    for plant in scene.plants:
        _plant(brush, plant)
    _layer(picture, above)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82, method=0)
    return out.getvalue()


def _layer(picture: Image.Image, above: Image.Image) -> None:
    picture.alpha_composite(above)


def _floor(room: DrawnRoom, material: str, box: Box) -> Image.Image:
    ground, joint, every = FLOORS[material]
    layer = Image.new("RGBA", (room.width * SCALE, room.height * SCALE), (0, 0, 0, 0))
    brush = ImageDraw.Draw(layer)
    left, top, right, bottom = _corners(box)
    brush.rectangle((left, top, right, bottom), fill=ground)
    if material == "water":
        _ripples(brush, (left, top, right, bottom), joint, every * SCALE)
    elif every:
        for y in range(int(top), int(bottom), every * SCALE):
            brush.line((left, y, right, y), fill=joint, width=2)
    if material == "stone":
        for x in range(int(left), int(right), every * SCALE):
            brush.line((x, top, x, bottom), fill=joint, width=2)
    return layer


def _ripples(
    brush: ImageDraw.ImageDraw, box: tuple[float, float, float, float], ink: Ink, every: int
) -> None:
    left, top, right, bottom = box
    for row, y in enumerate(range(int(top) + every, int(bottom), every)):
        wave = [
            (x, y + 4 * math.sin(x / 40 + row * 2)) for x in range(int(left), int(right) + 10, 10)
        ]
        brush.line(wave, fill=ink, width=3)


def _dashes(brush: ImageDraw.ImageDraw, line: Iterable[tuple[int, int]]) -> None:
    corners = list(line)
    for (x1, y1), (x2, y2) in pairwise(corners):
        length = math.dist((x1, y1), (x2, y2))
        steps = max(1, int(length // 24))
        for step in range(steps):
            start, end = step / steps, (step + 0.55) / steps
            brush.line(
                _points(
                    (
                        (x1 + (x2 - x1) * start, y1 + (y2 - y1) * start),
                        (x1 + (x2 - x1) * end, y1 + (y2 - y1) * end),
                    )
                ),
                fill=RAILING,
                width=6,
            )


def _door(brush: ImageDraw.ImageDraw, door: Box) -> None:
    """Open, with the quarter of a circle it sweeps."""
    x1, y1, x2, y2 = door
    radius = math.dist((x1, y1), (x2, y2))
    start = 0 if x1 == x2 else 270
    brush.arc(_disc(x1, y1, radius), start, start + 90, fill=EDGE, width=3)
    end = (x1 + radius, y1) if x1 == x2 else (x1, y1 - radius)
    brush.line(_points(((x1, y1), end)), fill=EDGE, width=6)


def _plant(brush: ImageDraw.ImageDraw, plant: tuple[int, int, int]) -> None:
    x, y, radius = plant
    chance = random.Random(f"{x},{y}")  # noqa: S311 - the same picture every time
    brush.ellipse(_disc(x, y, radius * 0.55), fill=POT)
    for leaf in range(9):
        angle = math.tau * leaf / 9 + chance.uniform(-0.2, 0.2)
        tip = radius * chance.uniform(0.5, 0.7)
        brush.ellipse(
            _disc(x + tip * math.cos(angle), y + tip * math.sin(angle), radius * 0.3), fill=LEAF
        )


def _corners(box: Box) -> tuple[float, float, float, float]:
    x, y, width, height = (part * SCALE for part in box)
    return x, y, x + width, y + height


def _disc(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return (
        (x - radius) * SCALE,
        (y - radius) * SCALE,
        (x + radius) * SCALE,
        (y + radius) * SCALE,
    )


def _points(line: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x * SCALE, y * SCALE) for x, y in line]
