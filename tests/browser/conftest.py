"""A real Chromium, and the real site: never Django's test client or test database.

``page`` is a page for one test, ``browse`` makes more, in other sizes or colours, ``visitor``
makes pages that must end without a cookie, and ``staff`` makes pages that are logged in. After
each test its pages may not have reported an error or asked another host for anything.
"""

import os
from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tests import chromium
from tests.running_site import running_site


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in item.path.as_posix() and "db" in getattr(item, "fixturenames", ()):
            raise pytest.UsageError(f"{item.nodeid}: the site has a database of its own")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site as make run starts it, with .url, .login and .var_dir."""
    with running_site(tmp_path_factory.mktemp("site") / "var") as site:
        yield site


@pytest.fixture(scope="session")
def chromium_browser():
    path = chromium.find()
    if path is None:
        (pytest.fail if chromium.is_required() else pytest.skip)(chromium.MISSING)
    # Playwright runs an event loop in this thread; Django would refuse every query after it,
    # also in the tests without a browser that this process runs later.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Watched:
    """A browser context, and what went wrong in it."""

    def __init__(self, browser, site, *, width, height, **options):
        self.problems = []
        self.visited = set()
        self.host = urlsplit(site.url).netloc
        self.context = browser.new_context(
            base_url=site.url,
            locale="nl-BE",
            timezone_id="Europe/Brussels",
            viewport={"width": width, "height": height},
            **options,
        )
        self.context.on("request", self.see_request)
        self.context.on("console", self.see_message)
        self.context.on("weberror", lambda error: self.problems.append(f"{error.error}"))

    def see_request(self, request):
        if request.is_navigation_request():
            self.visited.add(request.url)
        url = urlsplit(request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.netloc != self.host:
            self.problems.append(f"request to another host: {request.url}")

    def see_message(self, message):
        # The browser reports a page that is a 404 like a picture that is; only that page was
        # asked for.
        is_page_itself = (
            message.text.startswith("Failed to load resource")
            and message.location["url"] in self.visited
        )
        if message.type == "error" and not is_page_itself:
            self.problems.append(f"console: {message.text} ({message.location['url']})")

    def close(self):
        cookies = [cookie["name"] for cookie in self.context.cookies()]
        self.context.close()
        return cookies


@pytest.fixture
def _open(chromium_browser, site):
    """Makes a page in a fresh context; checks it after the test."""
    opened = []

    def open_page(*, width=1280, height=900, cookies=True, **options):
        watched = Watched(chromium_browser, site, width=width, height=height, **options)
        opened.append((watched, cookies))
        return watched.context.new_page()

    yield open_page
    problems = []
    for watched, cookies_allowed in opened:
        cookies = watched.close()
        problems += watched.problems
        if cookies and not cookies_allowed:
            problems.append(f"cookies: {', '.join(cookies)}")
    assert not problems, "\n".join(problems)


@pytest.fixture
def browse(_open):
    """``browse(color_scheme="dark", width=320, java_script_enabled=False)`` → a page."""
    return _open


@pytest.fixture
def visitor(_open):
    """Like ``browse``, for somebody who reads: no cookie may be set."""
    return partial(_open, cookies=False)


@pytest.fixture
def page(browse):
    """A page in a window of 1280 × 900."""
    return browse()


@pytest.fixture(scope="session")
def staff_state(chromium_browser, site):
    """The cookies of the staff login."""
    return log_in(chromium_browser, site)


def log_in(chromium_browser, site):
    """The cookies of ``site``'s staff login, got through the login forms."""
    context = chromium_browser.new_context(base_url=site.url, locale="nl-BE")
    page = context.new_page()
    name, password = site.login
    page.goto("/beheer/")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.locator("input[name=code]").fill(site.code())
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(f"{site.url}/beheer/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def staff(_open, staff_state):
    """Like ``browse``, logged in."""
    return partial(_open, storage_state=staff_state)
