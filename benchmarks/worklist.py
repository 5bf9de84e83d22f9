"""How long the first rows of the worklist take with 50 managers and 40,000 pairs.

Publishes a synthetic release of that size into a folder of its own, serves it with granian as the
product does, and lets 50 clients ask for blocks of rows as the grid does: the list as it opens,
a state, a search, an order, a block further down, each about a second after the one before, and
one click in twenty records a follow-up. Every manager sees all pairs, which is the worst case.
Beside it, in the same run: the same clients asking for a file of the same server (the favicon),
which is what the server and this machine cost without us. The budget is 100 ms at p95.

Run: ``python -m benchmarks.worklist [--pairs 40000] [--clients 50] [--rounds 15]``
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.filter_clients import SERVE, report
from tests.synthetic_release import publish_synthetic

BUDGET = 0.100
STATES = ("needing", "stalled", "drifting", "on_track", "all")
WORDS = ("sales", "mentor 12", "engineering logistics", "mentee 77", "legal")
SORTS = ("days", "risk", "pair", "next", "state_word")
ROLE = "Cookie: outcomes-role=program_manager\r\n"


def ask_rows(draw: random.Random, known: list[tuple[str, int]]) -> tuple[str, str, bytes]:
    """Return a kind of request and the request, as the grid or a click sends it."""
    if known and draw.random() < 0.05:
        pair_id, seen = known.pop()
        pairs = [{"pair_id": pair_id, "seen": seen}]
        body = json.dumps({"kind": "contacted", "note": "Rang", "pairs": pairs}).encode()
        return (
            "a follow-up",
            "POST /follow-ups HTTP/1.1\r\nX-Requested-With: outcomes\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n",
            body,
        )
    asked = f"state={draw.choice(STATES)}"
    what, kind = draw.random(), "a list"
    if what < 0.2:
        kind = "a search"
        asked += f"&q={draw.choice(WORDS).replace(' ', '+')}"
    elif what < 0.4:
        kind = "an order"
        asked += f"&sort={draw.choice(SORTS)}&dir={draw.choice(('asc', 'desc'))}"
    start = 100 * draw.randrange(20) if draw.random() < 0.3 else 0
    rows = f"&start={start}&end={start + 100}"
    return kind, f"GET /pairs/rows.json?{asked}{rows} HTTP/1.1\r\n", b""


def ask_file(_draw: random.Random, _known: list[tuple[str, int]]) -> tuple[str, str, bytes]:
    """Return a request that costs the server nothing."""
    return "a file", "GET /assets/favicon.ico HTTP/1.1\r\n", b""


async def client(
    port: int, make: Callable[..., tuple[str, str, bytes]], rounds: int, seed: int
) -> list[tuple[str, float]]:
    """Ask ``rounds`` questions, about one a second; return each one's kind and seconds."""
    draw = random.Random(seed)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    known: list[tuple[str, int]] = []
    taken = []
    for _ in range(rounds):
        await asyncio.sleep(draw.uniform(0.5, 1.5))
        kind, head, body = make(draw, known)
        request = f"{head}Host: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n{ROLE}\r\n"
        started = time.perf_counter()
        writer.write(request.encode() + body)
        await writer.drain()
        answer = await _body(reader)
        taken.append((kind, time.perf_counter() - started))
        if head.startswith("GET /pairs") and not known:
            rows = json.loads(gzip.decompress(answer) if answer[:1] != b"{" else answer)["rows"]
            known = [(row["pair_id"], row["seen"]) for row in draw.sample(rows, min(3, len(rows)))]
    writer.close()
    return taken


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = head.split(" ", 2)[1]
    if status not in ("200", "409"):  # two managers on one pair: one of them is told
        raise RuntimeError(head)
    length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
    return await reader.readexactly(int(length.split(":")[1]))


async def measure(
    port: int, make: Callable[..., tuple[str, str, bytes]], clients: int, rounds: int
) -> list[tuple[str, float]]:
    """Return the kind and seconds of every answer of all clients together."""
    tasks = [client(port, make, rounds, seed) for seed in range(clients)]
    return [one for taken in await asyncio.gather(*tasks) for one in taken]


def main() -> int:
    """Measure and return 1 when managers wait longer than the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=40_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, socket.socket() as probe:
        folder = Path(scratch) / "releases"
        publish_synthetic(folder, pairs=given.pairs)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        server = subprocess.Popen([sys.executable, "-c", SERVE, str(folder), str(port), "1"])
        try:
            return _run(port, given.clients, given.rounds)
        finally:
            server.terminate()
            server.wait(timeout=20)


def _run(port: int, clients: int, rounds: int) -> int:
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/assets/favicon.ico", timeout=2).close()
            break
        except OSError:
            time.sleep(0.2)
    first = time.perf_counter()
    urllib.request.urlopen(
        urllib.request.Request(f"{address}/pairs/rows.json", headers={"Cookie": ROLE[8:-2]}),
        timeout=120,
    ).close()
    print(f"first question after the start: {time.perf_counter() - first:.2f} s")
    asyncio.run(measure(port, ask_rows, clients, 3))
    _shown("a file", port, ask_file, clients, rounds)
    p95 = _shown("rows and follow-ups", port, ask_rows, clients, rounds)
    print(f"budget: p95 at most {BUDGET * 1000:.0f} ms for rows")
    return 0 if p95 <= BUDGET else 1


def _shown(name: str, port: int, make: Any, clients: int, rounds: int) -> float:
    """Measure, print what each kind of question took, and return p95 of all in seconds."""
    started = time.perf_counter()
    taken = asyncio.run(measure(port, make, clients, rounds))
    spent = time.perf_counter() - started
    for kind in sorted({kind for kind, _ in taken} - {name}):
        report(f"  {kind}", sorted(second for one, second in taken if one == kind), spent)
    return report(f"{clients} managers, {name}", sorted(second for _, second in taken), spent)


if __name__ == "__main__":
    raise SystemExit(main())
