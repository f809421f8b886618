"""A headless Chromium by its debugging pipe: what a page shows, says on the console, asks the network for and pops up.

Chromium reads commands from descriptor 3 and writes answers and events to 4, each a line of JSON that ends in a NUL; the
standard library is enough for that (https://chromedevtools.github.io/devtools-protocol). Linux and macOS only.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe",
]  # fmt: skip
CONNECTED = """
import os, sys
for number, end in enumerate(sys.argv[1:3], 3):
    os.dup2(int(end), number)
os.execvp(sys.argv[3], sys.argv[3:])
"""
MISSING = (
    "there is no Chromium here: install one (Debian: apt-get install chromium), or name it: "
    "make test-browser CHROMIUM=/path/to/chromium"
)
PATIENCE = 60.0  # seconds for one answer, on a busy machine
SETTLING = 0.5  # seconds in which a page that has loaded may still do something


class Seen(NamedTuple):
    """What a page did when it was opened."""

    said: list[str]  # on the console, errors and what the page's policy blocked among them
    asked: list[str]  # of the network: addresses, but for what its policy blocked
    popped_up: list[str]


def program() -> str | None:
    """The Chromium to run."""
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else NAMES)), None)


class Browser:
    """One Chromium with a profile of its own, and one page in it."""

    def __init__(self, path: str) -> None:
        self.profile = tempfile.TemporaryDirectory(prefix="rnnhw-chromium-", ignore_cleanup_errors=True)
        ours = [os.pipe(), os.pipe()]
        self.commands, self.answers = ours[0][1], ours[1][0]
        theirs = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (ours[0][0], ours[1][1])]  # neither is 3 or 4
        command = [path, *QUIET, f"--user-data-dir={self.profile.name}", "about:blank"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", CONNECTED, *map(str, theirs), *command],
            pass_fds=theirs,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (ours[0][0], ours[1][1], *theirs):
            os.close(end)
        self.read, self.number, self.events = b"", 0, list[dict[str, Any]]()
        self.session = ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        os.close(self.commands)
        os.close(self.answers)
        self.profile.cleanup()

    def ask(self, method: str, **parameters: Any) -> Any:
        """The answer to a command."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        message |= {"sessionId": self.session} if self.session else {}
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE
        while True:
            for answer in self.received(until - time.monotonic()):
                if answer.get("id") == self.number:
                    assert "error" not in answer, answer
                    return answer["result"]
            assert time.monotonic() < until, f"no answer to {method}"

    def received(self, seconds: float) -> list[dict[str, Any]]:
        """What came in, at once or within some seconds; events are kept as well."""
        ready, _, _ = select.select([self.answers], [], [], max(seconds, 0))
        if not ready:
            return []
        data = os.read(self.answers, 1 << 20)
        assert data, "Chromium has gone"
        *whole, self.read = (self.read + data).split(b"\0")
        found = [json.loads(text) for text in whole]
        self.events += [message for message in found if "method" in message]
        return found

    def open(self, path: Path) -> Seen:
        """Opens a file and lets it do what it wants to."""
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        until = time.monotonic() + PATIENCE
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            assert time.monotonic() < until, f"{path} is not loaded"
            self.received(0.2)
            self.dismiss()
        until = time.monotonic() + SETTLING
        while time.monotonic() < until:
            self.received(0.1)
            self.dismiss()
        seen = Seen([], [], [])
        blocked = {e["params"]["requestId"] for e in self.events if "blockedReason" in e["params"]}
        for event in self.events:
            told = event["params"]
            match event["method"]:
                case "Runtime.consoleAPICalled":
                    seen.said.append(f"{told['type']}: {told['args']}")
                case "Runtime.exceptionThrown":
                    seen.said.append(f"exception: {told['exceptionDetails']['text']}")
                case "Log.entryAdded":
                    seen.said.append(f"{told['entry']['level']}: {told['entry']['text']}")
                case "Network.requestWillBeSent" if told["requestId"] not in blocked:
                    seen.asked.append(told["request"]["url"])
                case "Page.javascriptDialogOpening":
                    seen.popped_up.append(told["message"])
        return seen

    def dismiss(self) -> None:
        """Closes a box that waits for somebody."""
        opened = sum(event["method"] == "Page.javascriptDialogOpening" for event in self.events)
        closed = sum(event["method"] == "Page.javascriptDialogClosed" for event in self.events)
        if opened > closed:
            self.ask("Page.handleJavaScriptDialog", accept=False)

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript is on the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def size(self, width: int, height: int = 900, dark: bool = False) -> None:
        """The size of the window, and the colours that its owner prefers."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path) -> None:
        """Writes the whole page as a PNG."""
        data = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))
