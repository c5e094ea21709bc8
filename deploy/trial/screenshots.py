"""`make screenshots`: every page of a living demo, at desktop and phone width, light and dark.

Pages are found by following links from the dashboard; of each kind of page (one per view) the first is taken. The main
ones are kept small in docs/screenshots, which docs/screenshots/README.md shows.
"""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.urls import Resolver404, resolve
from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

from deploy.trial.chromium import MISSING, chromium_program
from deploy.trial.engines import fresh_secrets, leave
from deploy.trial.running_demo import ROOT, RunningDemo, forget, temporary_state

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
LEFT_OUT = ("admin:", "account_logout", "api-", "openapi")
SETTLE_MS = 700
# What docs/screenshots keeps: the top of the page, as WebP.
MAIN = (
    "reports-dashboard", "billing-cdr_list", "billing-cdr_detail", "asterisk_sync-calls_up", "customers-customer_list",
    "billing-statement_detail", "asterisk_sync-conference_detail", "core-alarm_list", "reports-margin",
    "asterisk_sync-simulator",
)  # fmt: skip
KEPT_HEIGHT = 1100
DOCS = ROOT / "docs" / "screenshots"


def view_name(path: str) -> str | None:
    """Return the name of the page's view, or None for what is no page of ours."""
    try:
        name = resolve(path).view_name
    except Resolver404:
        return None
    return None if not name or name.startswith(LEFT_OUT) else name


def log_in(page: Page, demo: RunningDemo) -> None:
    """Log in as the demo's administrator."""
    page.goto(f"{demo.address}accounts/login/")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", demo.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)


def pages_of(page: Page, demo: RunningDemo) -> dict[str, str]:
    """Return view name -> path of every kind of page that can be reached from the dashboard."""
    found: dict[str, str] = {}
    waiting = deque([urlsplit(page.url).path])
    while waiting:
        path = waiting.popleft()
        name = view_name(path)
        if name is None or name in found:
            continue
        asked = page.request.get(demo.address.rstrip("/") + path)
        # A file to be downloaded is no page, and a browser that is sent there ends with an error.
        if "attachment" in asked.headers.get("content-disposition", ""):
            continue
        answer = page.goto(demo.address.rstrip("/") + path)
        if answer is None or "html" not in answer.headers.get("content-type", ""):
            continue
        found[name] = path
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        waiting.extend(urlsplit(link).path for link in links if link.startswith(demo.address))
    return found


@contextlib.contextmanager
def session(browser: Browser, size: tuple[int, int], scheme: str) -> Iterator[Page]:
    """Open a window of that size and colour scheme, in Portuguese."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="pt-BR",
        reduced_motion="reduce",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def take(browser: Browser, demo: RunningDemo, target: Path) -> int:
    """Write all pictures and return how many there are."""
    count = 0
    pages: dict[str, str] = {}
    for width, size in SIZES.items():
        for scheme in SCHEMES:
            with session(browser, size, scheme) as page:
                page.goto(f"{demo.address}accounts/login/")
                count += shoot(page, target / f"login-{width}-{scheme}.png")
                log_in(page, demo)
                pages = pages or pages_of(page, demo)
                for name, path in pages.items():
                    page.goto(demo.address.rstrip("/") + path)
                    count += shoot(page, target / f"{name.replace(':', '-')}-{width}-{scheme}.png")
    return count


def shoot(page: Page, path: Path) -> int:
    """Write one picture when the page has come to rest; live parts never rest wholly."""
    with contextlib.suppress(Error):
        page.wait_for_load_state("networkidle", timeout=2000)
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=path, full_page=True)
    return 1


def keep_main_ones(target: Path) -> None:
    """Write the main pictures into the documents, and the page that shows them."""
    DOCS.mkdir(exist_ok=True)
    lines = ["# Screenshots", "", "Written by `make screenshots`, from the demo.", ""]
    for name in MAIN:
        shown = []
        for kind in (f"{width}-{scheme}" for width in SIZES for scheme in SCHEMES):
            picture = target / f"{name}-{kind}.png"
            if picture.exists():
                with Image.open(picture) as image:
                    top = image.crop((0, 0, image.width, min(image.height, KEPT_HEIGHT)))
                    top.convert("RGB").save(DOCS / f"{name}-{kind}.webp", quality=60)
                shown.append(f"![{name}, {kind}]({name}-{kind}.webp)")
        lines += [f"## {name}", "", *shown, ""] if shown else []
    (DOCS / "README.md").write_text("\n".join(lines))


def main() -> None:
    """Run a demo of its own, let calls happen, take the pictures."""
    parser = argparse.ArgumentParser(description="Write pictures of every page.")
    parser.add_argument("--target", type=Path, default=ROOT / "var" / "screenshots")
    parser.add_argument("--traffic-seconds", type=float, default=60.0, help="calls before the first picture")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, leave)
    # Only to resolve paths to views: nothing here touches a database.
    os.environ.update(
        {"DJANGO_SETTINGS_MODULE": "voipadmin.settings", "VOIPADMIN_ENV_FILE": os.devnull, **fresh_secrets()}
    )
    django.setup()
    target: Path = arguments.target
    target.mkdir(parents=True, exist_ok=True)
    state = temporary_state()
    demo = RunningDemo(state)
    try:
        demo.start()
        time.sleep(arguments.traffic_seconds)
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_program() or sys.exit(MISSING), args=sandbox)
            print(f"{take(browser, demo, target)} pictures in {target}")
        keep_main_ones(target)
    finally:
        demo.stop()
        forget(state)
        state.parent.rmdir()


if __name__ == "__main__":
    main()
