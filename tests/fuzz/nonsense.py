"""What may be sent, from what a browser would send to what no program should."""

import json
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.test_hostile import QUERIES, TAILS

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=grens"

SPECIAL = [
    "", " ", "-", "-1", "0", "1", "1e9", "1.5", "NaN", "Infinity", "½", "١٢٣", "²",
    "9" * 400, str(2**31), str(2**63), str(-(2**63) - 1), "0" * 100 + "1",
    "on", "None", "null", "[]", "a,b;c", "{{ 7|add:7 }}", "{% x %}", "%s%n", "\\", "'\"--",
    "<script>alert(1)</script>", '<p onclick="x">a</p>', "a" * 5_000, "😀" * 60, "é" * 101,
    "\u202e\u200b\ufeff", "\u2028a\u0085b", "a\r\nBcc: x@example.com", "\t=1+1", "\x07\x1b",
    "\x00", "a\x00b", "\ud800", "\udfff\ud800a",
    "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "2026-12-01", "10000-01-01",
    "24:00", "23:59:59.999999", "02:30", "-1:00", "2026-03-29 02:30", "2026-W54",
    "00000000-0000-0000-0000-000000000000", "+32470123456", "+" + "9" * 60, "tel:112",
    "an@example.com", '"a,b"@example.com', "a@" + "b" * 250 + ".be", "a@[127.0.0.1]",
    "../../etc/passwd", "https://kwaad.be/", "javascript:alert(1)", "//kwaad.be",
]  # fmt: skip

words = st.one_of(
    st.sampled_from(SPECIAL),
    st.text(st.characters(codec=None), max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.times().map(str),
)
segments = st.one_of(
    words.map(lambda word: escaped(word)[:600] or "-"),
    st.sampled_from([tail.strip("/") for tail in TAILS]),
)
queries = st.one_of(
    st.sampled_from(QUERIES),
    st.lists(
        st.tuples(
            st.sampled_from(
                [*("q", "pagina", "week", "bij", "next", "p", "o", "e", "all", "_popup"),
                 *("_to_field", "_changelist_filters", "begint", "naam", "dag", "term", "id__in"),
                 *("status__exact", "practitioner__id__exact", "password__startswith", "bij__slug")]
            ) | words,
            words,
        ),
        max_size=4,
    ).map(lambda pairs: encoded(pairs).decode()),
)  # fmt: skip
methods = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "VERZIN"])
headers = st.dictionaries(
    st.sampled_from(
        [*("accept", "accept-encoding", "accept-language", "content-encoding", "cookie", "expect"),
         *("if-match", "if-modified-since", "if-none-match", "if-range", "origin", "range"),
         *("referer", "user-agent", "x-csrftoken", "x-forwarded-for", "x-requested-with")]
    ),
    # What gunicorn lets through.
    st.sampled_from(SPECIAL).map(lambda word: word.encode("latin-1", "ignore").decode("latin-1"))
    .filter(str.isprintable),
    max_size=3,
)  # fmt: skip


@st.composite
def mangled(draw, pairs):
    """``pairs`` of names and values, with something wrong with up to three of them."""
    pairs = list(pairs)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(pairs) - 1)))
        name = pairs[at][0] if pairs else "x"
        what = draw(st.sampled_from(["value", "value", "value", "drop", "repeat", "add", "name"]))
        if what == "drop":
            pairs[at : at + 1] = []
        elif what == "repeat":
            pairs.append((name, draw(words)))
        elif what == "add" or not pairs:
            pairs.append((draw(words), draw(words)))
        elif what == "name":
            pairs[at] = (draw(words), pairs[at][1])
        else:
            pairs[at] = (name, draw(words))
    return pairs


@st.composite
def bodies(draw, pairs):
    """A content type and a body: mostly a mangled form, now and then something else."""
    kind = draw(st.sampled_from(["form"] * 8 + ["broken", "mixed", "json", "many", "bytes"]))
    sent = draw(mangled(pairs))
    content_type, write = draw(st.sampled_from([(URLENCODED, encoded), (MULTIPART, multipart)]))
    if kind == "form":
        return content_type, write(sent)
    if kind == "broken":
        whole = multipart(sent)
        begin, end = sorted(draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
        return MULTIPART, whole[:begin] + whole[end:]
    if kind == "mixed":
        other = st.sampled_from(
            ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=" + "x" * 300,
             "multipart/form-data; boundary=\u00e9", "multipart/mixed; boundary=grens", "/;;=",
             f"{URLENCODED}; charset=utf-8", f"{URLENCODED}; charset=bestaat-niet"]
        )  # fmt: skip
        return draw(other), write(sent)
    if kind == "json":
        return "application/json", json.dumps(dict(sent)).encode()
    if kind == "many":
        return URLENCODED, encoded([*sent, *((f"x{n}", "1") for n in range(6_000))])
    return content_type, draw(st.binary(max_size=200))


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    """As a form is sent; half characters too, which no browser would send."""
    return "&".join("=".join(map(escaped, pair)) for pair in pairs).encode()


def escaped(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def multipart(pairs: list[tuple[str, str]]) -> bytes:
    """As a form with files is sent; a name that ends in ``:file`` is that of one."""
    parts = []
    for name, value in pairs:
        bare, is_file, _ = name.partition(":file")
        file = '; filename="a.png"' if is_file else ""
        head = f'--grens\r\nContent-Disposition: form-data; name="{bare}"{file}\r\n\r\n'
        parts.append((head + value + "\r\n").encode("utf-8", "surrogatepass"))
    return b"".join(parts) + b"--grens--\r\n"
