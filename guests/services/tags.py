"""Tags: made and removed, given and taken by hand, given and taken by rule."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guests.conditions import COLOURS, BadConditions, parse
from guests.models import Guest, GuestTag, Tag, TagRefusal
from guests.selectors.conditions import guests_meeting
from guests.selectors.segments import guests_that_count
from guests.selectors.tags import segments_asking_for, suggestions_left, tags_of
from guests.services.conditions import conditions_check
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import DomainError, NotFound, ValidationFailed
from restaurants.services.rows import refused, stored_values, validation_failed

log = logging.getLogger(__name__)


class TagInUse(DomainError):
    """Something asks for this tag."""

    code = "tag_in_use"
    title = _("The tag is in use")


class Applied(NamedTuple):
    """How many tags the rules gave and took."""

    given: int
    taken: int


@transaction.atomic
def tag_save(*, tag: Tag, actor: Actor, now: datetime) -> Tag:
    """Create or change a tag. A rule is applied to everybody at once; without one, what the
    earlier rule gave is taken, and what was given by hand stays.

    :raises ValidationFailed: no name, a name that another tag has, or a rule at fault
    :raises NotFound: if it is gone
    """
    tag.name = " ".join(tag.name.split())
    if tag.rule is not None:
        tag.rule = conditions_check(
            tag.rule, organisation_id=tag.organisation_id, for_rule=True, pointer="/rule"
        )
    is_new = tag.pk is None
    stored = None if is_new else Tag.objects.select_for_update().filter(pk=tag.pk).first()
    if not is_new and stored is None:
        raise NotFound
    if is_new:
        tag.created_at = now
    _check(tag)
    before = None if stored is None else stored_values(stored)
    after = stored_values(tag)
    if before == after:
        return tag
    _store(tag)
    audit.record(
        actor=actor,
        action="guests.tag.created" if is_new else "guests.tag.changed",
        obj=tag,
        now=now,
        before=before,
        after=after,
    )
    if tag.rule is None:
        GuestTag.objects.filter(tag=tag, is_automatic=True).delete()
    elif stored is None or stored.rule != tag.rule:
        _apply([tag], guest_ids=None, now=now)
    return tag


def _check(tag: Tag) -> None:
    if tag.colour not in COLOURS:
        words = gettext("Choose a colour from: %(names)s.") % {"names": ", ".join(COLOURS)}
        raise refused("colour", "invalid_choice", words)
    try:
        tag.full_clean(exclude=["rule"], validate_constraints=False)
    except ValidationError as error:
        raise validation_failed(error) from error
    rivals = Tag.objects.filter(organisation=tag.organisation_id, name__iexact=tag.name)
    if rivals.exclude(pk=tag.pk).exists():
        raise _name_taken()


def _store(tag: Tag) -> None:
    """:raises ValidationFailed: if a rival took the name in the meantime"""
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError:
        raise _name_taken() from None


def _name_taken() -> ValidationFailed:
    return refused("name", "unique", gettext("Another tag has this name. Choose another."))


@transaction.atomic
def tag_delete(*, tag_id: int, actor: Actor, now: datetime) -> None:
    """Remove the tag, also from everybody who carries it.

    :raises NotFound: if there is no such tag
    :raises TagInUse: if a segment asks for it
    """
    tag = Tag.objects.select_for_update().filter(pk=tag_id).first()
    if tag is None:
        raise NotFound
    segments = segments_asking_for(tag)
    if segments:
        raise TagInUse(
            gettext("These segments ask for it: %(names)s. Change them first.")
            % {"names": ", ".join(segment.name for segment in segments)}
        )
    audit.record(
        actor=actor, action="guests.tag.deleted", obj=tag, now=now, before=stored_values(tag)
    )
    tag.delete()


@transaction.atomic
def tag_give(*, guest: Guest, tag: Tag, actor: Actor, now: datetime) -> None:
    """Give a tag by hand: from now on no rule takes it. Giving it again changes nothing.

    :raises NotFound: if guest and tag are of two organisations
    """
    _same_house(guest, tag)
    TagRefusal.objects.filter(guest=guest, tag=tag).delete()
    link, is_new = GuestTag.objects.select_for_update().get_or_create(
        guest=guest, tag=tag, defaults={"is_automatic": False, "created_at": now}
    )
    if not is_new and not link.is_automatic:
        return
    if not is_new:
        link.is_automatic = False
        link.save(update_fields=["is_automatic"])
    audit.record(
        actor=actor, action="guests.tag.given", obj=guest, now=now, after={"tag": tag.name}
    )


@transaction.atomic
def tag_take(*, guest: Guest, tag: Tag, actor: Actor, now: datetime) -> None:
    """Take a tag by hand; its rule does not give it to this guest again. Taking it again changes
    nothing.

    :raises NotFound: if guest and tag are of two organisations
    """
    _same_house(guest, tag)
    if tag.rule is not None:
        TagRefusal.objects.bulk_create(
            [TagRefusal(guest=guest, tag=tag, created_at=now)], ignore_conflicts=True
        )
    taken, _kinds = GuestTag.objects.filter(guest=guest, tag=tag).delete()
    if taken:
        audit.record(
            actor=actor, action="guests.tag.taken", obj=guest, now=now, before={"tag": tag.name}
        )


def _same_house(guest: Guest, tag: Tag) -> None:
    if guest.organisation_id != tag.organisation_id:
        raise NotFound


@transaction.atomic
def tags_suggested_take(
    *, organisation_id: int, keys: Collection[str], actor: Actor, now: datetime
) -> list[Tag]:
    """Make the suggested tags with these keys; one that is there already is left alone."""
    return [
        tag_save(
            tag=Tag(
                organisation_id=organisation_id,
                name=str(one.name),
                colour=one.colour,
                rule=one.as_rule(),
            ),
            actor=actor,
            now=now,
        )
        for one in suggestions_left(tags_of(organisation_id))
        if one.key in keys
    ]


@transaction.atomic
def tags_apply(*, guest_ids: Iterable[int], now: datetime) -> Applied:
    """Let every rule give and take its tags among these guests. Two statements, whatever the number
    of guests and rules; to be called after the figures of guests were written.

    What was given by hand stays; what was taken by hand is not given.
    """
    ids = sorted(set(guest_ids))
    if not ids:
        return Applied(0, 0)
    houses = Guest.objects.filter(pk__in=ids).values("organisation")
    return _apply(Tag.objects.filter(organisation__in=houses, rule__isnull=False), ids, now=now)


@transaction.atomic
def tags_apply_to_all(*, organisation_id: int, now: datetime) -> Applied:
    """The same for everybody in an organisation, as every night: days pass without bookings."""
    tags = Tag.objects.filter(organisation=organisation_id, rule__isnull=False)
    return _apply(tags, guest_ids=None, now=now)


def _apply(tags: Iterable[Tag], guest_ids: Sequence[int] | None, *, now: datetime) -> Applied:
    """One statement: who should carry which tag, those who no longer should, those who newly do.
    Rows are taken in one order, so that two of these never wait for each other in a circle.
    """
    tag_ids, parts, values = [], [], []
    for tag in tags:
        try:
            conditions = parse(tag.rule, for_rule=True)
        except BadConditions:
            log.warning("The rule of tag %s can no longer be asked.", tag.pk)
            continue
        people = guests_that_count(tag.organisation_id)
        if guest_ids is not None:
            people = people.filter(pk__in=guest_ids)
        tag_ids.append(tag.pk)
        meeting = guests_meeting(people, conditions, on=now.date()).order_by().values("id")
        try:
            sql, asked = meeting.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s::bigint AS tag_id, one.id AS guest_id FROM ({sql}) AS one")  # noqa: S608 - Django's
        values += [tag.pk, *asked]
    if not tag_ids:
        return Applied(0, 0)
    nobody = "SELECT NULL::bigint AS tag_id, NULL::bigint AS guest_id WHERE false"
    statement = _APPLY.format(
        wanted=" UNION ALL ".join(parts) or nobody,
        scope="" if guest_ids is None else "AND link.guest_id = ANY(%s)",
    )
    scope = [] if guest_ids is None else [list(guest_ids)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, tag_ids, *scope, now])
        given, taken = cursor.fetchone() or (0, 0)
    return Applied(given, taken)


_APPLY = """
    WITH wanted AS MATERIALIZED ({wanted}),
    gone AS (
        DELETE FROM guests_guesttag WHERE id IN (
            SELECT link.id FROM guests_guesttag AS link
            WHERE link.is_automatic AND link.tag_id = ANY(%s) {scope}
              AND NOT EXISTS (
                SELECT FROM wanted
                WHERE wanted.tag_id = link.tag_id AND wanted.guest_id = link.guest_id
              )
            ORDER BY link.id FOR UPDATE
        ) RETURNING id
    ), given AS (
        INSERT INTO guests_guesttag (guest_id, tag_id, is_automatic, created_at)
        SELECT wanted.guest_id, wanted.tag_id, true, %s FROM wanted
        WHERE NOT EXISTS (
            SELECT FROM guests_tagrefusal AS refusal
            WHERE refusal.guest_id = wanted.guest_id AND refusal.tag_id = wanted.tag_id
        ) AND NOT EXISTS (
            SELECT FROM guests_guesttag AS link
            WHERE link.guest_id = wanted.guest_id AND link.tag_id = wanted.tag_id
        )
        ORDER BY wanted.guest_id, wanted.tag_id
        ON CONFLICT (guest_id, tag_id) DO NOTHING
        RETURNING id
    )
    SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM gone)
"""
