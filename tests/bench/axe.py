"""What axe finds on pages that a server serves: serious and critical findings, counted."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from deploy.trial.chromium import chromium_program

AXE = Path(__file__).parents[1] / "browser/vendor/axe-core-4.14.1/axe.min.js"
SERIOUS = {"serious", "critical"}
Findings = Mapping[str, int]


def findings_of(addresses: Sequence[str], server: str, cookies: Mapping[str, str]) -> Findings:
    """Return the number of serious findings of each address, on a desktop."""
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium_program(), args=sandbox)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        context.add_cookies([{"name": name, "value": value, "url": server} for name, value in cookies.items()])
        page = context.new_page()
        found = {address: _count(page, server + address) for address in addresses}
        browser.close()
    return found


def _count(page: Page, address: str) -> int:
    page.goto(address)
    page.evaluate(AXE.read_text())
    violations = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return sum(one["impact"] in SERIOUS for one in violations)
