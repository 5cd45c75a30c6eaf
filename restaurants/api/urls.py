"""Addresses under `/api/v1/`: restaurants and their configuration."""

from __future__ import annotations

from django.urls import URLPattern, path

from reservehub.core.api.views import ApiView
from restaurants.api import floor, views
from restaurants.api import resources as r

_ONE = "restaurants/<slug:restaurant>"
_PLAN = f"{_ONE}/floor-plans/<int:pk>"


def _pair(name: str, collection: type[ApiView], item: type[ApiView]) -> list[URLPattern]:
    return [
        path(f"{_ONE}/{name}", collection.as_view(), name=name),
        path(f"{_ONE}/{name}/<int:pk>", item.as_view(), name=f"{name}-item"),
    ]


urlpatterns: list[URLPattern] = [
    path("auth/me", views.MeView.as_view(), name="me"),
    path("restaurants", views.RestaurantsView.as_view(), name="restaurants"),
    path(_ONE, views.RestaurantView.as_view(), name="restaurant"),
    path(f"{_ONE}/settings", views.SettingsView.as_view(), name="settings"),
    path(f"{_ONE}/audit", views.AuditView.as_view(), name="audit"),
    *_pair("areas", r.Areas, r.AreaItem),
    *_pair("tables", r.Tables, r.TableItem),
    *_pair("combinations", r.Combinations, r.CombinationItem),
    *_pair("floor-plans", floor.FloorPlans, floor.FloorPlanItem),
    path(f"{_PLAN}/placements", floor.PlacementsView.as_view(), name="floor-plan-placements"),
    path(f"{_PLAN}/draft", floor.DraftView.as_view(), name="floor-plan-draft"),
    path(f"{_PLAN}/publish", floor.PublishView.as_view(), name="floor-plan-publish"),
    *_pair("service-periods", r.ServicePeriods, r.ServicePeriodItem),
    *_pair("special-days", r.SpecialDays, r.SpecialDayItem),
    *_pair("slot-overrides", r.SlotOverrides, r.SlotOverrideItem),
    *_pair("turn-times", r.TurnTimes, r.TurnTimeItem),
    *_pair("table-access", r.TableAccesses, r.TableAccessItem),
]
