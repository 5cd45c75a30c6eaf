"""Writing the guest book."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext

from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone
from guests.models import Guest, MergeCandidate
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, NotFound, ValidationFailed
from reservehub.core.planned import planned_cursor
from restaurants.services.rows import stored_values, validation_failed

INSERT = """
    INSERT INTO guests_guest
        (organisation_id, user_id, name, phone, email, language,
         is_vip, is_blocked, block_reason, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, false, false, '', $7)
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
    record: the second waits for the first. One query for a known guest, two for a new one. The
    row stays locked until the transaction ends: requests of one person wait for each other.

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


_COLUMNS = [field.attname for field in Guest._meta.concrete_fields]
_KNOWN = f"SELECT {', '.join(_COLUMNS)} FROM guests_guest WHERE organisation_id = $1 AND "  # noqa: S608 - no values of callers
_BY_PHONE = _KNOWN + "phone = $2 LIMIT 1"
_BY_EMAIL = _KNOWN + "email = $2 ORDER BY phone, id LIMIT 1"
_LOCK = " FOR NO KEY UPDATE"


def _find(organisation_id: int, phone: str, email: str) -> Guest | None:
    """By phone where there is one; an e-mail alone also finds a guest who once gave both."""
    statement = (_BY_PHONE if phone else _BY_EMAIL) + _LOCK
    with planned_cursor() as cursor:
        cursor.execute(statement, [organisation_id, phone or email])
        row = cursor.fetchone()
    return None if row is None else Guest.from_db(connection.alias, _COLUMNS, row)


def _insert(guest: Guest, phone: str) -> bool:
    """Whether the row is new; a rival's uncommitted one is waited for."""
    row = (guest.organisation_id, guest.user_id, guest.name, phone or None, guest.email)
    with planned_cursor() as cursor:
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
