"""The restaurants of the demo."""

from __future__ import annotations

from demo.houses.bella_vista import BELLA_VISTA
from demo.houses.blueprint import House
from demo.houses.dym import DYM
from demo.houses.neighbourhoods import houses as neighbours
from demo.houses.night_owl import NIGHT_OWL
from demo.houses.table_mesa import TABLE_MESA

LIVELY: tuple[House, ...] = (BELLA_VISTA, NIGHT_OWL, DYM, TABLE_MESA)
"""Made by hand, with a day that is played in detail."""

NEIGHBOURS: tuple[House, ...] = tuple(neighbours())
"""Generated, with a few bookings each."""

HOUSES = (*LIVELY, *NEIGHBOURS)

__all__ = ["HOUSES", "LIVELY", "NEIGHBOURS", "House"]
