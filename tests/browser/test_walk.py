"""What people do, in a real browser without JavaScript: find, look, download; on a phone too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from opendata.services import table_schemas

WORDS = {
    "/": ("Tìm kiếm dữ liệu…", "Tìm", "Danh mục cấp xã ở Đắk Lắk", "Tệp gốc"),
    "/en/": ("Search data…", "Search", "Communes of Đắk Lắk", "Original file"),
}
CHECKS = {
    "/validate/": ("Kiểm tra", "21 trong 22 dòng sẽ bị để riêng."),
    "/en/validate/": ("Check", "21 of 22 rows would be set aside."),
}
PATHS = (
    "/",
    "/dataset/",
    "/dataset/?q=zzzz&format=csv",
    "/dataset/danh-muc-cap-xa-o-dak-lak",
    "/organization/cuc-thong-ke",
    "/schemas",
    "/validate",
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


@pytest.mark.parametrize("start", CHECKS)
def test_file_is_checked_by_keyboard(page: Page, site: str, start: str, tmp_path: Path) -> None:
    schema = table_schemas.find("administrative-unit")
    button, verdict = CHECKS[start]
    # Asked for before the page is there: the browser takes a while to hand choosers over.
    page.on("filechooser", lambda _: None)
    page.goto(f"{site}{start}?schema={schema.key}")
    page.locator("#file").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(schema.folder / "invalid.csv")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator("button:focus", has_text=button).count():
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(verdict, timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("invalid.csv")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_report_is_saved_from_the_form(page: Page, site: str) -> None:
    schema = table_schemas.find("administrative-unit")
    page.goto(f"{site}/en/validate/?schema={schema.key}")
    page.locator("#file").set_input_files(schema.folder / "valid.csv")
    button = page.get_by_role("button", name="Check and save the report (JSON)")
    with page.expect_download(timeout=60_000) as download:
        button.click()
    assert json.loads(Path(download.value.path()).read_bytes())["valid"] is True


def _download(page: Page, link: Locator) -> bytes:
    with page.expect_download() as download:
        link.click()
    return Path(download.value.path()).read_bytes()


@pytest.fixture(params=[1280, 360], ids=["desk", "phone"])
def scripted(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    yield context.new_page()
    context.close()


def test_suggestions_are_chosen_by_keyboard(scripted: Page, site: str) -> None:
    scripted.goto(site + "/en/dataset/")
    field = scripted.get_by_role("combobox", name="Search datasets")
    field.press_sequentially("cục th")
    option = scripted.get_by_role("option", name="Statistics Office")
    expect(option).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    assert (
        scripted.evaluate("document.documentElement.scrollWidth")
        <= (scripted.viewport_size or {"width": 0})["width"]
    )
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    field.press("Enter")
    expect(scripted).to_have_url(site + "/en/organization/cuc-thong-ke")


def test_suggestions_close_and_the_words_are_searched(scripted: Page, site: str) -> None:
    scripted.goto(site + "/")
    field = scripted.get_by_role("combobox", name="Tìm")
    field.press_sequentially("dân")
    expect(scripted.get_by_role("option").first).to_be_visible()
    field.press("Escape")
    expect(scripted.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("dân")
    field.press("Enter")
    expect(scripted.get_by_role("heading", level=2)).to_contain_text("bộ dữ liệu")


def test_suggestion_is_chosen_by_pointer(scripted: Page, site: str) -> None:
    scripted.goto(site + "/")
    scripted.get_by_role("combobox").press_sequentially("ho tich")
    scripted.get_by_role("option", name="Hộ tịch").click()
    expect(scripted).to_have_url(site + "/dataset/?theme=civil-status")
