"""How long a filter change takes with 50 people clicking, on answers given before.

Publishes the synthetic release into a folder of its own, serves it with granian as the product
does, asks every question once, then lets 50 clients post what a browser posts to
``/_dash-update-component``: first each with a second between clicks, as people click, then
without any pause, as fast as answers come. Prints p50 and p95 in milliseconds; the budget is
100 ms at p95 with people clicking.

Run: ``python -m benchmarks.filter_clients [--workers N] [--releases FOLDER]``
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.synthetic_release import publish_synthetic

CLIENTS, BUDGET = 50, 0.100
PATHS = ("/", "/departments", "/impact")
QUARTERS = ("2026Q1", "2026Q2", "2026Q3")
SERVE = (
    "import sys; from pathlib import Path; from dashboard.server import serve; "
    "serve(Path(sys.argv[1]), port=int(sys.argv[2]), demo=True, workers=int(sys.argv[3]))"
)


def questions(address: str, departments: list[str]) -> list[bytes]:
    """Return the bodies a browser would post for each page and choice of filters."""
    with urllib.request.urlopen(f"{address}/_dash-dependencies") as answer:
        found = json.load(answer)
    output = next(one["output"] for one in found if "_pages_content" in one["output"])
    bodies = []
    for path in PATHS:
        for quarter in QUARTERS:
            for department in ["", *departments]:
                search = f"?department={department}&quarter={quarter}".replace(" ", "+")
                bodies.append(_body(output, path, search))
    return bodies


def _body(output: str, path: str, search: str) -> bytes:
    inputs = [
        {"id": "_pages_location", "property": "pathname", "value": path},
        {"id": "_pages_location", "property": "search", "value": search},
        {"id": "scheme", "property": "data", "value": "light"},
    ]
    outputs = [
        {"id": "_pages_content", "property": "children"},
        {"id": "_pages_store", "property": "data"},
    ]
    changed = ["_pages_location.search"]
    question = {"output": output, "outputs": outputs, "inputs": inputs, "changedPropIds": changed}
    return json.dumps(question).encode()


async def client(
    port: int, bodies: list[bytes], rounds: int, *, pause: float, seed: int
) -> list[float]:
    """Ask ``rounds`` random questions over one kept connection; return the seconds each took."""
    draw = random.Random(seed)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = []
    for _ in range(rounds):
        if pause:
            await asyncio.sleep(draw.uniform(0.5, 1.5) * pause)
        body = draw.choice(bodies)
        head = (
            f"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Content-Type: application/json\r\nAccept-Encoding: gzip\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        started = time.perf_counter()
        writer.write(head.encode() + body)
        await writer.drain()
        await _read_answer(reader)
        taken.append(time.perf_counter() - started)
    writer.close()
    return taken


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    if " 200 " not in head.split("\r\n", 1)[0]:
        raise RuntimeError(head)
    length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
    await reader.readexactly(int(length.split(":")[1]))


async def measure(port: int, bodies: list[bytes], rounds: int, *, pause: float) -> list[float]:
    """Return the seconds of every answer of all clients together."""
    tasks = [client(port, bodies, rounds, pause=pause, seed=seed) for seed in range(CLIENTS)]
    return sorted(second for taken in await asyncio.gather(*tasks) for second in taken)


def report(name: str, taken: list[float], seconds: float) -> float:
    """Print p50, p95, and answers per second; return p95 in seconds."""
    p50, p95 = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
    rate = len(taken) / seconds
    print(
        f"{name}: p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, worst {taken[-1] * 1000:.1f} "
        f"ms, {rate:.0f} answers/s, n = {len(taken)}"
    )
    return p95


def main() -> int:
    """Measure and return 1 when people clicking wait longer than the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--releases", type=Path, help="a folder of releases instead of synthetic")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, socket.socket() as probe:
        folder = given.releases or Path(scratch) / "releases"
        if not given.releases:
            publish_synthetic(folder)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(folder), str(port), str(given.workers)]
        )
        try:
            return _run(port)
        finally:
            server.terminate()
            server.wait(timeout=20)


def _run(port: int) -> int:
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=2).close()
            break
        except OSError:
            time.sleep(0.2)
    bodies = questions(address, ["Engineering", "Sales", "Finance", "Operations"])
    cold = asyncio.run(client(port, bodies * 2, len(bodies), pause=0.0, seed=1))
    print(f"first time asked: median {sorted(cold)[len(cold) // 2] * 1000:.0f} ms, one at a time")
    asyncio.run(measure(port, bodies, 8, pause=0.0))  # every worker has seen every question
    p95 = _timed(port, bodies, f"{CLIENTS} people, a click a second each", pause=1.0)
    _timed(port, bodies, f"{CLIENTS} clients without a pause", pause=0.0)
    print(f"budget: p95 at most {BUDGET * 1000:.0f} ms with people clicking")
    return 0 if p95 <= BUDGET else 1


def _timed(port: int, bodies: list[bytes], name: str, *, pause: float) -> float:
    started = time.perf_counter()
    taken = asyncio.run(measure(port, bodies, 15 if pause else 100, pause=pause))
    return report(name, taken, time.perf_counter() - started)


if __name__ == "__main__":
    raise SystemExit(main())
