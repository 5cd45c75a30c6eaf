"""How good the quoted waits are: ``python -m bench waits``.

Plays evenings (`bench.waits_world`) and compares what each party that really had to wait was told
with when it sat down: the product's quote, "five minutes per party ahead", and a host's rule of
thumb; then what knowing the true stays would add, and what stays of another kind cost. ``--tune``
looks for the share of evenings that a promise must hold in, on other evenings than those that are
reported.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.waits_world import PLACES, Moment, Party, Place, Stays, all_knowing, evening
from waitlist.prediction import quote_of
from waitlist.prediction.quote import GRACE, KEPT_SHARE, STEP
from waitlist.prediction.simulate import outlook
from waitlist.prediction.turns import Daypart

TRAIN, TEST = 10_000, 0
"""First seeds: evenings to tune with are never those to report."""
TUNED = (0.93, 0.94, 0.95, 0.96, 0.97, 0.98)
AVERAGE = 2
"""The house of 40 tables."""
QUEUE = 20


@dataclass(frozen=True)
class Score:
    """What a way of quoting is worth, over parties that had to wait."""

    parties: int
    kept: float
    over: float
    error: float
    within: float

    def line(self, name: str) -> str:
        return (
            f"{name:34} {self.parties:6} {self.kept:8.1%} {self.over:9.1f} "
            f"{self.error:9.1f} {self.within:9.1%}"
        )


def score(parties: Sequence[Party], promise: str, middle: str) -> Score:
    """Kept: seated not later than the promise and five minutes. Over-quote: how much sooner than
    promised, 0 for those who sat later. Error and share within five minutes are the middle's.
    """
    count = max(len(parties), 1)
    errors = [abs(one.told[middle] - one.waited) for one in parties]
    return Score(
        len(parties),
        sum(one.waited <= one.told[promise] + GRACE for one in parties) / count,
        sum(max(one.told[promise] - one.waited, 0.0) for one in parties) / count,
        sum(errors) / count,
        sum(one <= 5.0 for one in errors) / count,
    )


def product(
    moment: Moment, party: Party, shares: Sequence[float] = (KEPT_SHARE,)
) -> dict[str, float]:
    """What the product says; under several promises when it is tuned."""
    queue = [moment.waiting(one.size) for one in moment.queue]
    _, (waits,) = outlook(moment.house(), queue, [moment.waiting(party.size)])
    quotes = {share: quote_of(waits, kept_share=share) for share in shares}
    told = {f"high {share}": float(quote.high) for share, quote in quotes.items()}
    return told | {"middle": float(quotes[shares[0]].middle)}


def naive(_moment: Moment, party: Party) -> float:
    """Five minutes for each party ahead, and for this one."""
    return 5.0 * (party.ahead + 1)


def rule_of_thumb(moment: Moment, party: Party) -> float:
    """Looks who sits at suitable tables, expects each to stay as usual, counts off one table for
    everybody ahead who wants the same, and rounds up.
    """
    suits = {seat.tables[0] for seat in moment.place.seats_for(party.size)}
    ends = sorted(
        max(moment.turns.stay(size, Daypart.EVENING).mean - (moment.now - since), 5.0) + 5.0
        for table, (since, size) in moment.busy.items()
        if table in suits
    ) or [60.0]
    rivals = [
        one
        for one in moment.queue
        if suits & {seat.tables[0] for seat in moment.place.seats_for(one.size)}
    ]
    rounds, place = divmod(len(rivals), len(ends))
    return STEP * math.ceil((ends[place] + rounds * 60.0) / STEP)


Told = Callable[[Moment, Party], dict[str, float]]


def everything(moment: Moment, party: Party) -> dict[str, float]:
    return {
        **product(moment, party),
        "naive": naive(moment, party),
        "thumb": rule_of_thumb(moment, party),
    }


def beside_all_knowing(moment: Moment, party: Party) -> dict[str, float]:
    """What is told, and what whoever knows the true stays would have."""
    known = product(replace(moment, turns=all_knowing()), party)
    return everything(moment, party) | {f"known {name}": told for name, told in known.items()}


def played(
    place: Place, told: Told, *, first: int, evenings: int, stays: Stays = Stays.LOGNORMAL
) -> list[Party]:
    found: list[Party] = []
    for seed in range(first, first + evenings):
        found += evening(place, seed=seed, quoting=told, stays=stays)
    return found


def tune(evenings: int) -> None:
    """The promise's share on the evenings to tune with."""

    def told(moment: Moment, party: Party) -> dict[str, float]:
        return product(moment, party, TUNED)

    parties = [
        party for place in PLACES for party in played(place, told, first=TRAIN, evenings=evenings)
    ]
    print(f"{'held in so many evenings':34} parties     kept over-quote  mean err  within 5")
    for share in TUNED:
        print(score(parties, f"high {share}", "middle").line(str(share)))


def report(evenings: int) -> None:
    """Every house as it is, then the one of 40 tables under what the predictor gets wrong."""
    print(f"{'':34} parties     kept over-quote  mean err  within 5")
    every: list[Party] = []
    for place in PLACES:
        parties = played(place, everything, first=TEST, evenings=evenings)
        every += parties
        _heading(f"{place.name}: {evenings} evenings", parties)
        _lines(parties)
    _heading("all", every)
    _lines(every)
    place = PLACES[AVERAGE]
    parties = played(place, beside_all_knowing, first=TEST, evenings=evenings)
    print(f"{place.name}, once more")
    print(
        score(parties, f"known high {KEPT_SHARE}", "known middle").line("  knowing the true stays")
    )
    for stays in (Stays.GAMMA, Stays.SLOW):
        parties = played(place, everything, first=TEST, evenings=evenings, stays=stays)
        print(score(parties, f"high {KEPT_SHARE}", "middle").line(f"  {stays} stays"))


def _heading(name: str, parties: Sequence[Party]) -> None:
    waits = sorted(party.waited for party in parties)
    count = max(len(waits), 1)
    over_30, over_40 = (sum(wait > limit for wait in waits) / count for limit in (30, 40))
    print(
        f"{name}; mean wait {sum(waits) / count:.0f} min, "
        f"over 30 {over_30:.0%}, over 40 {over_40:.0%}"
    )


def _lines(parties: Sequence[Party]) -> None:
    print(score(parties, f"high {KEPT_SHARE}", "middle").line("  simulated, learned"))
    print(score(parties, "thumb", "thumb").line("  host's rule of thumb"))
    print(score(parties, "naive", "naive").line("  5 minutes per party ahead"))


def speed(place: Place) -> None:
    """One quote with 20 parties in the queue, in processor time: others share the machine."""
    taken: list[float] = []

    def told(moment: Moment, party: Party) -> dict[str, float]:
        if len(moment.queue) == QUEUE:
            for _ in range(5):
                began = time.process_time()
                product(moment, party)
                taken.append((time.process_time() - began) * 1000)
        return {}

    for seed in range(12):
        evening(place, seed=seed, quoting=told)
    taken.sort()
    if taken:
        print(
            f"one quote, {place.name}, {QUEUE} in the queue, of {len(taken)}: "
            f"median {taken[len(taken) // 2]:.1f} ms, p95 {taken[int(len(taken) * 0.95)]:.1f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench waits")
    parser.add_argument("--evenings", type=int, default=20, help="of each house")
    parser.add_argument("--tune", action="store_true")
    options = parser.parse_args()
    if options.tune:
        tune(options.evenings)
        return
    report(options.evenings)
    for place in PLACES[AVERAGE:]:
        speed(place)


if __name__ == "__main__":
    main()
