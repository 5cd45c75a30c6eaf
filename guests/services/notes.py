"""What staff write down about a guest."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guests.models import Guest, GuestNote, NoteKind
from guests.selectors.profile import HEALTH_KINDS
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, NotFound, ValidationFailed
from restaurants.models import Restaurant

MAX_TEXT = 2000


@transaction.atomic
def note_add(
    *,
    guest_id: int,
    kind: str,
    text: str,
    is_alert: bool = False,
    restaurant_id: int | None = None,
    has_health_consent: bool = False,
    actor: Actor,
    now: datetime,
) -> GuestNote:
    """Write a note; of a merged record the kept one is meant.

    :param restaurant_id: the only house that shows it; None for every house
    :param has_health_consent: the guest agreed that an allergy is stored (rule 107)
    :raises NotFound: if there is no such guest, or the restaurant is of another organisation
    :raises ValidationFailed: without text, for an unknown kind, or an allergy without consent
    """
    guest = Guest.objects.select_related("merged_into").filter(pk=guest_id).first()
    if guest is None or guest.anonymised_at is not None:
        raise NotFound
    guest = guest.merged_into or guest
    if restaurant_id is not None:
        _check_house(restaurant_id, guest)
    words = _checked(kind, text, has_consent=has_health_consent)
    note = GuestNote.objects.create(
        guest=guest,
        restaurant_id=restaurant_id,
        kind=kind,
        text=words,
        is_alert=is_alert,
        created_by_id=actor.user_id,
        created_at=now,
        updated_at=now,
    )
    _record(note, "guests.note.added", after=_facts(note), actor=actor, now=now)
    return note


@transaction.atomic
def note_change(
    *,
    note_id: int,
    kind: str,
    text: str,
    is_alert: bool,
    has_health_consent: bool = False,
    actor: Actor,
    now: datetime,
) -> GuestNote:
    """Other words, another kind, an alert or none. Saying the same changes nothing.

    :param has_health_consent: needed only where the note becomes one about an allergy
    :raises NotFound: if there is no such note
    :raises ValidationFailed: as `note_add` does
    """
    note = _locked(note_id)
    was_health = note.kind in HEALTH_KINDS
    words = _checked(kind, text, has_consent=has_health_consent or was_health)
    before = _facts(note)
    if (note.kind, note.text, note.is_alert) == (kind, words, is_alert):
        return note
    note.kind, note.text, note.is_alert, note.updated_at = kind, words, is_alert, now
    note.save(update_fields=["kind", "text", "is_alert", "updated_at"])
    _record(note, "guests.note.changed", before=before, after=_facts(note), actor=actor, now=now)
    return note


@transaction.atomic
def note_remove(*, note_id: int, actor: Actor, now: datetime) -> None:
    """Forget a note. The audit keeps that there was one, not its words.

    :raises NotFound: if there is no such note
    """
    note = _locked(note_id)
    _record(note, "guests.note.removed", before=_facts(note), actor=actor, now=now)
    note.delete()


@transaction.atomic
def note_resolve(
    *, note_id: int, is_resolved: bool = True, actor: Actor, now: datetime
) -> GuestNote:
    """An incident is settled, or open again; a settled one no longer alerts. Saying it twice
    changes nothing.

    :raises NotFound: if there is no such note
    :raises ValidationFailed: if it is not an incident
    """
    note = _locked(note_id)
    if note.kind != NoteKind.INCIDENT:
        detail = _("Only incidents are resolved.")
        raise ValidationFailed(errors=[FieldError("/kind", "invalid", detail)])
    if (note.resolved_at is not None) == is_resolved:
        return note
    note.resolved_at = now if is_resolved else None
    note.updated_at = now
    note.save(update_fields=["resolved_at", "updated_at"])
    action = "guests.note.resolved" if is_resolved else "guests.note.reopened"
    _record(note, action, after={"kind": note.kind}, actor=actor, now=now)
    return note


def _locked(note_id: int) -> GuestNote:
    found = (
        GuestNote.objects.select_for_update(of=("self",), no_key=True)
        .select_related("guest")
        .filter(pk=note_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _check_house(restaurant_id: int, guest: Guest) -> None:
    own = Restaurant.objects.filter(pk=restaurant_id, organisation=guest.organisation_id)
    if not own.exists():
        raise NotFound


def _checked(kind: str, text: str, *, has_consent: bool) -> str:
    """The text without spaces around it.

    :raises ValidationFailed: naming everything at fault
    """
    errors = []
    words = text.strip()
    if kind not in NoteKind.values:
        detail = _("Choose a kind from: %(kinds)s.") % {"kinds": ", ".join(NoteKind.values)}
        errors.append(FieldError("/kind", "invalid_choice", detail))
    if not words:
        errors.append(FieldError("/text", "required", _("Write what should be remembered.")))
    elif len(words) > MAX_TEXT or "\x00" in words:
        detail = _("Use up to %(most)d characters.") % {"most": MAX_TEXT}
        errors.append(FieldError("/text", "too_long", detail))
    if kind in HEALTH_KINDS and not has_consent:
        detail = _("Ask the guest whether we may store this, and tick that they agreed.")
        errors.append(FieldError("/has_health_consent", "required", detail))
    if errors:
        raise ValidationFailed(errors=errors)
    return words


def _facts(note: GuestNote) -> dict[str, object]:
    # The name of the member makes the audit mask the words.
    return {"kind": note.kind, "is_alert": note.is_alert, "note": note.text}


def _record(
    note: GuestNote,
    action: str,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        actor=actor,
        action=action,
        obj=note.guest,
        now=now,
        restaurant_id=note.restaurant_id,
        before=before,
        after=after,
    )
