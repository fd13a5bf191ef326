"""Read a page the way a browser does: elements, attributes and visible text."""

from __future__ import annotations

from html.parser import HTMLParser


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def strange_scripts(self) -> list[dict[str, str | None]]:
        """Scripts that are not files of ours."""
        return [s for s in self.all("script") if not (s.get("src") or "").startswith("/static/")]

    @property
    def links(self) -> list[str]:
        return [attributes.get("href") or "" for attributes in self.all("a")]
