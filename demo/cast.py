"""The guests: invented people whose numbers belong to nobody. Pure and deterministic.

Phones come from ranges kept for films (Berlin 030 23125, New York 555-01), from machines (+31 970)
and from an area code that is not in use (+7 944).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from restaurants.slugs import transliterate

REGULARS = 15
"""The first of a cast come often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A guest as the book knows them. At least one of phone and e-mail is set."""

    name: str
    phone: str
    email: str
    language: str
    is_vip: bool = False
    is_blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """People who share a language: their names, how their phones begin, and what they ask for."""

    language: str
    first: str
    last: str
    phone: str
    requests: tuple[str, ...]


DUTCH = Tongue(
    language="nl",
    first="Anouk Bram Daan Eva Femke Gijs Isa Jasper Lotte Maarten Noor Ruben Sanne Thijs Tess",
    last="Bakker,de Boer,van Dijk,Hendriks,Jansen,Kuipers,Mulder,van Leeuwen,Postma,Vos",
    phone="+31970000{:05d}",
    requests=(
        "Graag een rustige tafel, mijn moeder hoort niet zo goed.",
        "We komen met een kinderwagen.",
        "Graag een tafeltje aan het raam als dat kan.",
        "Een van ons zit in een rolstoel.",
    ),
)
GERMAN = Tongue(
    language="de",
    first="Anja Felix Greta Hannes Jonas Katrin Lena Matthias Nele Paula Sebastian Ulrike",
    last="Albrecht,Becker,Fuchs,Hartmann,Keller,Lorenz,Neumann,Schubert,Vogel,Winkler",
    phone="+4930231255{:02d}",
    requests=(
        "Bitte ein ruhiger Platz, wir haben viel zu besprechen.",
        "Wir bringen einen kleinen Hund mit.",
        "Gern draußen, wenn das Wetter hält.",
    ),
)
ENGLISH = Tongue(
    language="en",
    first="Alice Ben Chloe Daniel Emma Freya George Harriet Imogen Jack Leah Oscar Priya Tom Zoe",
    last="Ashworth,Barlow,Carter,Dawson,Fielding,Hughes,Marlow,Okafor,Patel,Whitaker",
    phone="+4930231256{:02d}",
    requests=(
        "First anniversary, could we have somewhere cosy?",
        "We have theatre tickets at nine, so please help us to be quick.",
        "A high chair for a one-year-old, please.",
        "Could we sit away from the door?",
        "Surprise birthday: please don't mention the cake before dessert!",
    ),
)
ITALIAN = Tongue(
    language="it",
    first="Chiara Davide Elisa Fabio Giulia Lorenzo Marta Nicola",
    last="Bellini,Conti,De Santis,Fontana,Gallo,Marchetti,Rinaldi,Serra",
    phone="+31970001{:05d}",
    requests=("Un tavolo tranquillo, per favore.", "Veniamo con due bambini piccoli."),
)
FRENCH = Tongue(
    language="fr",
    first="Amélie Baptiste Camille Élodie Hugo Léa Mathieu Solène",
    last="Blanchard,Carpentier,Dumont,Fournier,Lambert,Moreau,Renaud,Vidal",
    phone="+31970002{:05d}",
    requests=("Une table près de la fenêtre si possible.", "L'un de nous est végétarien."),
)
RUSSIAN = Tongue(
    language="ru",
    first="Алёна Борис Вера Глеб Дарья Егор Жанна Илья Кира Лев Марина Никита Ольга Павел Юлия",
    last="Белозор,Вешняк,Громко,Дорошко,Журавко,Кравчук,Лисенко,Марченко,Руденко,Шевчик",
    phone="+794400000{:02d}",
    requests=(
        "Если можно, диван у камина.",
        "Нам некрепкий кальян, без табака.",
        "День рождения подруги, принесём свой торт.",
        "Комнату с приставкой, пожалуйста.",
        "Приедем с ребёнком на час, потом няня заберёт.",
    ),
)
AMERICAN = Tongue(
    language="en",
    first="Aaliyah Brandon Caleb Diana Eric Hailey Jordan Kayla Logan Maya Nathan Riley Tyler Zara",
    last="Abrams,Brooks,Coleman,Delgado,Foster,Greene,Jenkins,Morales,Sullivan,Whitfield",
    phone="+191755501{:02d}",
    requests=(
        "Booth if possible, we're a loud bunch.",
        "One stroller, and one grandpa who needs a chair with arms.",
        "It's her promotion dinner!",
        "Counter seats are great too.",
    ),
)
SPANISH = Tongue(
    language="es",
    first="Alejandra Camila Diego Lucía Mateo Rafael Sofía Valentina",
    last="Aguilar,Cárdenas,Herrera,Ibarra,Medina,Ortega,Salazar,Vega",
    phone="+164655501{:02d}",
    requests=("Mesa para celebrar un cumpleaños.", "Sin cacahuates, por favor: alergia fuerte."),
)

CASTS: Mapping[str, tuple[tuple[Tongue, int], ...]] = {
    "europe": ((DUTCH, 60), (GERMAN, 40), (ENGLISH, 36), (ITALIAN, 18), (FRENCH, 18)),
    "russia": ((RUSSIAN, 98), (ENGLISH, 12)),
    "america": ((AMERICAN, 96), (SPANISH, 44)),
}
BLOCK_REASONS: Mapping[str, str] = {
    "europe": "Two unpaid bills and a broken mirror; speak to Olivia before seating.",
    "russia": "Дважды ушёл не заплатив; перед посадкой позвать управляющего.",
    "america": "Shouted at the hosts in March; ask the manager before seating.",
}


@cache
def people_of(cast: str) -> tuple[Person, ...]:
    """Everybody who may come to a restaurant; the last one is blocked."""
    chance = random.Random(f"cast:{cast}")  # noqa: S311 - the same people every time
    people = [
        person for tongue, count in CASTS[cast] for person in _speakers(tongue, count, chance)
    ]
    chance.shuffle(people)
    blocked = people.pop(next(n for n, person in enumerate(people) if person.phone))
    return (
        *(_with(person, is_vip=number in (2, 5, 11)) for number, person in enumerate(people)),
        _with(blocked, is_blocked=True),
    )


def requests_of(cast: str) -> Mapping[str, tuple[str, ...]]:
    """What guests write, by their language."""
    found: dict[str, tuple[str, ...]] = {}
    for tongue, _count in CASTS[cast]:
        found[tongue.language] = (*found.get(tongue.language, ()), *tongue.requests)
    return found


def _speakers(tongue: Tongue, count: int, chance: random.Random) -> list[Person]:
    names = [f"{first} {last}" for first in tongue.first.split() for last in tongue.last.split(",")]
    return [
        _person(tongue, name, number, has_phone=chance.random() < 0.85)
        for number, name in enumerate(chance.sample(names, count))
    ]


def _person(tongue: Tongue, name: str, number: int, *, has_phone: bool) -> Person:
    plain = "".join(c for c in transliterate(name).lower().replace(" ", ".") if c.isascii())
    return Person(
        name=name,
        phone=tongue.phone.format(number) if has_phone else "",
        email="" if has_phone and number % 5 == 4 else f"{plain}@example.com",
        language=tongue.language,
    )


def _with(person: Person, *, is_vip: bool = False, is_blocked: bool = False) -> Person:
    return Person(
        name=person.name,
        phone=person.phone,
        email=person.email,
        language=person.language,
        is_vip=is_vip,
        is_blocked=is_blocked,
    )
