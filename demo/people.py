"""Who can log in, and what they see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import User
from reservehub.local.demo import DEMO_ADDRESSES, DEMO_PASSWORD
from restaurants.models import Membership, Organisation, Restaurant, Role

ADMIN, OWNER, MANAGER, HOST, CUSTOMER = DEMO_ADDRESSES

NAMES = {
    ADMIN: "Platform Admin",
    OWNER: "Olivia Bakker",
    MANAGER: "Matteo Ferri",
    HOST: "Hanna Visser",
    CUSTOMER: "Robin de Wit",
}


@dataclass(frozen=True)
class Job:
    """A role in one restaurant, or in all of an organisation."""

    email: str
    role: str
    organisation: str
    slug: str = ""


JOBS = (
    Job(OWNER, Role.OWNER, "Vista Hospitality"),
    Job(OWNER, Role.OWNER, "Дым и Ко"),
    Job(OWNER, Role.OWNER, "Mesa Group"),
    Job(OWNER, Role.OWNER, "Grachten Tables"),
    Job(MANAGER, Role.MANAGER, "Vista Hospitality", "bella-vista"),
    Job(MANAGER, Role.MANAGER, "Vista Hospitality", "night-owl"),
    Job(MANAGER, Role.MANAGER, "Mesa Group", "table-mesa"),
    Job(HOST, Role.HOST, "Vista Hospitality", "bella-vista"),
    Job(HOST, Role.HOST, "Дым и Ко", "kalyannaya-dym"),
)


def people_create() -> dict[str, User]:
    """The log-ins by e-mail; those that exist are left as they are."""
    found = {user.email: user for user in User.objects.filter(email__in=NAMES)}
    if len(found) == len(NAMES):
        return found
    staff = {job.email for job in JOBS} | {ADMIN}
    hashed = make_password(DEMO_PASSWORD)  # once: hashing is slow on purpose
    new = [
        User(
            email=email,
            name=name,
            password=hashed,
            is_staff=email in staff,
            is_superuser=email == ADMIN,
        )
        for email, name in NAMES.items()
        if email not in found
    ]
    User.objects.bulk_create(new)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in new],
        ignore_conflicts=True,
    )
    return found | {user.email: user for user in new}


def jobs_create(
    people: Mapping[str, User],
    organisations: Mapping[str, Organisation],
    restaurants: Mapping[str, Restaurant],
) -> None:
    """Who works where."""
    Membership.objects.bulk_create(
        [
            Membership(
                user=people[job.email],
                organisation=organisations[job.organisation],
                restaurant=restaurants[job.slug] if job.slug else None,
                role=job.role,
            )
            for job in JOBS
        ],
        ignore_conflicts=True,
    )
