"""The login of the staff, as a browser goes through it, at a site that runs as a process."""

import re
from http.client import HTTPResponse
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

from kinekracht.staff_code import code_of
from tests.running_site import Address


def log_in(site: Address, name: str, password: str, key: str) -> HTTPResponse:
    """The page that somebody ends up on, with a password and a code of the app with this ``key``.

    The key is in base32, as apps take it.
    """
    browser = build_opener(ProxyHandler({}), HTTPCookieProcessor())
    url = f"http://127.0.0.1:{site.port}/beheer/login/"

    def send(url: str, **fields: str) -> HTTPResponse:
        page = browser.open(url).read().decode()
        fields["csrfmiddlewaretoken"] = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]
        return browser.open(url, urlencode(fields).encode())

    send(url, username=name, password=password)
    return send(f"{url}code/", code=code_of(key))
