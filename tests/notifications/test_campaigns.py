"""Campaigns: to whoever agreed, once, at a pace, and never against their word (requirement G5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guests.models import ConsentEntry, Guest, Segment
from notifications.errors import CampaignMoved, CampaignReachesNobody, CampaignUnderWay
from notifications.kinds import ChannelName, Kind
from notifications.models import (
    Campaign,
    CampaignRecipient,
    CampaignStatus,
    ContactPoint,
    Message,
    MessageStatus,
    OptOut,
)
from notifications.selectors.audience import LeftOut, campaign_count
from notifications.selectors.campaigns import campaign_booked_afterwards, campaign_progress
from notifications.services import message_unstick, sending_begin
from notifications.services.campaigns import (
    Wording,
    campaign_cancel,
    campaign_pause,
    campaign_resume,
    campaign_save,
    campaign_schedule,
    campaign_start,
    campaigns_let_through,
)
from notifications.services.stuck import stuck_after
from notifications.tasks import run_campaigns
from notifications.unsubscribe import news_url
from reservehub.core import clock
from reservehub.core.errors import ValidationFailed
from restaurants.models import Restaurant
from tests.factories import NOW, STAFF, make_restaurant
from tests.notifications.stand_ins.smtp import SmtpStandIn
from tests.notifications.stand_ins.twilio import TwilioStandIn
from tests.notifications.world import book, make_house, send_due

pytestmark = pytest.mark.django_db
NIGHT = NOW + timedelta(hours=11)
"""22:00 in Amsterdam."""


@pytest.fixture
def house() -> Restaurant:
    return make_house()


@pytest.fixture(autouse=True)
def _brisk(settings: Any) -> Iterator[None]:
    settings.RESERVEHUB_CAMPAIGN_PER_MINUTE = 40
    with clock.freeze(NOW):
        yield


def guests_of(house: Restaurant, count: int, **fields: Any) -> list[Guest]:
    """People who agreed, `guest-0@example.com` and so on."""
    return Guest.objects.bulk_create(
        Guest(
            organisation=house.organisation,
            **{
                "name": f"Guest {number}",
                "email": f"guest-{number}@example.com",
                "has_marketing_consent": True,
                "created_at": NOW,
                **fields,
            },
        )
        for number in range(count)
    )


def draft(house: Restaurant, *channels: str, **fields: Any) -> Campaign:
    segment, _new = Segment.objects.get_or_create(
        organisation=house.organisation, name="All", defaults={"created_at": NOW}
    )
    wish: dict[str, Any] = {
        "name": "Asparagus",
        "segment": segment,
        "channels": channels or ("email",),
        "texts": {"en": Wording(subject="Asparagus, {first_name}", text="Six dishes, {name}!")},
    }
    return campaign_save(restaurant=house, actor=STAFF, now=NOW, **(wish | fields))


def started(house: Restaurant, *channels: str, **fields: Any) -> Campaign:
    made = draft(house, *channels, **fields)
    return campaign_start(campaign_id=made.pk, actor=STAFF, now=NOW)


def let_through(house: Restaurant, now: Any = NOW) -> int:
    return campaigns_let_through(organisation_id=house.organisation_id, now=now)


# --- Who gets it ----------------------------------------------------------------------------------


def test_everybody_is_counted_with_the_reason(house: Restaurant) -> None:
    guests_of(house, 2)
    guests_of(house, 1, email="no@example.com", has_marketing_consent=False)
    guests_of(house, 1, email=None, phone="+31612345678")
    guests_of(house, 1, email="stop@example.com")
    OptOut.objects.create(channel="email", address="stop@example.com", created_at=NOW)
    guests_of(house, 1, email="guest-0@example.com", phone="+31612345679")
    found = campaign_count(draft(house))
    assert (found.count, dict(found.by_channel)) == (2, {"email": 2})
    assert found.left_out == {
        LeftOut.NO_CONSENT: 1,
        LeftOut.NO_CHANNEL: 1,
        LeftOut.OPTED_OUT: 1,
        LeftOut.SAME_ADDRESS: 1,
    }


def test_the_first_open_channel_is_taken(house: Restaurant) -> None:
    (chatty,) = guests_of(house, 1, email=None, phone="+31612345678")
    guests_of(house, 1, email=None, phone="+31612345679")
    ContactPoint.objects.create(guest=chatty, channel="telegram", address="7", created_at=NOW)
    by_channel = campaign_count(draft(house, "telegram")).by_channel
    assert by_channel == {"telegram": 1}
    assert campaign_count(draft(house, "sms", "telegram")).by_channel == {"sms": 2}
    # A phone number alone is no consent to WhatsApp.
    assert campaign_count(draft(house, "whatsapp")).count == 0


def test_guests_of_other_organisations_are_never_reached(house: Restaurant) -> None:
    guests_of(make_restaurant(), 3)
    with pytest.raises(CampaignReachesNobody):
        started(house)
    foreign = draft(make_restaurant()).segment
    with pytest.raises(ValidationFailed):
        draft(house, segment=foreign)


def test_ten_thousand_recipients_are_fixed_in_a_constant_number_of_queries(
    house: Restaurant,
) -> None:
    guests_of(house, 3)
    few, many = draft(house), draft(house)
    with CaptureQueriesContext(connection) as for_few:
        campaign_start(campaign_id=few.pk, actor=STAFF, now=NOW)
    Guest.objects.all().delete()
    guests_of(house, 10_000)
    with CaptureQueriesContext(connection) as for_many:
        campaign_start(campaign_id=many.pk, actor=STAFF, now=NOW)
    assert CampaignRecipient.objects.filter(campaign=many).count() == 10_000
    assert len(for_many) == len(for_few) <= 8


def test_a_started_campaign_is_neither_started_again_nor_rewritten(house: Restaurant) -> None:
    guests_of(house, 2)
    made = started(house)
    with pytest.raises(CampaignUnderWay):
        campaign_start(campaign_id=made.pk, actor=STAFF, now=NOW)
    with pytest.raises(CampaignUnderWay):
        draft(house, campaign=made)
    assert CampaignRecipient.objects.count() == 2


def test_words_that_need_a_visit_are_refused(house: Restaurant) -> None:
    wording = Wording(subject="See you at {time}", text="{nothing}")
    with pytest.raises(ValidationFailed) as refusal:
        draft(house, texts={"en": wording})
    assert {error.pointer for error in refusal.value.errors} == {"/subject_en", "/text_en"}


# --- Sending --------------------------------------------------------------------------------------


def test_every_letter_has_its_words_and_the_way_out(house: Restaurant, smtp: SmtpStandIn) -> None:
    guests_of(house, 1)
    started(house)
    assert let_through(house) == 1
    assert send_due() == 1
    (letter,) = smtp.letters
    url = news_url(CampaignRecipient.objects.get())
    assert letter["Subject"] == "Asparagus, Guest"
    assert letter["List-Unsubscribe"].strip() == f"<{url}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    parts = [part for part in letter.walk() if part.get_content_type() == "text/plain"]
    payload = parts[0].get_payload(decode=True)
    assert isinstance(payload, bytes)
    body = payload.decode()
    assert "Six dishes, Guest 0!" in body
    assert url in body
    assert "Hello" not in body


def test_a_text_message_has_the_way_out_too(house: Restaurant, twilio: TwilioStandIn) -> None:
    guests_of(house, 1, email=None, phone="+31612345678")
    started(house, "sms")
    let_through(house)
    send_due()
    (sms,) = twilio.delivered
    assert news_url(CampaignRecipient.objects.get()) in sms.text


def test_the_guest_reads_their_own_language_where_it_was_written(house: Restaurant) -> None:
    guests_of(house, 1, language="ru")
    guests_of(house, 1, language="de", email="de@example.com")
    texts = {code: Wording(subject=code, text=code) for code in ("en", "ru")}
    started(house, texts=texts)
    let_through(house)
    assert sorted(Message.objects.values_list("language", flat=True)) == ["en", "ru"]


def test_the_pace_is_kept_over_all_campaigns_of_an_organisation(house: Restaurant) -> None:
    guests_of(house, 30)
    started(house)
    started(house, name="Strawberries")
    assert let_through(house) == 10, "a quarter of 40 a minute"
    assert let_through(house, NOW + timedelta(seconds=14)) == 0
    passed = sum(let_through(house, NOW + timedelta(seconds=15 * k)) for k in range(1, 4))
    assert passed == 30, "and never more than 40 in a minute"


def test_letting_through_costs_the_same_for_any_number(house: Restaurant, settings: Any) -> None:
    settings.RESERVEHUB_CAMPAIGN_PER_MINUTE = 4000
    counts = []
    for size in (2, 200):
        Guest.objects.all().delete()
        guests_of(house, size)
        started(house)
        with CaptureQueriesContext(connection) as queries:
            assert let_through(house, NOW + timedelta(minutes=size)) == size
        counts.append(len(queries))
        Campaign.objects.all().delete()
    assert counts[0] == counts[1]


def test_nobody_is_written_to_at_night(house: Restaurant, smtp: SmtpStandIn) -> None:
    guests_of(house, 1)
    started(house)
    assert let_through(house, NIGHT) == 0
    let_through(house)
    send_due(NIGHT)
    message = Message.objects.get()
    assert (message.status, smtp.letters) == (MessageStatus.WAITING, [])
    assert message.due_at == NIGHT + timedelta(hours=11), "nine in the morning"
    assert send_due(message.due_at) == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"has_marketing_consent": False}, "no_consent"),
        ({"is_blocked": True}, "blocked"),
        ({"anonymised_at": NOW}, "guest_gone"),
    ],
)
def test_consent_counts_at_the_moment_of_sending(
    house: Restaurant, smtp: SmtpStandIn, change: dict[str, Any], why: str
) -> None:
    guests_of(house, 1)
    started(house)
    let_through(house)
    Guest.objects.update(**change)
    assert send_due() == 0
    assert (Message.objects.get().status, Message.objects.get().reason) == ("dropped", why)
    assert smtp.letters == []


def test_a_worker_killed_while_letting_through_leaves_nothing_half_done(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    guests_of(house, 5)
    started(house)
    with transaction.atomic():
        assert let_through(house) == 5
        transaction.set_rollback(True)  # killed before the commit
    assert not Message.objects.exists()
    assert let_through(house) == 5
    send_due()
    assert let_through(house, NOW + timedelta(minutes=1)) == 0
    assert sorted(letter["To"] for letter in smtp.letters) == [
        f"guest-{number}@example.com" for number in range(5)
    ]


def test_a_worker_killed_while_sending_never_doubles(house: Restaurant, smtp: SmtpStandIn) -> None:
    guests_of(house, 2)
    made = started(house)
    let_through(house)
    first = Message.objects.earliest("pk")
    sending = sending_begin(message_id=first.pk, now=NOW)
    assert sending is not None
    sending.backend.send(sending.envelope)  # and then the worker dies
    campaign_pause(campaign_id=made.pk, actor=STAFF, now=NOW)
    campaign_resume(campaign_id=made.pk, actor=STAFF, now=NOW)
    later = NOW + stuck_after() + timedelta(seconds=1)
    message_unstick(message_id=first.pk, now=later)
    let_through(house, later)
    send_due(later)
    assert len(smtp.letters) == 2
    assert campaign_progress(made).uncertain == 1


def test_without_the_record_of_who_was_let_through_it_would_double(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    """The negative control: a worker that comes back without its memory writes everything again."""
    guests_of(house, 2)
    started(house)
    let_through(house)
    send_due()
    CampaignRecipient.objects.update(status="waiting", message=None, handed_over_at=None)
    Message.objects.all().delete()
    let_through(house)
    send_due()
    assert len(smtp.letters) == 4


# --- Stopping -------------------------------------------------------------------------------------


def test_a_paused_campaign_goes_on_where_it_stopped(house: Restaurant, smtp: SmtpStandIn) -> None:
    guests_of(house, 12)
    made = started(house)
    let_through(house)
    campaign_pause(campaign_id=made.pk, actor=STAFF, now=NOW)
    assert not Message.objects.exists(), "what nobody has touched is taken back"
    assert let_through(house, NOW + timedelta(minutes=1)) == 0
    campaign_resume(campaign_id=made.pk, actor=STAFF, now=NOW)
    for minute in (2, 3):
        let_through(house, NOW + timedelta(minutes=minute))
    send_due(NOW + timedelta(minutes=3))
    assert len({letter["To"] for letter in smtp.letters}) == len(smtp.letters) == 12


def test_a_cancelled_campaign_stays_so(house: Restaurant) -> None:
    guests_of(house, 12)
    made = started(house)
    let_through(house)
    campaign_cancel(campaign_id=made.pk, actor=STAFF, now=NOW)
    found = campaign_progress(made)
    assert (found.cancelled, found.waiting, found.percent) == (12, 0, 100)
    with pytest.raises(CampaignMoved):
        campaign_resume(campaign_id=made.pk, actor=STAFF, now=NOW)


def test_a_scheduled_campaign_starts_and_ends_by_itself(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    guests_of(house, 1)
    made = draft(house)
    with pytest.raises(ValidationFailed):
        campaign_schedule(campaign_id=made.pk, scheduled_at=NOW, actor=STAFF, now=NOW)
    at = NOW + timedelta(hours=1)
    campaign_schedule(campaign_id=made.pk, scheduled_at=at, actor=STAFF, now=NOW)
    assert run_campaigns() == 0
    with clock.freeze(at):
        assert run_campaigns() == 1
    send_due(at)
    with clock.freeze(at + timedelta(minutes=1)):
        run_campaigns()
    made.refresh_from_db()
    assert (made.status, made.recipients_count) == (CampaignStatus.DONE, 1)


def agreed(guest: Guest) -> bool:
    """What the book says now."""
    return Guest.objects.get(pk=guest.pk).has_marketing_consent


# --- The way out ----------------------------------------------------------------------------------


def test_the_link_asks_on_get_and_acts_on_post(house: Restaurant, client: Client) -> None:
    (guest,) = guests_of(house, 1)
    started(house)
    recipient = CampaignRecipient.objects.get()
    url = news_url(recipient)
    page = client.get(url)
    assert page.content.decode().count('<button class="btn btn-primary') == 1
    assert agreed(guest)
    # As a mailbox provider presses it: no cookie, no token of a form.
    strict = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = strict.post(url, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert not agreed(guest)
    entry = ConsentEntry.objects.get()
    assert (entry.guest, entry.is_given, entry.source) == (guest, False, "unsubscribe_link")
    assert campaign_progress(Campaign.objects.get()).unsubscribed == 1


def test_a_link_that_is_not_ours_stops_nothing(house: Restaurant, client: Client) -> None:
    guests_of(house, 2)
    started(house)
    one, other = CampaignRecipient.objects.order_by("pk")
    forged = news_url(one).replace(f"news.{one.pk}.", f"news.{other.pk}.")
    for url in (forged, news_url(one)[:-2] + "x/", "/u/news.1/", "/u/news.999999999.x/"):
        assert client.post(url).status_code == 404
    assert Guest.objects.filter(has_marketing_consent=True).count() == 2


# --- What came of it ------------------------------------------------------------------------------


def test_bookings_afterwards_are_counted_and_nothing_else_is_claimed(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    reservation = book(house)
    Guest.objects.update(has_marketing_consent=True)
    made = started(house)
    let_through(house)
    send_due()
    assert campaign_booked_afterwards(made).bookings == 0, "booked before"
    assert Message.objects.get(kind=Kind.CAMPAIGN).channels == [ChannelName.EMAIL]
    book(house, now=NOW + timedelta(hours=1), date=reservation.service_date + timedelta(days=7))
    book(house, now=NOW + timedelta(days=15), date=reservation.service_date + timedelta(days=21))
    found = campaign_booked_afterwards(made)
    assert (found.bookings, found.guests) == (1, 1)
