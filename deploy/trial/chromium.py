"""Which Chromium is used: Debian's, as Playwright's own builds come from outside the package registries."""

import shutil

# The shell is the same browser without its windows, which the new headless mode draws as well.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium: install the package chromium"


def chromium_program() -> str | None:
    """Return the path of the first one that is installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)
