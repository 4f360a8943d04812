"""What a browser would make of the pages: their forms, links and headings."""

import html5lib


def parse(response):
    return html5lib.parse(response.content.decode(), namespaceHTMLElements=False)


def words(element):
    """The text of an element, on one line."""
    return " ".join("".join(element.itertext()).split())


def heading(response):
    return words(parse(response).find(".//h1"))


def texts(response, path):
    return [words(element) for element in parse(response).findall(path)]


def links(response):
    return [link.get("href") for link in parse(response).findall(".//main//a")]


def form_data(response):
    """What the form in a page would send, untouched."""
    sent = {}
    for field in parse(response).findall(".//form//*[@name]"):
        kind = field.get("type")
        if field.tag == "textarea":
            sent[field.get("name")] = (field.text or "").removeprefix("\n")
        elif kind not in {"checkbox", "radio"} or field.get("checked") is not None:
            without = "on" if kind == "checkbox" else ""
            sent[field.get("name")] = field.get("value", without)
    return sent


def errors(response):
    return texts(response, ".//div[@class='error-summary']//li")
