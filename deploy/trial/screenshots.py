"""`make screenshots`: every page of a living demo, at desktop and phone width, light and dark.

Pages are found by following links from the dashboard; of each kind of page (one per view) the first is taken. The main
ones are kept small in docs/screenshots, which docs/screenshots/README.md shows: their first screen, in fewer colours.
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
from django.urls import Resolver404, resolve, reverse
from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

from deploy.trial.chromium import MISSING, chromium_program
from deploy.trial.engines import fresh_secrets, leave
from deploy.trial.running_demo import ROOT, RunningDemo, forget, temporary_state

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
# How wide the documents show them, in per cent.
SHOWN_WIDTHS = {"desktop": "48%", "phone": "24%"}
SCHEMES = ("light", "dark")
LEFT_OUT = ("admin:", "account_logout", "api-", "openapi")
SETTLE_MS = 700
# What docs/screenshots keeps: name of the picture -> its title there.
MAIN = {
    "reports-dashboard": "Dashboard",
    "asterisk_sync-calls_up": "Calls up now",
    "billing-cdr_list": "Calls",
    "billing-cdr_detail": "A call and what became of it",
    "customers-customer_list": "Customers",
    "numbering-did_list": "DIDs",
    "routing-route_detail": "A route and what it matches",
    "reports-margin": "Margin report",
    "billing-account_detail": "An account",
    "asterisk_sync-node_detail": "A node",
}
COLOURS = 256
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


def pages_of(page: Page, demo: RunningDemo, *, main_only: bool) -> dict[str, str]:
    """Return view name -> path of every kind of page that can be reached from the dashboard, or of the main ones."""
    found: dict[str, str] = {}
    waiting = deque([urlsplit(page.url).path, *answered_call(page, demo)])
    while waiting and not (main_only and MAIN.keys() <= {picture_of(name) for name in found}):
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
    return {name: path for name, path in found.items() if not main_only or picture_of(name) in MAIN}


def answered_call(page: Page, demo: RunningDemo) -> list[str]:
    """Return the path of a call that was answered by a carrier: it has more to show than the newest one."""
    page.goto(f"{demo.address.rstrip('/')}{reverse('billing:cdr_list')}?direction=outbound&disposition=ANSWERED")
    first = page.locator("tbody a.row-link").first
    return [urlsplit(str(first.get_attribute("href"))).path] if first.count() else []


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


def picture_of(name: str) -> str:
    """Return how the pictures of a view are called."""
    return name.replace(":", "-")


def take(browser: Browser, demo: RunningDemo, target: Path, *, main_only: bool) -> int:
    """Write all pictures and return how many there are."""
    count = 0
    pages: dict[str, str] = {}
    for width, size in SIZES.items():
        for scheme in SCHEMES:
            with session(browser, size, scheme) as page:
                page.goto(f"{demo.address}accounts/login/")
                count += shoot(page, target / f"login-{width}-{scheme}.png")
                log_in(page, demo)
                pages = pages or pages_of(page, demo, main_only=main_only)
                for name, path in pages.items():
                    page.goto(demo.address.rstrip("/") + path)
                    count += shoot(page, target / f"{picture_of(name)}-{width}-{scheme}.png")
    return count


def shoot(page: Page, path: Path) -> int:
    """Write one picture when the page has come to rest; live parts never rest wholly.

    The window is made as high as the page: in a picture that is higher than its window, what sticks to the window's
    edge lies over rows. Of a main page the first screen is kept in a picture of its own.
    """
    with contextlib.suppress(Error):
        page.wait_for_load_state("networkidle", timeout=2000)
    page.wait_for_timeout(SETTLE_MS)
    size = page.viewport_size or {"width": 0, "height": 0}
    if path.stem.startswith(tuple(f"{name}-{width}" for name in MAIN for width in SIZES)):
        first_screen(path).parent.mkdir(exist_ok=True)
        page.screenshot(path=first_screen(path))
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**size, "height": max(height, size["height"])})
    page.screenshot(path=path, full_page=True)
    page.set_viewport_size(size)
    return 1


def first_screen(path: Path) -> Path:
    """Return where the first screen of a picture is written."""
    return path.parent / "first" / path.name


def keep_main_ones(target: Path) -> None:
    """Write the main pictures into the documents, and the page that shows them."""
    DOCS.mkdir(exist_ok=True)
    lines = ["# Screenshots", "", "Written by `make screenshots`, from the demo, in Portuguese.", ""]
    for name, title in MAIN.items():
        shown = []
        for width in SIZES:
            for scheme in SCHEMES:
                picture = f"{name}-{width}-{scheme}.png"
                with Image.open(first_screen(target / picture)) as image:
                    fewer = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
                    fewer.save(DOCS / picture, optimize=True)
                shown.append(f'<img src="{picture}" alt="{title}, {width}, {scheme}" width="{SHOWN_WIDTHS[width]}">')
        lines += [f"## {title}", "", *shown, ""]
    (DOCS / "README.md").write_text("\n".join(lines))


def main() -> None:
    """Run a demo of its own, let calls happen, take the pictures."""
    parser = argparse.ArgumentParser(description="Write pictures of every page.")
    parser.add_argument("--target", type=Path, default=ROOT / "var" / "screenshots")
    parser.add_argument("--traffic-seconds", type=float, default=60.0, help="calls before the first picture")
    parser.add_argument("--main", action="store_true", help="only the pages that docs/screenshots shows")
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
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_program() or sys.exit(MISSING), args=options)
            print(f"{take(browser, demo, target, main_only=arguments.main)} pictures in {target}")
        keep_main_ones(target)
    finally:
        demo.stop()
        forget(state)
        state.parent.rmdir()


if __name__ == "__main__":
    main()
