"""Writing the guest book."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import connection, transaction

from guests.models import Guest, MergeCandidate

INSERT = """
    INSERT INTO guests_guest
        (organisation_id, user_id, name, phone, email, language,
         is_vip, is_blocked, block_reason, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, false, false, '', %s)
    ON CONFLICT DO NOTHING
    RETURNING id
"""


@transaction.atomic(savepoint=False)
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
    """The guest known by this phone, else by this e-mail, else a new record (rule 99).

    Never overwrites a name: another name on the same phone becomes a merge candidate. Missing
    e-mail and account are filled in. Two requests of one new guest at the same time give one
    record: the second waits for the first. One query for a known guest, two for a new one.

    :param phone: E.164 or ""
    :param email: lower case or ""
    :raises ValueError: without phone and e-mail there is nobody to know
    """
    if not phone and not email:
        raise ValueError("A guest needs a phone or an e-mail address.")
    known = _find(organisation_id, phone, email)
    if known is None:
        guest = Guest(
            organisation_id=organisation_id,
            user_id=user_id,
            name=name,
            phone=phone or None,
            email=email or None,
            language=language,
            created_at=now,
        )
        if _insert(guest, phone):
            return guest
        known = _find(organisation_id, phone, email)
    if known is None:
        raise RuntimeError("the guest that blocked the insert is gone")
    _remember(known, name=name, email=email, user_id=user_id, now=now)
    return known


def _find(organisation_id: int, phone: str, email: str) -> Guest | None:
    """By phone where there is one; an e-mail alone also finds a guest who once gave both."""
    guests = Guest.objects.filter(organisation_id=organisation_id)
    if phone:
        return guests.filter(phone=phone).first()
    return guests.filter(email=email).order_by("phone", "id").first()


def _insert(guest: Guest, phone: str) -> bool:
    """Whether the row is new; a rival's uncommitted one is waited for."""
    row = (guest.organisation_id, guest.user_id, guest.name, phone or None, guest.email)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [*row, guest.language, guest.created_at])
        found = cursor.fetchone()
    if found is None:
        return False
    guest.pk = found[0]
    guest._state.adding = False  # noqa: SLF001 - it is stored now
    guest._state.db = connection.alias  # noqa: SLF001
    return True


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
        MergeCandidate.objects.bulk_create(
            [MergeCandidate(guest=guest, name=name, reason="same_contact", created_at=now)],
            ignore_conflicts=True,
        )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def guests_link(*, user_id: int) -> int:
    """Connect guests known by an e-mail the person has verified with their account.

    :returns: how many; those of another account stay with it
    """
    emails = EmailAddress.objects.filter(user_id=user_id, verified=True)
    lower = [email.lower() for email in emails.values_list("email", flat=True)]
    return Guest.objects.filter(email__in=lower, user=None).update(user_id=user_id)
