"""Inviting people to work here by e-mail (requirement A3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reservehub.core import audit
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import NotFound
from reservehub.core.tokens import derive_token, hash_token, new_nonce
from restaurants.errors import AlreadyMember, InvitationClosed, InvitationForSomebodyElse
from restaurants.models import Invitation, Membership, Organisation, Restaurant, Role
from restaurants.services.letters import queue_letter
from restaurants.services.memberships import lock_organisation, membership_grant, require_owner
from restaurants.services.rows import refused

VALID_FOR = timedelta(days=7)
LETTER_ATTEMPTS = 8
LETTER_RETRY = timedelta(minutes=2)


def invitation_token(invitation: Invitation) -> str:
    """The secret of its link: always the same until the invitation is sent again."""
    return derive_token("restaurants.invitation", str(invitation.organisation_id), invitation.nonce)


@transaction.atomic
def invitation_create(
    *,
    organisation: Organisation,
    restaurant: Restaurant | None = None,
    email: str,
    role: str,
    language: str = "en",
    actor: Actor,
    now: datetime,
) -> Invitation:
    """Ask somebody to work in one restaurant, or (None) in all of the organisation.

    Asking again for the same role changes nothing; for another role, or after the old invitation
    expired, the old link dies and a new one is sent.

    :raises PermissionRefused: if the actor is no owner there
    :raises AlreadyMember: if the person has a role there
    :raises ValidationFailed: bad address, unknown role, restaurant of another organisation
    """
    email = email.strip().lower()
    _check(organisation, restaurant, email, role)
    lock_organisation(organisation.pk)
    require_owner(actor, organisation.pk, None if restaurant is None else restaurant.pk)
    _refuse_members(organisation, restaurant, email)
    invitation = Invitation.objects.filter(
        organisation=organisation,
        restaurant=restaurant,
        email__iexact=email,
        accepted_at=None,
        revoked_at=None,
    ).first()
    if invitation is not None and invitation.is_open(now) and invitation.role == role:
        return invitation
    action = "changed" if invitation is not None else "created"
    if invitation is None:
        invitation = Invitation(
            organisation=organisation, restaurant=restaurant, email=email, created_at=now
        )
    invitation.role = role
    invitation.language = language
    invitation.invited_by_id = actor.user_id
    _send_new_link(invitation, now)
    _record(invitation, action, actor, now)
    return invitation


@transaction.atomic
def invitation_resend(*, invitation_id: int, actor: Actor, now: datetime) -> Invitation:
    """Send a fresh link, valid for seven days more; the old one dies.

    :raises NotFound: if there is no such invitation
    :raises InvitationClosed: if it was accepted or revoked
    :raises PermissionRefused: if the actor is no owner there
    """
    invitation = _locked(invitation_id, actor)
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise InvitationClosed
    invitation.invited_by_id = actor.user_id
    _send_new_link(invitation, now)
    _record(invitation, "sent_again", actor, now)
    return invitation


@transaction.atomic
def invitation_revoke(*, invitation_id: int, actor: Actor, now: datetime) -> Invitation:
    """Take an invitation back; repeating it changes nothing.

    :raises NotFound: if there is no such invitation
    :raises InvitationClosed: if it was accepted: remove the person instead
    :raises PermissionRefused: if the actor is no owner there
    """
    invitation = _locked(invitation_id, actor)
    if invitation.accepted_at is not None:
        raise InvitationClosed
    if invitation.revoked_at is None:
        invitation.revoked_at = now
        invitation.mail_due_at = None
        invitation.save(update_fields=["revoked_at", "mail_due_at"])
        _record(invitation, "revoked", actor, now)
    return invitation


def invitation_by_token(token: str) -> Invitation:
    """The invitation a link belongs to, also a closed one: the page says what became of it.

    :raises NotFound: for anything else
    """
    invitation = (
        Invitation.objects.filter(token_hash=hash_token(token))
        .select_related("organisation", "restaurant", "invited_by")
        .first()
    )
    if invitation is None:
        raise NotFound
    return invitation


@transaction.atomic
def invitation_accept(*, token: str, user: User, actor: Actor, now: datetime) -> Invitation:
    """Take the role. The person's verified addresses must include the invited one.

    Accepting twice changes nothing. A role the person already has there is kept.

    :raises NotFound: unknown link
    :raises InvitationClosed: expired, revoked, taken by somebody else, or its sender no longer
        decides who works here
    :raises InvitationForSomebodyElse: if the address is not the person's
    """
    invitation = invitation_by_token(token)
    lock_organisation(invitation.organisation_id)
    invitation.refresh_from_db()
    if invitation.accepted_by_id == user.pk:
        return invitation
    if not invitation.is_open(now) or invitation.invited_by is None:
        raise InvitationClosed
    if not is_address_of(user, invitation.email):
        raise InvitationForSomebodyElse
    sender = Actor(
        kind=ActorKind.PLATFORM if invitation.invited_by.is_superuser else ActorKind.STAFF,
        user_id=invitation.invited_by_id,
        label=invitation.invited_by.get_full_name(),
        channel=actor.channel,
        ip=actor.ip,
    )
    held = Membership.objects.filter(
        user=user, organisation=invitation.organisation, restaurant=invitation.restaurant
    )
    if not held.exists():
        membership_grant(
            organisation=invitation.organisation,
            user=user,
            role=invitation.role,
            restaurant=invitation.restaurant,
            actor=sender,
            now=now,
        )
    invitation.accepted_at = now
    invitation.accepted_by = user
    invitation.mail_due_at = None
    invitation.save(update_fields=["accepted_at", "accepted_by", "mail_due_at"])
    _record(invitation, "accepted", actor, now)
    return invitation


def is_address_of(user: User, email: str) -> bool:
    """Whether the person has proved that this address is theirs."""
    found = EmailAddress.objects.filter(user=user, email__iexact=email, verified=True)
    return bool(found.exists())


def letters_due(*, now: datetime) -> list[int]:
    """Letters that should have been sent by now: the broker or a worker lost them."""
    due = Invitation.objects.filter(mail_due_at__lte=now, mail_attempts__lt=LETTER_ATTEMPTS)
    return list(due.order_by("mail_due_at").values_list("pk", flat=True)[:100])


def letter_claim(*, invitation_id: int, now: datetime) -> Invitation | None:
    """Take a letter for sending; None if somebody else did or nothing is to be sent.

    A claim that is never confirmed by `letter_sent` comes back, later each time.
    """
    with transaction.atomic():
        invitation = (
            Invitation.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=invitation_id, mail_due_at__lte=now, mail_attempts__lt=LETTER_ATTEMPTS)
            .select_related("organisation", "restaurant", "invited_by")
            .first()
        )
        if invitation is None or not invitation.is_open(now):
            return None
        invitation.mail_attempts += 1
        invitation.mail_due_at = now + LETTER_RETRY * 2 ** (invitation.mail_attempts - 1)
        invitation.save(update_fields=["mail_attempts", "mail_due_at"])
    return invitation


def letter_sent(*, invitation: Invitation, now: datetime) -> None:
    """The letter is out; asking for another in the meantime is not lost."""
    Invitation.objects.filter(pk=invitation.pk, nonce=invitation.nonce).update(
        mail_due_at=None, mail_sent_at=now
    )


def _check(
    organisation: Organisation, restaurant: Restaurant | None, email: str, role: str
) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise refused(
            "email", "invalid", _("Enter an e-mail address, such as maria@example.com.")
        ) from error
    if role not in Role.values:
        raise refused("role", "unknown_role", _("Choose one of the roles."))
    if restaurant is not None and restaurant.organisation_id != organisation.pk:
        raise refused(
            "restaurant", "other_organisation", _("Choose a restaurant of this organisation.")
        )


def _refuse_members(organisation: Organisation, restaurant: Restaurant | None, email: str) -> None:
    person = Q(user__emailaddress__email__iexact=email, user__emailaddress__verified=True)
    if (
        Membership.objects.filter(organisation=organisation, restaurant=restaurant)
        .filter(person | Q(user__email__iexact=email))
        .exists()
    ):
        raise AlreadyMember


def _locked(invitation_id: int, actor: Actor) -> Invitation:
    organisation_id = (
        Invitation.objects.filter(pk=invitation_id).values_list("organisation_id", flat=True)
    ).first()
    if organisation_id is None:
        raise NotFound
    lock_organisation(organisation_id)
    invitation = Invitation.objects.select_related("organisation", "restaurant").get(
        pk=invitation_id
    )
    require_owner(actor, organisation_id, invitation.restaurant_id)
    return invitation


def _send_new_link(invitation: Invitation, now: datetime) -> None:
    invitation.nonce = new_nonce()
    invitation.token_hash = hash_token(invitation_token(invitation))
    invitation.expires_at = now + VALID_FOR
    invitation.mail_due_at = now
    invitation.mail_attempts = 0
    invitation.save()
    queue_letter(invitation.pk)


def _record(invitation: Invitation, change: str, actor: Actor, now: datetime) -> None:
    audit.record(
        actor=actor,
        action=f"restaurants.invitation.{change}",
        obj=invitation,
        now=now,
        restaurant_id=invitation.restaurant_id,
        after={
            "email": invitation.email,
            "role": invitation.role,
            "expires_at": invitation.expires_at.isoformat(),
        },
    )
