"""What every test may ask for, and what is said at the end about tests that were left out."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.visitors import VISITORS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
RSCRIPT = shutil.which("Rscript")
pytest_plugins = ["tests.cast"]


def shared_folder() -> Path | None:
    """The folder with recorded payloads and reference data, where there is one."""
    named = os.environ.get("CANDOR_SHARED")
    return Path(named) if named and Path(named).is_dir() else None


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    # The real one takes half a second a password on purpose; a cast of people would take minutes.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Hashed names want a collectstatic first; the journey, which runs the whole site, has one.
    # A test that is about this limit sets one; the others share an address.
    settings.READS_PER_MINUTE = settings.READS_PER_MINUTE_BY_TOKEN = 10**9
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what this machine cannot run, and counts it: never a silent skip."""
    left: dict[str, list[pytest.Item]] = {"shared": [], "browser": [], "office": [], "r": []}
    if shared_folder() is None:
        left["shared"] = [item for item in items if item.get_closest_marker("shared")]
    for name, program in (("browser", CHROMIUM), ("office", SOFFICE), ("r", RSCRIPT)):
        if program is None:
            left[name] = [item for item in items if item.get_closest_marker(name)]
    out = {item for some in left.values() for item in some}
    items[:] = [item for item in items if item not in out]
    # The slow ones go last, so that a plain mistake shows early.
    items.sort(key=lambda item: bool(item.get_closest_marker("browser") or item.get_closest_marker("faults")))
    config.stash[LEFT_OUT] = {name: len(some) for name, some in left.items()}
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = config.stash[LEFT_OUT]
    if out:
        config.hook.pytest_deselected(items=list(out))


LEFT_OUT = pytest.StashKey[dict[str, int]]()
WHY = {
    "shared": "want the folder that CANDOR_SHARED names (recorded payloads and reference data)",
    "browser": "want a Chromium (apt-get install chromium)",
    "office": "want a LibreOffice (apt-get install libreoffice-calc-nogui)",
    "r": "want R (apt-get install r-base-core)",
}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Where the tests run in several processes, each collects them all: what one left out, all did."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", {})


@pytest.fixture(scope="session")
def live_server(live_server: Any) -> Any:
    """pytest-django's, with its visitors counted: `VISITORS.wait_until_gone` is for the end of a browser's test."""
    VISITORS.watch(live_server.thread.httpd)
    return live_server


@pytest.fixture(autouse=True)
def no_names_of_models() -> None:
    """None that an earlier test had, and none that run out, and are read anew, while a test counts statements."""
    from probes.selectors.identity import KEPT

    KEPT.until = 0.0


@pytest.fixture(autouse=True)
def no_fits() -> None:
    """A process keeps a fit, which never changes; some tests change one in its place."""
    from annotations.selectors.weighed import in_force

    in_force.cache_clear()


@pytest.fixture
def seen(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """`seen(seconds=2.4)`: a figure that the test holds to a bound, shown at the end of the run as it was."""

    def note(**figures: object) -> None:
        for name, figure in figures.items():
            record_property(name, f"{figure:.2f}" if isinstance(figure, float) else str(figure))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    passed = [one for one in terminalreporter.getreports("passed") if one.when == "call" and one.user_properties]
    if passed:
        terminalreporter.section("figures seen")
    for one in passed:
        figures = ", ".join(f"{name} {figure}" for name, figure in one.user_properties)
        terminalreporter.write_line(f"{one.nodeid}: {figures}")
    for name, number in config.stash.get(LEFT_OUT, {}).items():
        if number:
            terminalreporter.write_line(f"Left out: {number} tests that {WHY[name]}.")
