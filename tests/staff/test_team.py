"""The team page: invitations, roles, removal, the second factor."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from accounts.models import User
from reservehub.core import clock
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.errors import PermissionRefused
from reservehub.core.models import AuditEntry
from restaurants.errors import AlreadyMember
from restaurants.models import Invitation, Membership, Restaurant, Role
from restaurants.selectors import capabilities_of
from restaurants.services import invitation_create
from restaurants.tasks import send_invitation, sweep_invitations
from tests.factories import NOW, make_member, make_restaurant, make_user

pytestmark = pytest.mark.django_db

ADDRESS = "maria@example.com"


@pytest.fixture(autouse=True)
def _frozen() -> object:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(name="Bistro Anna", slug="bistro-anna")


@pytest.fixture
def owner(restaurant: Restaurant) -> User:
    return make_member(restaurant, Role.OWNER, name="Olga Owner")


@pytest.fixture
def office(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def acting(user: User) -> Actor:
    return Actor(kind=ActorKind.STAFF, user_id=user.pk, label=str(user))


def invited(restaurant: Restaurant, owner: User, **fields: str) -> Invitation:
    return invitation_create(
        organisation=restaurant.organisation,
        restaurant=restaurant,
        actor=acting(owner),
        now=NOW,
        **{"email": ADDRESS, "role": Role.HOST, **fields},
    )


def letter_link() -> str:
    found = re.search(r"http://testserver(/staff/invitations/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found.group(1)


def test_an_owner_invites_and_the_letter_has_text_and_html(
    office: Client, restaurant: Restaurant
) -> None:
    answer = office.post(
        "/staff/bistro-anna/team/invite/",
        {"email": ADDRESS, "role": "host", "place": str(restaurant.pk)},
    )
    assert answer.status_code == 303
    assert mail.outbox == [], "nothing is sent by the request itself"

    assert send_invitation(Invitation.objects.get().pk) is True
    assert send_invitation(Invitation.objects.get().pk) is False, "once"
    letter = mail.outbox[0]
    assert letter.to == [ADDRESS]
    assert "Bistro Anna" in letter.subject
    assert "Olga Owner" in letter.body
    assert isinstance(letter, EmailMultiAlternatives)
    html, kind = letter.alternatives[0]
    assert kind == "text/html"
    assert letter_link() in str(html)
    assert AuditEntry.objects.filter(action="restaurants.invitation.created").exists()
    assert ADDRESS not in str(AuditEntry.objects.values_list("after", flat=True))


def test_a_lost_letter_is_sent_by_the_sweep(restaurant: Restaurant, owner: User) -> None:
    invited(restaurant, owner)
    assert sweep_invitations() == 1
    assert sweep_invitations() == 0
    assert len(mail.outbox) == 1


def test_the_letter_speaks_russian(restaurant: Restaurant, owner: User) -> None:
    invited(restaurant, owner, language="ru")
    sweep_invitations()
    letter = mail.outbox[0]
    assert isinstance(letter, EmailMultiAlternatives)
    assert 'lang="ru"' in str(letter.alternatives[0][0])


def test_somebody_new_signs_up_through_the_link(restaurant: Restaurant, owner: User) -> None:
    invited(restaurant, owner)
    sweep_invitations()
    client, link = Client(), letter_link()

    page = client.get(link)
    assert page.status_code == 200
    assert Membership.objects.filter(role=Role.HOST).count() == 0, "opening changes nothing"
    refused = client.post(link, {"name": "Maria", "password": "short"})
    assert refused.status_code == 422
    assert b'value="Maria"' in refused.content

    answer = client.post(link, {"name": "Maria", "password": "a-long-enough-secret"})
    assert answer.status_code == 303
    user = User.objects.get(email=ADDRESS)
    assert EmailAddress.objects.get(user=user).verified
    assert Membership.objects.get(user=user).role == Role.HOST
    assert client.get("/staff/", follow=True).status_code == 200
    assert client.get(link).status_code == 200


def test_an_account_joins_only_with_the_invited_address(
    restaurant: Restaurant, owner: User
) -> None:
    invited(restaurant, owner)
    sweep_invitations()
    stranger = Client()
    stranger.force_login(make_user())
    assert stranger.post(letter_link()).status_code == 403

    maria = make_user(ADDRESS)
    client = Client()
    client.force_login(maria)
    assert client.post(letter_link()).status_code == 403, "the address is not proved yet"
    EmailAddress.objects.create(user=maria, email=ADDRESS.upper(), verified=True)
    assert client.post(letter_link()).status_code == 303
    assert client.post(letter_link()).status_code == 303, "twice is once"
    assert Membership.objects.filter(user=maria).count() == 1
    assert stranger.post(letter_link()).status_code == 409


def test_a_known_address_is_asked_to_log_in(restaurant: Restaurant, owner: User) -> None:
    maria = make_user(ADDRESS)
    EmailAddress.objects.create(user=maria, email=ADDRESS, verified=True)
    invited(restaurant, owner)
    sweep_invitations()
    client = Client()
    page = client.get(letter_link())
    assert b"/accounts/login/?next=" in page.content
    answer = client.post(letter_link(), {"name": "Thief", "password": "a-long-enough-secret"})
    assert answer.status_code == 409
    maria.refresh_from_db()
    assert maria.check_password("secret-enough-1")


def test_an_account_nobody_proved_is_taken_over_by_the_mailbox(
    restaurant: Restaurant, owner: User
) -> None:
    squatter = make_user(ADDRESS)
    EmailAddress.objects.create(user=squatter, email=ADDRESS, verified=False, primary=True)
    invited(restaurant, owner)
    sweep_invitations()
    Client().post(letter_link(), {"name": "Maria", "password": "a-long-enough-secret"})
    squatter.refresh_from_db()
    assert squatter.check_password("a-long-enough-secret")
    assert Membership.objects.get(user=squatter).role == Role.HOST


def test_inviting_again_changes_nothing_and_another_role_renews(
    restaurant: Restaurant, owner: User
) -> None:
    first = invited(restaurant, owner)
    assert invited(restaurant, owner, email=ADDRESS.upper()).token_hash == first.token_hash
    other = invited(restaurant, owner, role=Role.MANAGER)
    assert (other.pk, other.role) == (first.pk, Role.MANAGER)
    assert other.token_hash != first.token_hash
    assert Invitation.objects.count() == 1


def test_a_link_dies_by_age_by_resending_and_by_revoking(
    office: Client, restaurant: Restaurant, owner: User
) -> None:
    invitation = invited(restaurant, owner)
    sweep_invitations()
    old = letter_link()
    with clock.freeze(NOW + timedelta(days=7, seconds=1)):
        answer = Client().post(old, {"name": "Maria", "password": "a-long-enough-secret"})
        assert answer.status_code == 409
    office.post(reverse("staff:team-resend", args=["bistro-anna", invitation.pk]))
    assert Client().get(old).status_code == 404
    sweep_invitations()
    office.post(reverse("staff:team-revoke", args=["bistro-anna", invitation.pk]))
    assert b"taken back" in Client().get(letter_link()).content
    assert User.objects.filter(email=ADDRESS).count() == 0


def test_an_invitation_is_worth_no_more_than_its_sender(
    restaurant: Restaurant, owner: User
) -> None:
    invited(restaurant, owner)
    sweep_invitations()
    make_member(restaurant, Role.OWNER)
    Membership.objects.filter(user=owner).delete()
    client = Client()
    answer = client.post(letter_link(), {"name": "Maria", "password": "a-long-enough-secret"})
    assert answer.status_code == 403
    assert not Membership.objects.filter(user__email=ADDRESS).exists()


def test_members_are_not_invited_and_managers_do_not_invite(
    restaurant: Restaurant, owner: User
) -> None:
    make_member(restaurant, Role.HOST, email=ADDRESS)
    with pytest.raises(AlreadyMember):
        invited(restaurant, owner)
    with pytest.raises(PermissionRefused):
        invited(restaurant, make_member(restaurant, Role.MANAGER), email="new@example.com")


def test_a_bad_address_is_kept_and_named(office: Client, restaurant: Restaurant) -> None:
    answer = office.post(
        "/staff/bistro-anna/team/invite/",
        {"email": "maria@", "role": "manager", "place": str(restaurant.pk)},
    )
    assert answer.status_code == 422
    assert b'value="maria@"' in answer.content
    assert b'href="#id_email"' in answer.content
    assert b'<option value="manager" selected' in answer.content


def test_the_last_owner_stays(office: Client, restaurant: Restaurant, owner: User) -> None:
    membership = Membership.objects.get(user=owner)
    for path, body in (("role", {"role": "host"}), ("remove", {})):
        url = f"/staff/bistro-anna/team/members/{membership.pk}/{path}/"
        answer = office.post(url, body)
        assert answer.status_code == 409
        assert b"last owner" in answer.content
    assert Membership.objects.get(user=owner).role == Role.OWNER


def test_roles_change_and_members_leave(office: Client, restaurant: Restaurant) -> None:
    host = make_member(restaurant, Role.HOST)
    membership = Membership.objects.get(user=host)
    url = f"/staff/bistro-anna/team/members/{membership.pk}/"
    office.post(f"{url}role/", {"role": "manager"})
    membership.refresh_from_db()
    assert membership.role == Role.MANAGER
    office.post(f"{url}remove/")
    assert not Membership.objects.filter(user=host).exists()
    assert office.post(f"{url}remove/").status_code == 404


def test_people_of_other_restaurants_are_out_of_reach(office: Client) -> None:
    elsewhere = make_restaurant()
    host = Membership.objects.get(user=make_member(elsewhere, Role.HOST))
    url = f"/staff/bistro-anna/team/members/{host.pk}/remove/"
    assert office.post(url).status_code == 404


def with_factor(user: User) -> User:
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return user


def test_a_second_factor_can_be_asked_of_everybody(
    office: Client, restaurant: Restaurant, owner: User
) -> None:
    Membership.objects.filter(user=owner).update(restaurant=None)
    host = make_member(restaurant, Role.HOST)
    url = "/staff/bistro-anna/team/second-factor/"
    assert office.post(url, {"requires_2fa": "on"}).status_code == 409, "not without one's own"
    with_factor(owner)
    assert office.post(url, {"requires_2fa": "on"}).status_code == 303

    client = Client()
    client.force_login(host)
    for path in ("/staff/", "/staff/bistro-anna/"):
        assert client.get(path)["Location"] == reverse("mfa_index")
    assert capabilities_of(host, restaurant) == frozenset()
    with_factor(host)
    assert client.get("/staff/bistro-anna/").status_code == 200
    assert office.get("/staff/bistro-anna/team/").status_code == 200
