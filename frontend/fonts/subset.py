"""Cut the display type of the pages out of Source Serif 4 (OFL 1.1): one weight, two scripts, a few
kilobytes.

    uv run --with fonttools --with brotli python frontend/fonts/subset.py \
        node_modules/@fontsource-variable/source-serif-4/files

The result is renamed, as the licence asks of modified versions of a font with a reserved name.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

NAME = "ReserveHub Serif"
OUT = Path(__file__).resolve().parents[2] / "static" / "fonts"
LATIN = [*range(0x20, 0x7F), *range(0xC0, 0x180), 0xA0, 0xA3, 0xAB, 0xB0, 0xB7, 0xBB, 0xBF]
PUNCTUATION = [0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x201E, 0x2026, 0x20AC, 0x2116]
CYRILLIC = [*range(0x400, 0x460), 0x490, 0x491, 0x2116]
FILES = {
    "latin": ("source-serif-4-latin-opsz-normal.woff2", [*LATIN, *PUNCTUATION]),
    "cyrillic": ("source-serif-4-cyrillic-opsz-normal.woff2", CYRILLIC),
}


def cut(source: Path, target: Path, codepoints: list[int]) -> None:
    font = TTFont(source)
    instantiateVariableFont(font, {"opsz": 48, "wght": 600}, inplace=True)
    options = subset.Options(
        flavor="woff2", hinting=False, desubroutinize=True, layout_features=["kern", "mark", "ccmp"]
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codepoints)
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = NAME.replace(" ", "") if record.nameID == 6 else NAME
    font.flavor = "woff2"
    font.save(target)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for script, (name, codepoints) in FILES.items():
        cut(Path(sys.argv[1]) / name, OUT / f"reservehub-serif-{script}.woff2", codepoints)


if __name__ == "__main__":
    main()
