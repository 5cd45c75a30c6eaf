"""The list of restaurants (requirement D2, its simple beginning)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from bookings.forms import SearchForm
from bookings.presenters.profile import card_of
from restaurants.models import Restaurant
from restaurants.selectors import restaurants_public

PER_PAGE = 12


@dataclass(frozen=True)
class Pages:
    is_paged: bool
    text: str
    previous_url: str
    next_url: str


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Public restaurants by name, city or cuisine; two queries."""
    form = SearchForm(request.GET)
    query = " ".join(str(form.value("q")).replace("\x00", "").split())
    found = _search(query).order_by("-is_featured", "name", "id")
    page = Paginator(found, PER_PAGE).get_page(form.value("page"))
    context = {
        "query": query,
        "heading": _heading(query, page.paginator.count),
        "cards": [card_of(restaurant) for restaurant in page.object_list],
        "pages": _pages(page, query),
    }
    return render(request, "pages/home.html", context)


def _search(query: str) -> QuerySet[Restaurant]:
    """Every word must occur in the name, the city or the cuisine."""
    found = restaurants_public()
    for word in query.split():
        found = found.filter(
            Q(name__icontains=word) | Q(city__icontains=word) | Q(cuisine__icontains=word)
        )
    return found


def _heading(query: str, count: int) -> str:
    if not query:
        return _("Where would you like to eat?")
    return ngettext("%(count)s restaurant", "%(count)s restaurants", count) % {"count": count}


def _pages(page: Page[Restaurant], query: str) -> Pages:
    def url(number: int) -> str:
        parts = {"q": query, "page": str(number)} if query else {"page": str(number)}
        return f"{reverse('bookings:home')}?{urlencode(parts)}"

    return Pages(
        is_paged=page.paginator.num_pages > 1,
        text=_("Page %(page)s of %(pages)s")
        % {"page": page.number, "pages": page.paginator.num_pages},
        previous_url=url(page.previous_page_number()) if page.has_previous() else "",
        next_url=url(page.next_page_number()) if page.has_next() else "",
    )
