from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry
from restaurants.models import Invitation, Membership, Organisation, Restaurant, Role
from restaurants.services import invitation_create, invitation_revoke
from tests.factories import NOW, make_restaurant, make_user
from tests.restaurants.admin.world import logged_in, staff, url

pytestmark = pytest.mark.django_db

LIST = url(Invitation, "changelist")


def invite(house: Restaurant, email: str, **fields: Any) -> Invitation:
    wish = {"restaurant": house, "role": Role.HOST, **fields}
    return invitation_create(
        organisation=house.organisation, email=email, actor=SYSTEM, now=NOW, **wish
    )


def do(client: Client, action: str, *invitations: Invitation) -> str:
    form = {"action": action, "_selected_action": [one.pk for one in invitations]}
    page: str = client.post(LIST, form, follow=True).content.decode()
    for one in invitations:
        one.refresh_from_db()
    return page


@pytest.fixture
def platform() -> Client:
    return logged_in(User.objects.create_superuser("root@example.com", "secret-enough-1"))


def owner_of_all(organisation: Organisation) -> Client:
    user = make_user(is_staff=True)
    Membership.objects.create(user=user, organisation=organisation, role=Role.OWNER)
    return logged_in(user)


def test_the_list_says_who_where_and_what_became_of_it(
    client: Client, restaurant: Restaurant
) -> None:
    waiting = invite(restaurant, "waiting@example.com")
    revoked = invite(restaurant, "revoked@example.com", role=Role.MANAGER)
    invitation_revoke(invitation_id=revoked.pk, actor=SYSTEM, now=NOW)

    page = client.get(LIST).content.decode()

    for words in (waiting.email, revoked.email, restaurant.name, "Waiting", "Taken back"):
        assert words in page
    with clock.freeze(NOW + timedelta(days=8)):
        assert "Link expired" in client.get(LIST).content.decode()


def test_the_list_is_narrowed_by_state_and_searched(client: Client, restaurant: Restaurant) -> None:
    invite(restaurant, "waiting@example.com")
    Invitation.objects.filter(pk=invite(restaurant, "taken@example.com").pk).update(accepted_at=NOW)
    revoked = invite(restaurant, "revoked@example.com")
    invitation_revoke(invitation_id=revoked.pk, actor=SYSTEM, now=NOW)
    old = invite(restaurant, "expired@example.com")
    Invitation.objects.filter(pk=old.pk).update(expires_at=NOW)

    def shown(**query: str) -> set[str]:
        rows = client.get(LIST, query).context["cl"].queryset
        return {one.email.split("@")[0] for one in rows}

    assert shown(state="open") == {"waiting"}
    assert shown(state="expired") == {"expired"}
    assert shown(state="accepted") == {"taken"}
    assert shown(state="revoked") == {"revoked"}
    assert shown(q="taken") == {"taken"}


def test_neither_link_nor_hash_is_shown(platform: Client, restaurant: Restaurant) -> None:
    one = invite(restaurant, "waiting@example.com")

    for path in (LIST, url(Invitation, "change", one.pk), url(Invitation, "history", one.pk)):
        page = platform.get(path).content.decode()
        assert one.email in page
        assert "(&#x27;" not in page, "a label is no pair of words"
        assert one.nonce not in page
        assert one.token_hash not in page


def test_an_owner_sends_again_and_takes_back(client: Client, restaurant: Restaurant) -> None:
    one = invite(restaurant, "waiting@example.com")
    old = one.token_hash

    assert "1 new link is on its way" in do(client, "send_again", one)
    assert one.token_hash != old
    assert "1 invitation no longer works" in do(client, "revoke", one)
    assert one.revoked_at == NOW

    assert "no longer open" in do(client, "send_again", one)
    actions = AuditEntry.objects.filter(channel="admin").values_list("action", flat=True)
    assert set(actions) == {"restaurants.invitation.sent_again", "restaurants.invitation.revoked"}


def test_what_was_accepted_is_not_taken_back(client: Client, restaurant: Restaurant) -> None:
    one = invite(restaurant, "taken@example.com")
    Invitation.objects.filter(pk=one.pk).update(accepted_at=NOW)

    assert "taken@example.com: This invitation is no longer open" in do(client, "revoke", one)
    assert one.revoked_at is None


def test_an_owner_sees_and_touches_nothing_of_another_tenant(client: Client) -> None:
    theirs = make_restaurant(name="Theirs")
    one = invite(theirs, "waiting@example.com")
    old = one.token_hash

    assert one.email not in client.get(LIST).content.decode()
    assert client.get(url(Invitation, "change", one.pk)).status_code == 302
    for action in ("send_again", "revoke"):
        do(client, action, one)
    assert (one.token_hash, one.revoked_at) == (old, None)


def test_an_owner_of_one_restaurant_decides_there_only(restaurant: Restaurant) -> None:
    sister = make_restaurant(organisation=restaurant.organisation)
    here = invite(restaurant, "here@example.com")
    there = invite(sister, "there@example.com")
    everywhere = invite(restaurant, "everywhere@example.com", restaurant=None)

    mine = logged_in(staff(restaurant, Role.OWNER)).get(LIST).content.decode()
    assert here.email in mine
    assert there.email not in mine
    assert everywhere.email not in mine

    boss = owner_of_all(restaurant.organisation)
    everything = boss.get(LIST).content.decode()
    assert all(one.email in everything for one in (here, there, everywhere))
    do(boss, "revoke", there, everywhere)
    assert there.revoked_at == everywhere.revoked_at == NOW


@pytest.mark.parametrize("role", [Role.MANAGER, Role.HOST, Role.VIEWER])
def test_who_is_no_owner_does_not_get_in(restaurant: Restaurant, role: str) -> None:
    one = invite(restaurant, "waiting@example.com")
    member = logged_in(staff(restaurant, role))

    assert member.get(LIST).status_code == 403
    assert member.get(url(Invitation, "change", one.pk)).status_code == 403
    do(member, "revoke", one)
    assert one.revoked_at is None


def test_platform_admins_look_after_every_tenant(platform: Client) -> None:
    one = invite(make_restaurant(), "one@example.com")
    two = invite(make_restaurant(), "two@example.com")

    assert "2 invitations no longer work" in do(platform, "revoke", one, two)
    assert one.revoked_at == two.revoked_at == NOW


def test_nobody_writes_invitations_here(platform: Client, restaurant: Restaurant) -> None:
    one = invite(restaurant, "waiting@example.com")

    assert platform.get(url(Invitation, "add")).status_code == 403
    assert platform.post(url(Invitation, "delete", one.pk), {"post": "yes"}).status_code == 403
    platform.post(url(Invitation, "change", one.pk), {"email": "other@example.com"})
    one.refresh_from_db()
    assert one.email == "waiting@example.com"
