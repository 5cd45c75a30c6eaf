"""Who may do what where (requirement A3). Only owners and the platform let people in or out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.second_factor import has_second_factor
from reservehub.core import audit, events
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import NotFound, PermissionRefused
from restaurants.errors import LastOwner, SecondFactorFirst
from restaurants.events import MembershipChanged
from restaurants.models import Membership, Organisation, Restaurant, Role
from restaurants.realtime import push_membership
from restaurants.services.rows import refused, stored_values


@transaction.atomic
def membership_grant(
    *,
    organisation: Organisation,
    user: User,
    role: str,
    restaurant: Restaurant | None = None,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Give a person a role in one restaurant, or (None) in all of the organisation; replaces the
    role they had there.

    :raises PermissionRefused: if the actor is no owner there
    :raises LastOwner: if it would take the last owner's role away
    :raises ValidationFailed: unknown role, or a restaurant of another organisation
    """
    if role not in Role.values:
        raise refused("role", "unknown_role", _("Choose one of the roles."))
    if restaurant is not None and restaurant.organisation_id != organisation.pk:
        raise refused(
            "restaurant", "other_organisation", _("Choose a restaurant of this organisation.")
        )
    lock_organisation(organisation.pk)
    place = None if restaurant is None else restaurant.pk
    require_owner(actor, organisation.pk, place)
    membership = Membership.objects.filter(
        user=user, organisation=organisation, restaurant=restaurant
    ).first()
    before = None if membership is None else stored_values(membership)
    if membership is None:
        membership = Membership(user=user, organisation=organisation, restaurant=restaurant)
    elif membership.role == Role.OWNER and role != Role.OWNER:
        _refuse_last_owner(membership)
    membership.role = role
    membership.save()
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    _record(membership, before, stored_values(membership), actor, now)
    return membership


@transaction.atomic
def membership_revoke(*, membership_id: int, actor: Actor, now: datetime) -> None:
    """Take a role away. Who has none left no longer opens the admin site.

    :raises NotFound: if it is gone already
    :raises PermissionRefused: if the actor is no owner there
    :raises LastOwner: if nobody else could let people in
    """
    found = Membership.objects.filter(pk=membership_id).values_list("organisation_id", flat=True)
    organisation_id = found.first()
    if organisation_id is None:
        raise NotFound
    lock_organisation(organisation_id)
    membership = Membership.objects.filter(pk=membership_id).select_related("user").first()
    if membership is None:
        raise NotFound
    require_owner(actor, organisation_id, membership.restaurant_id)
    if membership.role == Role.OWNER:
        _refuse_last_owner(membership)
    user = membership.user
    _record(membership, stored_values(membership), None, actor, now)
    membership.delete()
    if user.is_staff and not user.is_superuser and not user.memberships.exists():
        user.is_staff = False
        user.save(update_fields=["is_staff"])


@transaction.atomic
def organisation_ask_second_factor(
    *, organisation_id: int, is_asked: bool, actor: Actor, now: datetime
) -> None:
    """Ask every member for a second factor, or leave it to them (requirement A2). Asking takes
    effect with the next page each of them opens.

    :raises PermissionRefused: if the actor does not own the whole organisation
    :raises SecondFactorFirst: if the actor has none and would be locked out
    """
    lock_organisation(organisation_id)
    require_owner(actor, organisation_id, None)
    organisation = Organisation.objects.get(pk=organisation_id)
    if organisation.requires_2fa == is_asked:
        return
    person = None if actor.user_id is None else User.objects.filter(pk=actor.user_id).first()
    if is_asked and (person is None or not has_second_factor(person)):
        raise SecondFactorFirst
    organisation.requires_2fa = is_asked
    organisation.save(update_fields=["requires_2fa"])
    audit.record(
        actor=actor,
        action="restaurants.organisation.changed",
        obj=organisation,
        now=now,
        before={"requires_2fa": not is_asked},
        after={"requires_2fa": is_asked},
    )


def lock_organisation(organisation_id: int) -> None:
    """Two owners who remove each other at the same moment must not both succeed."""
    list(
        Organisation.objects.select_for_update(no_key=True)
        .filter(pk=organisation_id)
        .values_list("pk")
    )


def _owners(organisation_id: int, restaurant_id: int | None) -> Q:
    """Owners of a place: of the whole organisation, and of the restaurant if it is one."""
    place = Q(restaurant=None)
    if restaurant_id is not None:
        place |= Q(restaurant_id=restaurant_id)
    return Q(organisation_id=organisation_id, role=Role.OWNER) & place


def require_owner(actor: Actor, organisation_id: int, restaurant_id: int | None) -> None:
    """:raises PermissionRefused: unless the actor owns the place, or runs the platform"""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.PLATFORM):
        return
    owners = Membership.objects.filter(_owners(organisation_id, restaurant_id))
    if actor.user_id is None or not owners.filter(user_id=actor.user_id).exists():
        raise PermissionRefused(_("Only owners decide who works here."))


def _refuse_last_owner(membership: Membership) -> None:
    others = Membership.objects.filter(
        _owners(membership.organisation_id, membership.restaurant_id), user__is_active=True
    ).exclude(pk=membership.pk)
    if not others.exists():
        raise LastOwner


def _record(
    membership: Membership,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
    actor: Actor,
    now: datetime,
) -> None:
    change = "created" if before is None else "deleted" if after is None else "changed"
    audit.record(
        actor=actor,
        action=f"restaurants.membership.{change}",
        obj=membership,
        now=now,
        restaurant_id=membership.restaurant_id,
        before=before,
        after=after,
    )
    events.publish(
        MembershipChanged(
            user_id=membership.user_id,
            organisation_id=membership.organisation_id,
            restaurant_id=membership.restaurant_id,
            role="" if after is None else membership.role,
            occurred_at=now,
        )
    )
    push_membership(
        user_id=membership.user_id,
        organisation_id=membership.organisation_id,
        restaurant_id=membership.restaurant_id,
    )
