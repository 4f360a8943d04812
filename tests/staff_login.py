"""The login of the staff, as a browser goes through it, at a site that runs as a process."""

import re
from http.client import HTTPResponse
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

from kinekracht.staff_code import code_of
from tests.running_site import Address


def log_in(site: Address, name: str, password: str, key: str) -> HTTPResponse:
    """The page that somebody ends up on, with a password and a code of the app with this ``key``.

    The key is in base32, as apps take it.
    """
    browser, url = new_browser(), f"http://127.0.0.1:{site.port}/beheer/login/"
    send_form(browser, url, username=name, password=password)
    return send_form(browser, f"{url}code/", code=code_of(key))


def new_browser() -> OpenerDirector:
    """One with cookies of its own."""
    return build_opener(ProxyHandler({}), HTTPCookieProcessor())


def send_form(browser: OpenerDirector, url: str, **fields: str) -> HTTPResponse:
    """Fill in the form at ``url`` and send it; the page that follows. HTTPError if it's refused."""
    page = browser.open(url).read().decode()
    fields["csrfmiddlewaretoken"] = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]
    return browser.open(url, urlencode(fields).encode())
