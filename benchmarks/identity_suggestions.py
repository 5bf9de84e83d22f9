"""CPU and wall seconds to suggest people for unknown addresses.

    python -m benchmarks.identity_suggestions --people 100000 --unknown 3000

Half of the unknown addresses spell the name of somebody with a letter changed, a quarter has the
address of somebody at another domain, a quarter is like nobody's.
"""

from __future__ import annotations

import argparse
import random
import string
import time

from etl.people.suggestions import Known, Unknown, suggest


def made_up(draw: random.Random, shortest: int, longest: int) -> str:
    return "".join(
        draw.choices(string.ascii_lowercase, k=draw.randint(shortest, longest))
    ).capitalize()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--unknown", type=int, default=3_000)
    given = parser.parse_args()
    draw = random.Random(1)
    firsts, lasts = ([made_up(draw, 3, 8) for _ in range(count)] for count in (2_000, 30_000))
    people = [(f"p{n}", f"{draw.choice(firsts)} {draw.choice(lasts)}") for n in range(given.people)]
    addresses = [
        (person, "email", f"{name.replace(' ', '.').lower()}{person}@example.com")
        for person, name in people
    ]
    unknown = []
    for n, (person, name) in enumerate(draw.sample(people, given.unknown)):
        local = name.replace(" ", ".").lower()
        spelled = (f"{local[:-1]}x", f"{local}{person}", f"{local[:-2]}", made_up(draw, 9, 14))
        unknown.append(Unknown("email", f"{spelled[n % 4]}@other.example"))
    began, used = time.perf_counter(), time.process_time()
    known = Known.read(people, addresses)
    indexed, index_used = time.perf_counter(), time.process_time()
    found = suggest(unknown, known)
    print(f"index: {indexed - began:.1f} s, {index_used - used:.1f} s CPU")
    print(
        f"suggest: {time.perf_counter() - indexed:.1f} s, "
        f"{time.process_time() - index_used:.1f} s CPU; "
        f"{sum(map(bool, found))} of {given.unknown} have a suggestion"
    )


if __name__ == "__main__":
    main()
