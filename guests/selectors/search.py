"""Finding guests by what staff remember of them: a part of the name, perhaps with a slip, the end
of a phone number, an e-mail address, a tag.

Each question is answered by an index of its own (see `Guest.Meta`); pages follow the order of name
and number, so that page 1,000 costs as much as page 1.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, Reverse
from django.db.models.lookups import Lookup

from guests.models import Guest, GuestTag

MIN_DIGITS = 3
"""Fewer digits at the end of a phone number say nothing."""
LIKENESS = 0.4
"""Word similarity (pg_trgm) from which a name may be what was meant: a wrong, missing or doubled
letter in a word of five. Two letters that changed places are forgiven in longer words only. See
`likeness_for`."""
SPOILT = 4
"""So many trigrams two letters that changed places take away."""
CLOSE = 25
"""How many names with a slip are offered."""

_TURNED = {"phone_turned": Reverse("phone")}
_PHONE = re.compile(r"\+?[\d\s()./-]+\Z")


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for. Empty fields ask nothing; all that are filled must be true."""

    text: str = ""
    tag_id: int | None = None
    is_vip: bool | None = None
    is_blocked: bool | None = None


class Found(NamedTuple):
    """Guests by name, and whether they only resemble what was typed."""

    guests: QuerySet[Guest]
    is_close: bool = False


class Position(NamedTuple):
    """The last guest of a page; the next page begins after them."""

    name: str
    pk: int


def guests_found(organisation_ids: Collection[int], search: Search) -> Found:
    """Guests of these organisations that fit, by name; where no name fits, those whose names
    resemble it.

    A record merged into another is found by its old contacts and name as the one that was kept
    (rule 100). Erased guests are not found.

    :param organisation_ids: where the person who asks may see contacts
    """
    houses = _of(organisation_ids)
    guests = Guest.objects.filter(houses, merged_into=None, anonymised_at=None)
    guests = _narrowed(guests, search).order_by("name", "pk")
    asked = _question(search.text)
    if asked is None:
        return Found(guests)
    found = guests.alias(**_TURNED).filter(asked)
    merged = Guest.objects.filter(houses, merged_into__isnull=False).alias(**_TURNED).filter(asked)
    # Few, and asked for by themselves: a subquery over all records would join the whole book.
    kept = list(merged.order_by().values_list("merged_into", flat=True).distinct())
    if kept:
        found = guests.alias(**_TURNED).filter(asked | Q(pk__in=kept))
    # The same order, but not that of the index: whoever looks for "wil" wants the end of the book,
    # and reading it from its beginning takes twenty times as long as sorting those who fit.
    found = found.order_by(Concat("name", Value("")), "pk")
    if _is_name(search.text) and not found.exists():
        close = _resembling(organisation_ids, search.text)
        if close:
            return Found(guests.filter(pk__in=close), is_close=True)
    return Found(found)


def _of(organisation_ids: Collection[int]) -> Q:
    """One house by equality, so that its index gives the order of names as well."""
    if len(organisation_ids) == 1:
        return Q(organisation=next(iter(organisation_ids)))
    return Q(organisation__in=list(organisation_ids))


def guests_page(
    found: QuerySet[Guest], *, after: Position | None, size: int
) -> tuple[list[Guest], Position | None]:
    """One page with figures, and where the next begins, if there is one. One query."""
    rows = found.select_related("figures")
    if after is not None:
        rows = rows.filter(Q(name__gte=after.name), Q(name__gt=after.name) | Q(pk__gt=after.pk))
    page = list(rows[: size + 1])
    if len(page) <= size:
        return page, None
    page = page[:size]
    return page, Position(page[-1].name, page[-1].pk)


def guest_position(guests: QuerySet[Guest], guest_id: int) -> Position | None:
    """Where a guest stands in the order of names."""
    row = guests.filter(pk=guest_id).values_list("name", "pk").first()
    return Position(*row) if row else None


def _narrowed(guests: QuerySet[Guest], search: Search) -> QuerySet[Guest]:
    if search.is_vip is not None:
        guests = guests.filter(is_vip=search.is_vip)
    if search.is_blocked is not None:
        guests = guests.filter(is_blocked=search.is_blocked)
    if search.tag_id is not None:
        carries = GuestTag.objects.filter(guest=OuterRef("pk"), tag=search.tag_id)
        guests = guests.filter(Exists(carries))
    return guests


def _question(text: str) -> Q | None:
    """Every word must fit; None for nothing typed."""
    text = text.strip()
    if not text:
        return None
    if _PHONE.match(text):
        return _phone(text)
    asked = Q()
    for word in text.split():
        asked &= _word(word)
    return asked


def _word(word: str) -> Q:
    if "@" in word:
        return Q(email__contains=word.lower())
    if _PHONE.match(word) and len(_digits(word)) >= MIN_DIGITS:
        return _phone(word)
    if len(word) < 3:  # too short for the index within a word: the beginning of one
        return _name_has(f"{_plain(word)}%") | _name_has(f"% {_plain(word)}%")
    return _name_has(f"%{_plain(word)}%")


class _Like(Lookup):
    """`name ILIKE pattern`, which the index of trigrams answers; the `UPPER(name) LIKE` of
    `icontains` it does not.
    """

    lookup_name = "ilike"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        name, first = self.process_lhs(compiler, connection)
        pattern, second = self.process_rhs(compiler, connection)
        return f"{name} ILIKE {pattern}", (*first, *second)


def _name_has(pattern: str) -> Q:
    return Q(_Like(F("name"), pattern))


def _plain(word: str) -> str:
    """Signs of patterns stand for themselves."""
    return re.sub(r"([\\%_])", r"\\\1", word)


def _phone(text: str) -> Q:
    """The end of the number; national forms begin with zeros that the international form lacks."""
    digits = _digits(text)
    if len(digits) < MIN_DIGITS:
        return Q(pk=None)
    turned = digits[::-1]
    asked = Q(phone_turned__startswith=turned)
    if digits.startswith("0"):
        asked |= Q(phone_turned__startswith=turned.rstrip("0"))
    return asked


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text, flags=re.ASCII)


def _is_name(text: str) -> bool:
    return not _PHONE.match(text.strip()) and "@" not in text


def likeness_for(text: str) -> float:
    """How much of what was typed must be in a name. The longer it is, the less of it one slip
    spoils; asking for more then spares the index thousands of names that share a syllable. A third
    is let off for what stands between two words, such as an initial.
    """
    trigrams = sum(len(word) + 1 for word in text.split())
    return max(LIKENESS, 0.7 * (trigrams - SPOILT) / trigrams)


_RESEMBLING = """
    SELECT coalesce(merged_into_id, id)
    FROM guests_guest
    WHERE organisation_id = ANY(%s) AND anonymised_at IS NULL AND %s <%% name
    ORDER BY word_similarity(%s, name) DESC, id
    LIMIT %s
"""


@transaction.atomic
def _resembling(organisation_ids: Collection[int], text: str) -> list[int]:
    """Guests whose name resembles the text. Two statements: the threshold, which holds until the
    end of the transaction, and the question.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)",
            [str(likeness_for(text))],
        )
        cursor.execute(_RESEMBLING, [list(organisation_ids), text, text, CLOSE])
        return [row[0] for row in cursor.fetchall()]
