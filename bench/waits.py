"""How good the quoted waits are: ``python -m bench waits``.

Plays evenings (`bench.waits_world`) and compares what each party that really had to wait was told
with when it sat down: the product's quote, "five minutes per party ahead", and a host's rule of
thumb. ``--tune`` looks for the share of evenings that a promise must hold in, on other evenings
than those that are reported.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.waits_world import PLACES, Moment, Party, Place, evening
from waitlist.prediction import quote_of
from waitlist.prediction.quote import GRACE, KEPT_SHARE, STEP
from waitlist.prediction.simulate import outlook
from waitlist.prediction.turns import Daypart

TRAIN, TEST = 10_000, 0
"""First seeds: evenings to tune with are never those to report."""
TUNED = (0.94, 0.95, 0.955, 0.96, 0.965, 0.97, 0.975, 0.98)


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


def told(moment: Moment, party: Party, shares: Sequence[float] = (KEPT_SHARE,)) -> dict[str, float]:
    return {
        **product(moment, party, shares),
        "naive": naive(moment, party),
        "thumb": rule_of_thumb(moment, party),
    }


def played(
    place: Place, *, first: int, evenings: int, shares: Sequence[float] = (KEPT_SHARE,)
) -> list[Party]:
    found: list[Party] = []
    for seed in range(first, first + evenings):
        found += evening(place, seed=seed, quoting=lambda m, p: told(m, p, shares))
    return found


def tune(evenings: int) -> None:
    """The promise's share on the evenings to tune with."""
    parties = [
        p for place in PLACES for p in played(place, first=TRAIN, evenings=evenings, shares=TUNED)
    ]
    print(f"{'held in so many evenings':34} parties     kept over-quote")
    for share in TUNED:
        print(score(parties, f"high {share}", "middle").line(str(share)))


def report(evenings: int) -> None:
    print(f"{'':34} parties     kept over-quote  mean err  within 5")
    every: list[Party] = []
    for place in PLACES:
        parties = played(place, first=TEST, evenings=evenings)
        every += parties
        waits = sorted(one.waited for one in parties)
        print(f"{place.name}: {evenings} evenings, median wait {waits[len(waits) // 2]:.0f} min")
        _lines(parties)
    print("all")
    _lines(every)


def _lines(parties: Sequence[Party]) -> None:
    print(score(parties, f"high {KEPT_SHARE}", "middle").line("  simulated, learned"))
    print(score(parties, "thumb", "thumb").line("  host's rule of thumb"))
    print(score(parties, "naive", "naive").line("  5 minutes per party ahead"))


def speed() -> None:
    """One quote of a house of 60 tables with 20 parties in its queue."""
    taken: list[float] = []

    def quoting(moment: Moment, party: Party) -> dict[str, float]:
        if len(moment.queue) == 20:
            for _ in range(5):
                began = time.perf_counter()
                product(moment, party)
                taken.append((time.perf_counter() - began) * 1000)
        return {}

    for seed in range(8):
        evening(PLACES[-1], seed=seed, quoting=quoting)
    if taken:
        taken.sort()
        print(
            f"one quote, 60 tables, 20 in the queue: median {taken[len(taken) // 2]:.1f} ms, "
            f"p95 {taken[int(len(taken) * 0.95)]:.1f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench waits")
    parser.add_argument("--evenings", type=int, default=20, help="of each house")
    parser.add_argument("--tune", action="store_true")
    options = parser.parse_args()
    if options.tune:
        tune(options.evenings)
    else:
        report(options.evenings)
        speed()


if __name__ == "__main__":
    main()
