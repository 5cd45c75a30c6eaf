"""Writing the guest book."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.translation import gettext

from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone
from guests.models import Guest, MergeCandidate
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, NotFound, ValidationFailed
from reservehub.core.planned import planned_cursor
from restaurants.services.rows import stored_values, validation_failed


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
    with planned_cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
        if row is None:  # a rival made it while we looked
            cursor.execute(statement, values)
            row = cursor.fetchone()
    if row is None:
        raise RuntimeError("the guest that blocked the insert is gone")
    is_new, *known = row
    guest = Guest.from_db(DEFAULT_DB_ALIAS, _COLUMNS, known)
    if not is_new:
        _remember(guest, name=name, email=email, user_id=user_id, now=now)
    return Matched(guest, is_new)


_COLUMNS = [field.attname for field in Guest._meta.concrete_fields]
_READ = ", ".join(_COLUMNS)
_LOCK = "FOR NO KEY UPDATE"
_MATCH = f"""
    WITH known AS (
        SELECT {_READ} FROM guests_guest
        WHERE organisation_id = $1::bigint AND {{}} LIMIT 1 {_LOCK}
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


@transaction.atomic
def guest_save(*, guest: Guest, region: str, actor: Actor, now: datetime) -> Guest:
    """Create or change a guest by hand; an empty contact is kept as none.

    :param region: country whose national phone numbers are meant
    :raises ValidationFailed: bad or missing contact, or one that another guest has
    """
    errors = _tidy(guest, region)
    if errors:
        raise ValidationFailed(errors=errors)
    is_new = guest.pk is None
    stored = None if is_new else Guest.objects.get(pk=guest.pk)
    if is_new:
        guest.created_at = now
    try:
        guest.full_clean()
    except ValidationError as error:
        raise validation_failed(error) from error
    before = None if stored is None else stored_values(stored)
    after = stored_values(guest)
    changed = [name for name in after if before is None or before[name] != after[name]]
    if not changed:
        return guest
    guest.save()
    audit.record(
        actor=actor,
        action="guests.guest.created" if is_new else "guests.guest.changed",
        obj=guest,
        now=now,
        before=None if before is None else {name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return guest


def _tidy(guest: Guest, region: str) -> list[FieldError]:
    errors = []
    try:
        guest.phone = normalise_phone(str(guest.phone or ""), region=region) or None
    except BadPhone as error:
        errors.append(FieldError("/phone", "bad_phone", str(error)))
    try:
        guest.email = normalise_email(guest.email or "") or None
    except BadEmail as error:
        errors.append(FieldError("/email", "bad_email", str(error)))
    if not errors and not guest.phone and not guest.email:
        detail = gettext("Enter a phone number or an e-mail address.")
        errors.append(FieldError("/phone", "required", detail))
    return errors


@transaction.atomic
def merge_candidate_dismiss(*, candidate_id: int, actor: Actor, now: datetime) -> None:
    """Remember that these are two people (rule 100); repeating it changes nothing.

    :raises NotFound: if there is no such candidate
    """
    candidate = MergeCandidate.objects.select_for_update().filter(pk=candidate_id).first()
    if candidate is None:
        raise NotFound
    if candidate.dismissed_at is not None:
        return
    candidate.dismissed_at = now
    candidate.save(update_fields=["dismissed_at"])
    audit.record(
        actor=actor,
        action="guests.merge_candidate.dismissed",
        obj=candidate,
        now=now,
        after={"dismissed_at": now},
    )
