"""A served release and a real browser; whatever leaves the machine or fails is noted."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.synthetic_release import publish_synthetic

SERVE = (
    "import sys; from pathlib import Path; from dashboard.server import serve; "
    "serve(Path(sys.argv[1]), port=int(sys.argv[2]), demo=True)"
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
CHROMIUM = Path("/usr/bin/chromium")
expect.set_options(timeout=20_000)  # a busy machine is no failure


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard over the synthetic release."""
    folder = tmp_path_factory.mktemp("served") / "releases"
    publish_synthetic(folder)
    port = free_port()
    root = Path(__file__).parents[2]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder), str(port)], cwd=root, stderr=subprocess.PIPE
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            if server.poll() is not None:
                assert server.stderr
                pytest.fail(f"The server did not start: {server.stderr.read().decode()}")
            try:
                urllib.request.urlopen(address, timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@dataclass
class Tab:
    """A page of the browser with everything that went wrong in it."""

    page: Page
    context: BrowserContext
    address: str
    problems: list[str] = field(default_factory=list)

    def show(self, path: str) -> Page:
        self.page.goto(self.address + path)
        self.page.locator("#main h1").wait_for()
        return self.page


@pytest.fixture
def open_tab(browser: Browser, served: str) -> Iterator[Callable[..., Tab]]:
    """Open the dashboard as a role, in a color scheme, at a width; no problem may remain."""
    tabs: list[Tab] = []

    def open_one(role: str = "hr_leadership", *, scheme: str = "light", width: int = 1440) -> Tab:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        context.add_cookies([{"name": "outcomes-role", "value": role, "url": served}])
        tab = Tab(context.new_page(), context, served)

        def note_console(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                tab.problems.append(f"console {message.type}: {message.text}")

        def note_request(url: str) -> None:
            if not url.startswith((served, "data:", "blob:")):
                tab.problems.append(f"left the machine: {url}")

        tab.page.on("console", note_console)
        tab.page.on("pageerror", lambda error: tab.problems.append(f"script: {error}"))
        tab.page.on("request", lambda request: note_request(request.url))
        tabs.append(tab)
        return tab

    yield open_one
    for tab in tabs:
        tab.context.close()
    assert [problem for tab in tabs for problem in tab.problems] == []
