"""Writing the book. Keyword-only; `now` and `actor` are passed in; refusals are the errors of
`bookings.errors`.
"""

from bookings.services.answers import (
    reservation_approve,
    reservation_decline,
    reservation_expire,
)
from bookings.services.bills import reservation_bill_set
from bookings.services.cleaning import table_clean
from bookings.services.create import reservation_create
from bookings.services.deposits.by_hand import (
    reservation_deposit_ask,
    reservation_deposit_withdraw,
)
from bookings.services.deposits.deciding import (
    fee_available,
    reservation_deposit_refund,
    reservation_deposit_waive,
    reservation_fee_charge,
)
from bookings.services.deposits.links import (
    reservation_payment_ask,
    reservation_payment_extend,
)
from bookings.services.deposits.settling import reservation_payment_settle
from bookings.services.details import (
    reservation_eta_set,
    reservation_extend,
    reservation_party_set,
)
from bookings.services.holds import hold_create, hold_extend, hold_release, holds_tidy
from bookings.services.modify import reservation_modify
from bookings.services.no_shows import reservation_no_show, reservation_no_show_if_due
from bookings.services.notices import (
    reservation_cancel,
    reservation_reconfirm,
    reservation_running_late,
)
from bookings.services.optimisation import Optimisation, service_optimise
from bookings.services.overruns import stay_extend, stays_extend
from bookings.services.possible import PossibleSeat, tables_possible
from bookings.services.ready import reservation_table_ready
from bookings.services.reminders import reservation_reminded
from bookings.services.requests import Booked, BookingRequest, Changes, Held, Start
from bookings.services.rezoning import reservations_rederive
from bookings.services.swapping import reservations_swap
from bookings.services.tables import (
    reservation_assign_tables,
    reservation_auto_assign,
    table_block,
    table_unblock,
)
from bookings.services.visits import (
    reservation_arrive,
    reservation_complete,
    reservation_partly_seat,
    reservation_seat,
    reservation_undo,
)
from bookings.services.walkin_party import service_date_now
from bookings.services.walkins import walk_in_create

__all__ = [
    "Booked",
    "BookingRequest",
    "Changes",
    "Held",
    "Optimisation",
    "PossibleSeat",
    "Start",
    "fee_available",
    "hold_create",
    "hold_extend",
    "hold_release",
    "holds_tidy",
    "reservation_approve",
    "reservation_arrive",
    "reservation_assign_tables",
    "reservation_auto_assign",
    "reservation_bill_set",
    "reservation_cancel",
    "reservation_complete",
    "reservation_create",
    "reservation_decline",
    "reservation_deposit_ask",
    "reservation_deposit_refund",
    "reservation_deposit_waive",
    "reservation_deposit_withdraw",
    "reservation_eta_set",
    "reservation_expire",
    "reservation_extend",
    "reservation_fee_charge",
    "reservation_modify",
    "reservation_no_show",
    "reservation_no_show_if_due",
    "reservation_partly_seat",
    "reservation_party_set",
    "reservation_payment_ask",
    "reservation_payment_extend",
    "reservation_payment_settle",
    "reservation_reconfirm",
    "reservation_reminded",
    "reservation_running_late",
    "reservation_seat",
    "reservation_table_ready",
    "reservation_undo",
    "reservations_rederive",
    "reservations_swap",
    "service_date_now",
    "service_optimise",
    "stay_extend",
    "stays_extend",
    "table_block",
    "table_clean",
    "table_unblock",
    "tables_possible",
    "walk_in_create",
]
