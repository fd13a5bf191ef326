"""What people do, in a real browser without JavaScript: find, look, download; on a phone too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

WORDS = {
    "/": ("Tìm kiếm dữ liệu…", "Tìm", "Danh mục cấp xã ở Đắk Lắk", "Tệp gốc"),
    "/en/": ("Search data…", "Search", "Communes of Đắk Lắk", "Original file"),
}
PATHS = (
    "/",
    "/dataset/",
    "/dataset/?q=zzzz&format=csv",
    "/dataset/danh-muc-cap-xa-o-dak-lak",
    "/organization/cuc-thong-ke",
    "/schemas",
    "/about",
    "/nothing-here",
)


@pytest.fixture(params=[1280, 360], ids=["desk", "phone"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": request.param, "height": 800}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("start", WORDS)
def test_from_the_first_page_to_a_file(page: Page, site: str, start: str) -> None:
    hint, button, title, original = WORDS[start]
    page.goto(site + start)
    page.get_by_placeholder(hint).fill("xã")
    page.get_by_role("button", name=button).click()
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    assert b"ma_xa" in _download(page, page.get_by_role("link", name=original).first)
    parquet = _download(page, page.get_by_role("link", name="Parquet").first)
    assert parquet.startswith(b"PAR1")


def test_language_switch_leads_to_the_same_page(page: Page, site: str) -> None:
    page.goto(site + "/dataset/danh-muc-cap-xa-o-dak-lak")
    page.get_by_role("link", name="EN").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Communes of Đắk Lắk")


def test_keyboard_reaches_the_content_first(page: Page, site: str) -> None:
    page.goto(site + "/dataset/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


@pytest.mark.parametrize("path", PATHS)
def test_no_page_scrolls_sideways_or_breaks_its_policy(
    browser: Browser, site: str, path: str
) -> None:
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Failed to load resource" not in message.text:
            complaints.append(message.text)

    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.on("console", note)
    page.goto(site + path)
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert width <= 360
    assert not complaints


def _download(page: Page, link: Locator) -> bytes:
    with page.expect_download() as download:
        link.click()
    return Path(download.value.path()).read_bytes()
