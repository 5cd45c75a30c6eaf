"""Addresses under `/api/v1/`: availability, holds, reservations."""

from __future__ import annotations

from django.urls import URLPattern, path

from bookings.api import (
    availability,
    book,
    floor,
    history,
    holds,
    money,
    optimise,
    reservations,
    staff,
    stand,
)

_PLACE = "restaurants/<slug:restaurant>"
_ONE = "reservations/<int:reservation_id>"

urlpatterns: list[URLPattern] = [
    path(f"{_PLACE}/availability", availability.AvailabilityView.as_view(), name="availability"),
    path("reservations", reservations.ReservationsView.as_view(), name="reservations"),
    path(f"{_PLACE}/opening-hours", book.OpeningHoursView.as_view(), name="opening-hours"),
    path(
        f"{_PLACE}/reservations",
        book.RestaurantReservationsView.as_view(),
        name="restaurant-reservations",
    ),
    path(f"{_PLACE}/floor-plan", floor.FloorPlanStateView.as_view(), name="floor-plan"),
    path("tables/<int:table_id>/status", floor.TableStatusView.as_view(), name="table-status"),
    path(f"{_PLACE}/walk-ins", stand.WalkInsView.as_view(), name="walk-ins"),
    path(f"{_PLACE}/table-blocks", stand.TableBlocksView.as_view(), name="table-blocks"),
    path(
        f"{_PLACE}/table-blocks/<int:block_id>",
        stand.TableBlockView.as_view(),
        name="table-block",
    ),
    path(f"{_PLACE}/optimise", optimise.OptimiseView.as_view(), name="optimise"),
    path("guests/<int:guest_id>/history", history.GuestHistoryView.as_view(), name="guest-history"),
    path("holds", holds.HoldsView.as_view(), name="holds"),
    path("holds/<str:token>", holds.HoldView.as_view(), name="hold"),
    path("holds/<str:token>/extend", holds.HoldExtendView.as_view(), name="hold-extend"),
    path("reservations/lookup", reservations.LookupView.as_view(), name="lookup"),
    path(_ONE, reservations.ReservationView.as_view(), name="reservation"),
    path(f"{_ONE}/modify", reservations.ReservationModifyView.as_view(), name="modify"),
    path(f"{_ONE}/cancel", reservations.ReservationCancelView.as_view(), name="cancel"),
    path(f"{_ONE}/confirm", reservations.ReservationConfirmView.as_view(), name="confirm"),
    path(f"{_ONE}/payment", money.PaymentView.as_view(), name="payment"),
    path(f"{_ONE}/payment/refunds", money.RefundsView.as_view(), name="payment-refunds"),
    path(f"{_ONE}/payment/fee", money.FeeView.as_view(), name="payment-fee"),
    path(f"{_ONE}/payment/deposit", money.DepositView.as_view(), name="payment-deposit"),
    path(f"{_ONE}/payment/withdraw", money.WithdrawView.as_view(), name="payment-withdraw"),
    path(f"{_ONE}/payment/waive", money.WaiveView.as_view(), name="payment-waive"),
    path(f"{_ONE}/bill", staff.BillView.as_view(), name="bill"),
    path(f"{_ONE}/approve", staff.ApproveView.as_view(), name="approve"),
    path(f"{_ONE}/decline", staff.DeclineView.as_view(), name="decline"),
    path(f"{_ONE}/check-in", staff.CheckInView.as_view(), name="check-in"),
    path(f"{_ONE}/table-ready", staff.TableReadyView.as_view(), name="table-ready"),
    path(f"{_ONE}/seat", staff.SeatView.as_view(), name="seat"),
    path(f"{_ONE}/partly-seat", staff.PartlySeatView.as_view(), name="partly-seat"),
    path(f"{_ONE}/party", staff.PartyView.as_view(), name="party"),
    path(f"{_ONE}/eta", staff.EtaView.as_view(), name="eta"),
    path(f"{_ONE}/extend", staff.ExtendView.as_view(), name="extend"),
    path(f"{_ONE}/swap", stand.SwapView.as_view(), name="swap"),
    path(f"{_ONE}/possible-tables", stand.PossibleTablesView.as_view(), name="possible-tables"),
    path(f"{_ONE}/complete", staff.CompleteView.as_view(), name="complete"),
    path(f"{_ONE}/no-show", staff.NoShowView.as_view(), name="no-show"),
    path(f"{_ONE}/undo", staff.UndoView.as_view(), name="undo"),
    path(f"{_ONE}/assign-tables", staff.AssignTablesView.as_view(), name="assign-tables"),
]
