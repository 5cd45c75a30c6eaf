"""Knowing again who books (rule 99)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.db import DEFAULT_DB_ALIAS, transaction

from guests.models import Guest, MergeCandidate
from reservehub.core.planned import planned

NAME_SCORE = 0.3
"""Another name with the same contact is most often a nickname: below what is found every night."""


class Matched(NamedTuple):
    """A guest, and whether nobody knew them before."""

    guest: Guest
    is_new: bool


def guest_match_or_create(
    *,
    organisation_id: int,
    name: str,
    phone: str,
    email: str,
    language: str,
    user_id: int | None = None,
    now: datetime,
) -> Guest:
    """The guest of `guest_match`."""
    return guest_match(
        organisation_id=organisation_id,
        name=name,
        phone=phone,
        email=email,
        language=language,
        user_id=user_id,
        now=now,
    ).guest


@transaction.atomic(savepoint=False)
def guest_match(
    *,
    organisation_id: int,
    name: str,
    phone: str,
    email: str,
    language: str,
    user_id: int | None = None,
    now: datetime,
) -> Matched:
    """The guest known by this phone, else by this e-mail, else a new record (rule 99).

    Where the contact belongs to a record that was merged, the kept one is meant (rule 100).

    Never overwrites a name: another name on the same phone becomes a merge candidate. Missing
    e-mail and account are filled in. Two requests of one new guest at the same time give one
    record: the second waits for the first. One query. The row stays locked until the transaction
    ends: requests of one person wait for each other.

    :param phone: E.164 or ""
    :param email: lower case or ""
    :raises ValueError: without phone and e-mail there is nobody to know
    """
    if not phone and not email:
        raise ValueError("A guest needs a phone or an e-mail address.")
    statement = _BY_PHONE if phone else _BY_EMAIL
    values = [organisation_id, user_id, name, phone or None, email or None, language, now]
    rows = planned(statement, values)
    # A rival made it while we looked, or merged or erased it while we waited for its lock.
    if not rows or rows[0][_MERGED_INTO] is not None or rows[0][_ANONYMISED_AT] is not None:
        rows = planned(statement, values)
    if not rows:
        raise RuntimeError("the guest that blocked the insert is gone")
    is_new, *known = rows[0]
    guest = Guest.from_db(DEFAULT_DB_ALIAS, _COLUMNS, known)
    if not is_new:
        _remember(guest, name=name, email=email, user_id=user_id, now=now)
    return Matched(guest, is_new)


_COLUMNS = [field.attname for field in Guest._meta.concrete_fields]
_MERGED_INTO = 1 + _COLUMNS.index("merged_into_id")
_ANONYMISED_AT = 1 + _COLUMNS.index("anonymised_at")
_READ = ", ".join(_COLUMNS)
_LOCK = "FOR NO KEY UPDATE"
_MATCH = f"""
    WITH known AS (
        SELECT {_READ} FROM guests_guest
        WHERE id = (
            SELECT coalesce(merged_into_id, id) FROM guests_guest
            WHERE organisation_id = $1::bigint AND {{}} LIMIT 1
        ) {_LOCK}
    ), made AS (
        INSERT INTO guests_guest
            (organisation_id, user_id, name, phone, email, language,
             is_vip, is_blocked, block_reason, created_at)
        SELECT $1::bigint, $2::bigint, $3, $4::varchar, $5::varchar, $6, false, false, '',
               $7::timestamptz
        WHERE NOT EXISTS (SELECT FROM known)
        ON CONFLICT DO NOTHING
        RETURNING {_READ}
    )
    SELECT false, {_READ} FROM known UNION ALL SELECT true, {_READ} FROM made
"""  # noqa: S608 - no values of callers
_BY_PHONE = _MATCH.format("phone = $4::varchar")
# An e-mail alone also finds a guest who once gave both.
_BY_EMAIL = _MATCH.format("email = $5::varchar ORDER BY phone, id")


def _remember(guest: Guest, *, name: str, email: str, user_id: int | None, now: datetime) -> None:
    changed = []
    if email and not guest.email:
        guest.email = email
        changed.append("email")
    if user_id and not guest.user_id:
        guest.user_id = user_id
        changed.append("user")
    if changed:
        guest.save(update_fields=changed)
    if name and _plain(name) != _plain(guest.name):
        noted = MergeCandidate(
            guest=guest, name=name, reason="same_contact", score=NAME_SCORE, created_at=now
        )
        MergeCandidate.objects.bulk_create([noted], ignore_conflicts=True)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def guests_link(*, user_id: int) -> int:
    """Connect guests known by an e-mail the person has verified with their account.

    :returns: how many; those of another account stay with it
    """
    emails = EmailAddress.objects.filter(user_id=user_id, verified=True)
    lower = [email.lower() for email in emails.values_list("email", flat=True)]
    return Guest.objects.filter(email__in=lower, user=None).update(user_id=user_id)
