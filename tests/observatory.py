"""What Mozilla's HTTP Observatory (now MDN's, version 2) gives an answer, by its published table.

https://developer.mozilla.org/observatory/docs/tests_and_scoring, as it was in 2026, with ten tests.
Of what can be known only from the preload list, nothing is counted. Each function below is a test,
and returns a line of the table.
"""

from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlsplit

import html5lib

PERFECT = 100
ENOUGH_FOR_EXTRA = 90  # without it, what is good gives no points
SIX_MONTHS = 15_768_000

MODIFIERS = {
    "CSP with default-src 'none' and nothing unsafe": 10,
    "CSP with nothing unsafe": 5,
    "CSP unsafe in style-src only": 0,
    "CSP lets pictures come without TLS": -10,
    "CSP allows eval": -10,
    "CSP unsafe": -20,
    "CSP lets scripts come without TLS": -20,
    "CSP missing": -25,
    "cookies: all Secure and SameSite, sessions HttpOnly": 5,
    "cookies: none": 0,
    "cookies: not all SameSite": 0,
    "cookies: not Secure, but HSTS": -5,
    "cookies: session not Secure, but HSTS": -10,
    "cookies: not Secure": -20,
    "cookies: CSRF without SameSite": -20,
    "cookies: session not HttpOnly": -30,
    "cookies: session not Secure": -40,
    "CORS: nobody, or what is public": 0,
    "CORS: everybody, as whoever they are": -50,
    "redirection to https": 0,
    "redirection to another host": -5,
    "redirection to http first": -10,
    "redirection missing": -20,
    "referrer kept private": 5,
    "referrer policy missing": 0,
    "referrer policy unsafe": -5,
    "HSTS for six months or more": 0,
    "HSTS for less": -10,
    "HSTS missing": -20,
    "scripts: all with integrity": 5,
    "scripts: our own, or none": 0,
    "scripts: from elsewhere": -5,
    "scripts: from elsewhere without TLS": -50,
    "nosniff": 0,
    "nosniff missing": -5,
    "no frames": 5,
    "frames allowed": -20,
    "CORP same-origin or same-site": 10,
    "CORP missing, or cross-origin": 0,
    "CORP invalid": -5,
}

BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*", "http://*.*", "https://*.*"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


class Visit(NamedTuple):
    """An answer over https to a request with an Origin of its own, and where http leads."""

    url: str
    headers: list[tuple[str, str]]
    body: str
    from_http: str | None  # the Location of the answer over http

    def header(self, name):
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(found).strip()


def score(visit):
    """From 0 to 145; 100 and more is A+."""
    points = [MODIFIERS[name] for name in findings(visit)]
    total = PERFECT + sum(point for point in points if point < 0)
    if total >= ENOUGH_FOR_EXTRA:
        total += sum(point for point in points if point > 0)
    return max(0, total)


def findings(visit):
    tests = (csp, cookies, cors, redirection, referrer, hsts, scripts, sniffing, frames, corp)
    return [test(visit) for test in tests]


def directives(visit):
    parts = (part.split() for part in visit.header("Content-Security-Policy").split(";"))
    return {name.lower(): set(sources) for name, *sources in filter(None, parts)}


def csp(visit):
    policy = directives(visit)
    if not policy:
        return "CSP missing"
    default = policy.get("default-src", {"*"})
    script, style, objects = (
        set(policy.get(f"{kind}-src", default)) for kind in ("script", "style", "object")
    )
    for sources in (script, style):  # browsers that know a nonce don't look at the other
        if any(source.startswith(("'nonce-", "'sha")) for source in sources):
            sources.discard("'unsafe-inline'")
    passive = set().union(*(policy.get(f"{kind}-src", default) for kind in ("img", "media")))
    active = set().union(
        script, *(s for n, s in policy.items() if n not in {"img-src", "media-src"})
    )
    loose = BROAD | {"'unsafe-inline'", "data:"}
    verdicts = [
        (script & loose or objects & BROAD, "CSP unsafe"),
        (without_tls(active), "CSP lets scripts come without TLS"),
        ("'unsafe-eval'" in script | style, "CSP allows eval"),
        (without_tls(passive), "CSP lets pictures come without TLS"),
        (style & loose, "CSP unsafe in style-src only"),
        (default == {"'none'"}, "CSP with default-src 'none' and nothing unsafe"),
        (True, "CSP with nothing unsafe"),
    ]
    return next(name for holds, name in verdicts if holds)


def without_tls(sources):
    return any(source.startswith(("http:", "ftp:")) for source in sources)


def cookies(visit):
    """The worst that can be said of any of them."""
    protected = hsts(visit) == "HSTS for six months or more"
    found = ["cookies: none"]
    for name, value in visit.headers:
        if name.lower() == "set-cookie":
            [(key, morsel)] = SimpleCookie(value).items()
            found.append(about_cookie(key.lower(), morsel, protected=protected))
    return min(found[1:] or found, key=MODIFIERS.__getitem__)


def about_cookie(name, morsel, *, protected):
    is_session = "sess" in name or "login" in name
    who = "session " if is_session else ""
    if is_session and not morsel["httponly"]:
        return "cookies: session not HttpOnly"
    if not morsel["secure"]:
        return f"cookies: {who}not Secure, but HSTS" if protected else f"cookies: {who}not Secure"
    if "csrf" in name and not morsel["samesite"]:
        return "cookies: CSRF without SameSite"
    if not morsel["samesite"]:
        return "cookies: not all SameSite"
    return "cookies: all Secure and SameSite, sessions HttpOnly"


def cors(visit):
    allowed = visit.header("Access-Control-Allow-Origin")
    trusts = visit.header("Access-Control-Allow-Credentials").lower() == "true"
    if trusts and allowed not in {"", "*"}:
        return "CORS: everybody, as whoever they are"
    return "CORS: nobody, or what is public"


def redirection(visit):
    if visit.from_http is None:
        return "redirection missing"
    first, wanted = urlsplit(visit.from_http), urlsplit(visit.url)
    if first.scheme != "https":
        return "redirection to http first"
    same = first.hostname == wanted.hostname
    return "redirection to https" if same else "redirection to another host"


def referrer(visit):
    policies = [policy.strip().lower() for policy in visit.header("Referrer-Policy").split(",")]
    if policies == [""]:
        return "referrer policy missing"
    return "referrer kept private" if policies[-1] in PRIVATE else "referrer policy unsafe"


def hsts(visit):
    parts = visit.header("Strict-Transport-Security").replace(" ", "").lower().split(";")
    ages = [part.partition("=")[2] for part in parts if part.startswith("max-age=")]
    if not ages or not ages[0].isdecimal():
        return "HSTS missing"
    return "HSTS for six months or more" if int(ages[0]) >= SIX_MONTHS else "HSTS for less"


def scripts(visit):
    if not visit.header("Content-Type").startswith("text/html"):
        return "scripts: our own, or none"
    page = html5lib.parse(visit.body, namespaceHTMLElements=False)
    loaded = [script for script in page.iter("script") if script.get("src")]
    own = urlsplit(visit.url)._replace(path="", query="").geturl()
    foreign = [
        script.get("src")
        for script in loaded
        if "//" in script.get("src") and not script.get("src").startswith(f"{own}/")
    ]
    if any(not source.startswith("https://") for source in foreign):
        return "scripts: from elsewhere without TLS"
    if foreign:
        return "scripts: from elsewhere"
    if loaded and all(script.get("integrity") for script in loaded):
        return "scripts: all with integrity"
    return "scripts: our own, or none"


def sniffing(visit):
    return "nosniff" if visit.header("X-Content-Type-Options") == "nosniff" else "nosniff missing"


def frames(visit):
    by_header = visit.header("X-Frame-Options").lower() in {"deny", "sameorigin"}
    return "no frames" if by_header or "frame-ancestors" in directives(visit) else "frames allowed"


def corp(visit):
    value = visit.header("Cross-Origin-Resource-Policy").lower()
    if value in {"same-origin", "same-site"}:
        return "CORP same-origin or same-site"
    return "CORP missing, or cross-origin" if value in {"", "cross-origin"} else "CORP invalid"
