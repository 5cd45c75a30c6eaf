"""Bodies of the booking API: what is read (strict) and what is answered."""

from bookings.api.serializers.availability import (
    AlternativeSerializer,
    AvailabilitySerializer,
    OpeningDaySerializer,
    OpeningHoursSerializer,
    OpeningSerializer,
    PlaceSerializer,
    SlotAreaSerializer,
    SlotSerializer,
)
from bookings.api.serializers.bodies import (
    MAX_PARTY,
    GuestWishesSerializer,
    LookupSerializer,
    ReservationCreateSerializer,
    ReservationModifySerializer,
    StaffReservationCreateSerializer,
    StartSerializer,
)
from bookings.api.serializers.holds import HoldCreateSerializer, HoldSerializer
from bookings.api.serializers.optimisation import (
    MoveSerializer,
    OptimisationSerializer,
    OptimiseSerializer,
)
from bookings.api.serializers.references import AreaRefField, RestaurantRefField
from bookings.api.serializers.reservations import (
    BookedTableSerializer,
    CreatedReservationSerializer,
    ReservationSerializer,
    SlotProblemSerializer,
    StaffReservationSerializer,
)
from bookings.api.serializers.steps import (
    ArrivalSerializer,
    AssignTablesSerializer,
    ReasonSerializer,
    VersionSerializer,
)

__all__ = [
    "MAX_PARTY",
    "AlternativeSerializer",
    "AreaRefField",
    "ArrivalSerializer",
    "AssignTablesSerializer",
    "AvailabilitySerializer",
    "BookedTableSerializer",
    "CreatedReservationSerializer",
    "GuestWishesSerializer",
    "HoldCreateSerializer",
    "HoldSerializer",
    "LookupSerializer",
    "MoveSerializer",
    "OpeningDaySerializer",
    "OpeningHoursSerializer",
    "OpeningSerializer",
    "OptimisationSerializer",
    "OptimiseSerializer",
    "PlaceSerializer",
    "ReasonSerializer",
    "ReservationCreateSerializer",
    "ReservationModifySerializer",
    "ReservationSerializer",
    "RestaurantRefField",
    "SlotAreaSerializer",
    "SlotProblemSerializer",
    "SlotSerializer",
    "StaffReservationCreateSerializer",
    "StaffReservationSerializer",
    "StartSerializer",
    "VersionSerializer",
]
