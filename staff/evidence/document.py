"""The evidence as PDF. Pure but for the fonts."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from fpdf import FPDF, FontFace
from fpdf.bidi import BidiParagraph
from fpdf.enums import Align, TableBordersLayout, XPos, YPos
from fpdf.fonts import TTFFont

from staff.evidence.pack import Letter, Pack, Row, Table

# It would tell the log which letters a document is written with, a hundred lines for each.
logging.getLogger("fontTools").setLevel(logging.WARNING)

_FONTS = Path(__file__).parent / "fonts"
_SANS, _BOLD = _FONTS / "DejaVuSansCondensed.ttf", _FONTS / "DejaVuSansCondensed-Bold.ttf"
_ASIAN = _FONTS / "DroidSansFallback.ttf"
_RTL = frozenset({"R", "AL"})
_GREY, _RULE = (95, 95, 95), (200, 200, 200)
_GOOD, _BAD = (22, 101, 52), (153, 27, 27)
_MM = 5.0
"""Height of a line."""


def document(pack: Pack, *, now: datetime) -> bytes:
    """The document; the same pack at the same time gives the same bytes."""
    paper = _Paper(pack)
    paper.set_creation_date(now)
    paper.add_page()
    paper.title_block()
    paper.rows("The dispute", pack.dispute)
    paper.rows("The booking", pack.booking)
    _policy(paper, pack)
    paper.section("Money")
    for title, table in pack.ledger:
        paper.table_of(title, table)
    paper.section("What happened, from the audit log")
    paper.note(
        "The log is append-only: the database refuses to change or delete its entries. Personal "
        "data in it is masked."
    )
    paper.table_of("", pack.steps)
    paper.section("Messages")
    for letter in pack.letters:
        paper.letter(letter)
    if not pack.letters:
        paper.note("No messages are stored.")
    return bytes(paper.output())


def _policy(paper: _Paper, pack: Pack) -> None:
    paper.section("The policy that the guest agreed to")
    paper.note("Shown before booking and on the button; stored with the booking at that moment.")
    for line in pack.policy:
        paper.paragraph(line)
    paper.note("As it is stored:")
    paper.code(pack.snapshot)
    paper.pairs(pack.hashes)
    if pack.is_unchanged:
        paper.verdict("The fingerprints match: the policy has not been changed since.", _GOOD)
    else:
        paper.verdict("The fingerprints do not match.", _BAD)


class _Paper(FPDF):
    """A4 with a line at the foot of every page."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(format="A4")
        self._pack = pack
        self.add_font("sans", "", _SANS)
        self.add_font("sans", "B", _BOLD)
        self.add_font("asian", "", _ASIAN)
        self.set_fallback_fonts(["asian"], exact_match=False)
        self.set_margin(18)
        self.set_auto_page_break(True, margin=20)
        self.set_title(f"Evidence for dispute {pack.number}")
        self.set_author(printable(pack.title))
        self.set_lang("en")

    def footer(self) -> None:
        self.set_y(-14)
        self._pen(8, grey=True)
        text = f"Evidence for dispute {self._pack.number} · made {self._pack.made_at}"
        self.cell(0, 5, printable(text))
        self.set_x(self.l_margin)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    # --- Parts ----------------------------------------------------------------------------------

    def title_block(self) -> None:
        self._pen(18, bold=True)
        self._text(f"Evidence for dispute {printable(self._pack.number)}", 9)
        self._pen(10, grey=True)
        self._text(printable(f"{self._pack.title} · made {self._pack.made_at}"), 6)
        self.note("Times are the restaurant's, with their distance from UTC.")

    def section(self, title: str) -> None:
        if self.will_page_break(25):
            self.add_page()
        self.ln(5)
        self._pen(12.5, bold=True)
        self._text(title, 7)
        self.set_draw_color(*_RULE)
        self.line(self.l_margin, self.y, self.w - self.r_margin, self.y)
        self.ln(2)

    def rows(self, title: str, rows: Sequence[Row]) -> None:
        self.section(title)
        self.pairs(rows)

    def pairs(self, rows: Iterable[Row]) -> None:
        for label, value in rows:
            text = printable(value)
            if self.will_page_break(_MM):
                self.add_page()
            top = self.y
            self._pen(9, grey=True)
            self._text(label, _MM, width=52)
            below, page = self.y, self.page
            self.set_xy(self.l_margin + 54, top)
            self._pen(9)
            self._text(text, _MM)
            if self.page == page:
                self.set_y(max(self.y, below))

    def paragraph(self, text: str) -> None:
        self._pen(9.5)
        self._text(printable(text), _MM)

    def note(self, text: str) -> None:
        self._pen(8.5, grey=True)
        self._text(text, _MM)

    def code(self, text: str) -> None:
        self._pen(8)
        self.set_fill_color(245, 245, 245)
        self._text(printable(text), 4.2, fill=True)
        self.ln(2)

    def verdict(self, text: str, colour: tuple[int, int, int]) -> None:
        self._pen(9.5, bold=True)
        self.set_text_color(*colour)
        self._text(text, 6)

    def letter(self, letter: Letter) -> None:
        if self.will_page_break(30):
            self.add_page()
        self.ln(2)
        self._pen(9.5, bold=True)
        self._text(printable(letter.title), 6)
        self.pairs(letter.rows)
        if letter.text:
            self.code(letter.text.strip())

    def table_of(self, title: str, table: Table) -> None:
        if title:
            self._pen(9.5, bold=True)
            self._text(printable(title), 6)
        if not table.rows:
            self.note("None.")
            return
        self._pen(8)
        self.set_draw_color(*_RULE)
        with self.table(
            col_widths=table.widths,
            text_align="LEFT",
            line_height=4.2,
            padding=1,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD"),
        ) as drawn:
            for row in (table.head, *table.rows):
                drawn.row([printable(cell) for cell in row])
        self.ln(2)

    def _text(self, text: str, height: float, *, width: float = 0, fill: bool = False) -> None:
        """Lines from where the pen is; it goes on below them, at the left."""
        self.multi_cell(
            width, height, text, align=Align.L, fill=fill, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )

    def _pen(self, size: float, *, bold: bool = False, grey: bool = False) -> None:
        self.set_font("sans", "B" if bold else "", size)
        self.set_text_color(*(_GREY if grey else (0, 0, 0)))


# --- Every script -----------------------------------------------------------------------------


@cache
def _drawn() -> frozenset[int]:
    """The characters that one of the fonts can draw."""
    paper = FPDF()
    found: set[int] = set()
    for path in (_SANS, _ASIAN):
        paper.add_font(path.stem, "", path)
        font = paper.fonts[path.stem.lower()]
        found |= set(font.cmap) if isinstance(font, TTFFont) else set()
    return frozenset(found)


def printable(text: str) -> str:
    """Text as it can be drawn: lines written from right to left are turned round, and characters
    that no font here has are named by their number, so that nothing is silently lost.
    """
    return "\n".join(_line(line) for line in unicodedata.normalize("NFC", text).split("\n"))


def _line(line: str) -> str:
    kept = "".join(
        character if ord(character) in _drawn() else f"[U+{ord(character):04X}]"
        for character in line.replace("\t", "    ").replace("\r", "")
        if unicodedata.category(character) not in ("Cf", "Cc")
    )
    if any(unicodedata.bidirectional(character) in _RTL for character in kept):
        return BidiParagraph(kept).get_reordered_string()
    return kept
