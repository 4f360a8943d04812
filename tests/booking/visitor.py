"""Somebody who books over HTTP, at a site that runs as a process."""

import uuid
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import html5lib


class Client:
    """Somebody with a browser: a cookie, and the fields of the form they were shown."""

    def __init__(self, site, path):
        self.site = site
        page = site.get(path)
        assert page.status == 200, page.text
        cookie = SimpleCookie(page.headers["Set-Cookie"])
        self.headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in cookie.items()),
        }
        self.fields = {
            field.get("name"): field.get("value", "")
            for field in html5lib.parse(page.text, namespaceHTMLElements=False).iter("input")
            if field.get("type") == "hidden"
        }

    def post(self, path, **fields):
        """The answer to the form."""
        body = urlencode(self.fields | fields).encode()
        return self.site.request("POST", path, body, headers=self.headers)

    def send(self, path, **fields):
        """The answer to the form: its status and where it leads, if anywhere."""
        answer = self.post(path, **fields)
        return answer.status, answer.headers.get("Location")

    def ask(self, path, n, **fields):
        """Ask for an appointment, as patient number ``n``."""
        return self.send(path, **filled_in(n) | {"submission": str(uuid.uuid4())} | fields)


def filled_in(n):
    """What patient number ``n`` types in the form."""
    given = {"name": f"Patiënt {n}", "email": f"patient{n}@example.com"}
    return given | {"visit": "first", "referral": "unknown"}
