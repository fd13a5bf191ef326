"""One dataset of a DCAT page as a record: what is kept, what is wrong, what is lost."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from harvesters import dcat_dataset
from harvesters.dcat_graph import Graph
from harvesters.dcat_node import Notes
from opendata.records import Contact, Period, PublisherName, RejectedRecord, SourceRecord
from tests.unit.harvesters.conftest import read_rdf

PREFIXES = "".join(
    f"@prefix {prefix}: <{iri}> .\n"
    for prefix, iri in {
        "adms": "http://www.w3.org/ns/adms#",
        "dc": "http://purl.org/dc/elements/1.1/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "locn": "http://www.w3.org/ns/locn#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "http://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "time": "http://www.w3.org/2006/time#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }.items()
)
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type"
MEDIA_TYPE = "https://www.iana.org/assignments/media-types"


def page(text: str) -> Graph:
    body = (PREFIXES + text).encode()
    return read_rdf(body, "turtle", base="http://data.example/")


def record(properties: str, others: str = "", *, language: str = "vi") -> SourceRecord:
    """Return the record of a dataset with these properties besides its title."""
    text = f'<urn:d> a dcat:Dataset ; dct:title "T" {properties} .\n{others}'
    found = dcat_dataset.read(page(text), "urn:d", "d", Notes(), language=language)
    assert isinstance(found, SourceRecord)
    return found


def codes(found: SourceRecord) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in found.problems]


def titled(titles: str, *, language: str = "vi") -> SourceRecord:
    text = f"<urn:d> a dcat:Dataset ; dct:title {titles} ."
    found = dcat_dataset.read(page(text), "urn:d", "d", Notes(), language=language)
    assert isinstance(found, SourceRecord)
    return found


@pytest.mark.parametrize(
    ("titles", "title", "lost"),
    [
        ('"Một"@vi, "One"@en-GB', {"vi": "Một", "en": "One"}, ()),
        ('"Một"', {"vi": "Một"}, ()),
        ('"One"@en, "Uno"@es', {"en": "One", "und": "Uno"}, ("dct:title@es",)),
        ('"Un"@fr, "Uno"@es', {"und": "Un"}, ("dct:title@es", "dct:title@fr")),
        ('"B", "A"', {"vi": "A"}, ("dct:title (more)",)),
    ],
)
def test_texts_are_kept_by_language(
    titles: str, title: dict[str, str], lost: tuple[str, ...]
) -> None:
    found = titled(titles)
    assert (found.title, found.lost) == (title, lost)


def test_language_of_untold_texts_is_an_option() -> None:
    assert titled('"One"', language="en").title == {"en": "One"}


def test_older_vocabulary_counts_as_the_same() -> None:
    assert record('; dc:description "x"').notes == {"vi": "x"}


def test_missing_title_rejects() -> None:
    found = dcat_dataset.read(
        page("<urn:d> a dcat:Dataset ."), "urn:d", "d", Notes(), language="vi"
    )
    assert isinstance(found, RejectedRecord)
    assert found.problems[0].code == "missing-title"


def test_html_stays_as_text() -> None:
    assert record('; dct:description "<p>x</p>"').notes == {"vi": "<p>x</p>"}


@pytest.mark.parametrize(
    ("publisher", "expected"),
    [
        ('"Sở Y tế"', PublisherName("Sở Y tế")),
        ('"Sở Y tế"@vi, "Health"@en', PublisherName("Sở Y tế", name_en="Health")),
        (
            '[ foaf:name "Sở Y tế" ; dct:identifier "H01" ]',
            PublisherName("Sở Y tế", code="H01"),
        ),
        ('[ skos:prefLabel "Sở Y tế" ; skos:notation "H01" ]', PublisherName("Sở Y tế", "H01")),
        ("<urn:p>", None),
        ("[ a foaf:Agent ]", None),
    ],
)
def test_publisher_is_a_node_or_a_name(publisher: str, expected: PublisherName | None) -> None:
    assert record(f"; dct:publisher {publisher}").publisher == expected


def test_address_of_a_publisher_that_is_not_described_is_lost_by_name() -> None:
    found = record("; dct:publisher <http://org.example/n0>")
    assert (found.publisher, found.lost) == (None, ("dct:publisher (not described)",))


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (
            '[ vcard:fn "A" ; vcard:hasEmail <mailto:a@x.vn> ; vcard:hasTelephone <tel:+84> ]',
            Contact("A", "a@x.vn", "+84"),
        ),
        ('[ vcard:fn "A" ; vcard:hasEmail "MAILTO:a@x.vn" ]', Contact("A", "a@x.vn")),
        ("[ vcard:hasTelephone [ vcard:hasValue <tel:+84> ] ]", Contact(phone="+84")),
        ('"A"', Contact("A")),
        ("[ a vcard:Kind ]", None),
    ],
)
def test_contact_is_read_from_its_card(card: str, expected: Contact | None) -> None:
    assert record(f"; dcat:contactPoint {card}").contact == expected
    assert record(f"; adms:contactPoint {card}").contact == expected


@pytest.mark.parametrize(
    ("properties", "files", "licence", "lost"),
    [
        ("; dct:license <http://l.example/1>", (), "http://l.example/1", False),
        ('; dct:license "cc-by"', (), "cc-by", False),
        ('; dct:license [ rdfs:label "cc-by" ]', (), "cc-by", False),
        ("", ("<http://l.example/1>", "<http://l.example/1>"), "http://l.example/1", False),
        ("", ("<http://l.example/1>", "<http://l.example/2>"), "", True),
        ('; dct:license "cc-by"', ("<http://l.example/1>",), "cc-by", True),
    ],
)
def test_licence_is_that_of_the_dataset_else_of_all_files(
    properties: str, files: tuple[str, ...], licence: str, *, lost: bool
) -> None:
    distributions = "".join(
        f"; dcat:distribution [ dcat:downloadURL <http://x.example/{number}> ; dct:license {file} ]"
        for number, file in enumerate(files)
    )
    found = record(properties + distributions)
    assert found.licence == licence
    assert any("dct:license" in name for name in found.lost) == lost


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (f"<{FREQUENCY}/BIENNIAL>", "BIENNIAL"),
        ('"hằng năm"', "hằng năm"),
        ('"R/P1Y"', "R/P1Y"),
        ("<http://purl.org/cld/freq/daily>", "daily"),
    ],
)
def test_frequency_is_the_last_word_of_its_address(told: str, expected: str) -> None:
    assert record(f"; dct:accrualPeriodicity {told}").frequency == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            '[ dcat:startDate "2020-01-02"^^xsd:date ; dcat:endDate "2021-03-04" ]',
            (date(2020, 1, 2), date(2021, 3, 4)),
        ),
        ('[ schema:startDate "2020-01-02T00:00:00+07:00"^^xsd:date ]', (date(2020, 1, 2), None)),
        ('[ time:hasBeginning [ time:inXSDDate "2020-01-02" ] ]', (date(2020, 1, 2), None)),
        (
            '[ dcat:startDate "2020"^^xsd:gYear ; dcat:endDate "2020-02"^^xsd:gYearMonth ]',
            (date(2020, 1, 1), date(2020, 2, 29)),
        ),
        ('"2009-09-01T12:00:00Z/2010-05-31"', (date(2009, 9, 1), date(2010, 5, 31))),
        ('"2020"', (date(2020, 1, 1), date(2020, 12, 31))),
        ('"2020-01-01/.."', (date(2020, 1, 1), None)),
    ],
)
def test_period_is_read_in_its_many_forms(
    told: str, expected: tuple[date | None, date | None]
) -> None:
    found = record(f"; dct:temporal {told}")
    assert (found.period, found.problems) == (Period(*expected), ())


def test_period_in_words_is_a_problem() -> None:
    found = record('; dct:temporal "mùa mưa"')
    assert found.period is None
    assert ("bad-date", "dct:temporal") in codes(found)


def test_areas_are_names_and_shapes_are_lost() -> None:
    found = record(
        '; dct:spatial "Đắk Lắk", <http://geo.example/1>, <urn:place>,'
        ' [ locn:geometry "POINT(1 2)" ], "POLYGON((0 0))", "-1.5,2,3,4"',
        '<urn:place> rdfs:label "Huế" ; dcat:bbox "x" .',
    )
    assert set(found.areas) == {"Đắk Lắk", "http://geo.example/1", "Huế"}
    assert {"dct:spatial", "spatial.locn:geometry", "spatial.dcat:bbox"} <= set(found.lost)


def test_dates_count_whatever_type_they_claim() -> None:
    found = record(
        '; dct:issued "2024-08-20T10:50:38+07:00"^^xsd:date ;'
        ' dct:modified "2024-09-13T14:54:16+07:00"^^xsd:date'
    )
    assert found.issued == date(2024, 8, 20)
    assert found.modified == datetime(2024, 9, 13, 7, 54, 16, tzinfo=UTC)
    assert found.problems == ()


def test_bad_date_is_a_problem_of_its_field() -> None:
    found = record('; dct:issued "mai"^^xsd:date')
    assert (found.issued, codes(found)) == (None, [("bad-date", "dct:issued")])


def test_keywords_and_themes_are_words_labels_or_addresses() -> None:
    theme = "http://publications.europa.eu/resource/authority/data-theme/HEAL"
    found = record(
        f'; dcat:keyword "y tế"@vi, "health"@en ; dcat:theme <{theme}>, "Y tế", <urn:t>',
        '<urn:t> skos:prefLabel "Đất đai" .',
    )
    assert found.keywords == ("health", "y tế")
    assert set(found.themes) == {theme, "Y tế", "Đất đai"}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ('"vi"', "vi"),
        ("<http://publications.europa.eu/resource/authority/language/ENG>", "en"),
        ('"en-US"', "en"),
        ('"fr"', "und"),
        ('"en", "vi"', "vi"),
    ],
)
def test_language_of_the_data(told: str, expected: str) -> None:
    assert record(f"; dct:language {told}").language == expected


def test_landing_page_and_provenance() -> None:
    found = record(
        "; dcat:landingPage <http://data.example/d> ;"
        ' dct:provenance [ rdfs:label "Từ sổ"@vi, "From books"@en ]'
    )
    assert found.landing_page == "http://data.example/d"
    assert found.provenance == {"vi": "Từ sổ", "en": "From books"}


def test_landing_page_that_is_a_script_is_a_problem() -> None:
    found = record("; dcat:landingPage <javascript:alert(1)>")
    assert (found.landing_page, codes(found)) == ("", [("bad-url", "dcat:landingPage")])


def test_series_is_a_dataset_without_files_and_noted() -> None:
    text = '<urn:d> a dcat:DatasetSeries ; dct:title "T" .'
    found = dcat_dataset.read(page(text), "urn:d", "d", Notes(), language="vi")
    assert isinstance(found, SourceRecord)
    assert (found.distributions, found.lost) == ((), ("dcat:DatasetSeries",))


def test_what_finds_no_place_is_named() -> None:
    found = record(
        '; dct:creator <urn:c> ; <http://own.example/x> "1" ; dct:publisher'
        ' [ foaf:name "A" ; foaf:homepage <urn:h> ] ; dcat:distribution'
        " [ dcat:downloadURL <http://x.example/a> ; dcat:accessService <urn:s> ]"
    )
    assert found.lost == (
        "dct:creator",
        "distribution.dcat:accessService",
        "http://own.example/x",
        "publisher.foaf:homepage",
    )


def test_file_has_what_is_said_of_it() -> None:
    found = record(
        "; dcat:distribution <urn:f>",
        '<urn:f> dct:title "Tệp"@vi, "File"@en ; dct:description "x" ; dct:format "CSV" ;'
        " dcat:accessURL <http://x.example/page> ; dcat:downloadURL <http://x.example/a.csv> ;"
        ' dct:conformsTo "administrative-unit/1.0" .',
    )
    (file,) = found.distributions
    assert (file.url, file.upstream_id) == ("http://x.example/a.csv", "urn:f")
    assert (file.name, file.description, file.format) == ("Tệp", "x", "csv")
    assert file.schema == "administrative-unit/1.0"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("; dct:identifier 'f1'", "f1"),
        ("", ""),
    ],
)
def test_file_without_iri_is_known_by_identifier_or_address(properties: str, expected: str) -> None:
    url = "http://x.example/a"
    (file,) = record(f"; dcat:distribution [ dcat:downloadURL <{url}> {properties} ]").distributions
    assert (file.upstream_id, file.key) == (expected, expected or url)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (f"dct:format <{FILE_TYPE}/XLSX>", "xlsx"),
        ('dct:format "text/csv"', "csv"),
        ('dct:format [ rdf:value "application/pdf" ]', "pdf"),
        ('dct:format [ rdfs:label "XLS" ; rdf:value "application/vnd.ms-excel" ]', "xls"),
        (f"dcat:mediaType <{MEDIA_TYPE}/application/json>", "json"),
        ('dcat:mediaType "text/csv; charset=utf-8"', "csv"),
        ('dct:format "xlsx" ; dcat:mediaType "application/vnd.ms-excel"', "xlsx"),
        ('dcat:mediaType "application/x-thing"', "x-thing"),
        ('dct:title "no format"', ""),
    ],
)
def test_format_is_one_short_word(properties: str, expected: str) -> None:
    (file,) = record(
        f"; dcat:distribution [ dcat:downloadURL <http://x.example/a> ; {properties} ]"
    ).distributions
    assert file.format == expected


def test_files_that_cannot_be_had_are_problems_and_cost_themselves_only() -> None:
    found = record(
        "; dcat:distribution <urn:undescribed>, [ dct:title 'no address' ],"
        " [ dcat:downloadURL <ftp://x.example/a> ; dcat:accessURL <http://x.example/a> ],"
        " [ dcat:accessURL <http://x.example/a> ; dct:title 'the same address' ]"
    )
    assert [file.url for file in found.distributions] == ["http://x.example/a"]
    assert codes(found) == [
        ("wrong-type", "dcat:distribution"),
        ("bad-url", "distribution.dcat:downloadURL"),
        ("bad-url", "distribution.dcat:downloadURL"),
        ("duplicate-id", "distribution.dcat:downloadURL"),
    ]


def test_raw_bytes_follow_from_the_triples_alone() -> None:
    parts = [
        '<urn:d> a dcat:Dataset ; dct:title "T" ; dcat:contactPoint [ vcard:fn "A" ],',
        '[ vcard:fn "B" ; vcard:hasTelephone [ vcard:hasValue <tel:1> ] ] .',
    ]
    one = dcat_dataset.read(page(" ".join(parts)), "urn:d", "d", Notes(), language="vi")
    turned = (
        '<urn:d> dcat:contactPoint [ vcard:hasTelephone [ vcard:hasValue <tel:1> ] ; vcard:fn "B" ]'
        ', [ vcard:fn "A" ] ; dct:title "T" ; a dcat:Dataset .'
    )
    two = dcat_dataset.read(page(turned), "urn:d", "d", Notes(), language="vi")
    assert one.raw == two.raw


def test_raw_is_json_ld_of_the_dataset_and_what_it_leads_to() -> None:
    found = record(
        "; dct:publisher <urn:p> ; dct:relation <urn:other>",
        '<urn:p> foaf:name "A" . <urn:other> a dcat:Dataset ; dct:title "O" .',
    )
    again = read_rdf(found.raw, "jsonld", base="http://x.example/")
    assert set(again.nodes()) == {"urn:d", "urn:p"}
    assert again.types("urn:d") == {"dcat:Dataset"}


def test_circles_of_blank_nodes_end() -> None:
    found = record(
        "; dct:relation _:a", "_:a dct:relation _:b . _:b dct:relation _:a ; dct:title 'b' ."
    )
    assert found.raw


def test_long_text_that_datasets_share_is_cut_in_the_raw_of_each() -> None:
    text = "x" * 190_000
    shared = f"<urn:p> foaf:name 'P' ; dct:description '{text}1', '{text}2' ."
    found = record("; dct:publisher <urn:p>", shared)
    again = record("; dct:publisher <urn:p>", shared.replace("x1", "x3"))
    assert len(found.raw) < 30_000
    assert "raw (cut)" in found.lost
    (_, node) = json.loads(found.raw)["@graph"]
    texts = [value["@value"] for value in node["dct:description"]]
    assert len(texts) == 2
    assert all(
        text.startswith("xxx") and "… cut here: of 190001 characters" in text for text in texts
    )
    assert found.raw != again.raw


def test_text_that_fits_is_whole_in_the_raw() -> None:
    text = "x" * 100_000
    found = record(f"; dct:description '{text}'")
    assert text in found.raw.decode()
    assert "raw (cut)" not in found.lost


def test_nodes_that_do_not_fit_into_the_raw_are_cut() -> None:
    places = " , ".join(f"<urn:{number}>" for number in range(900))
    described = "\n".join(
        f"<urn:{number}> rdfs:label '{number}' ; dct:description '{'y' * 400}', '{'z' * 400}' ."
        for number in range(900)
    )
    words = " , ".join(f"<urn:word:{'w' * 100}{number}>" for number in range(3_000))
    found = record(f"; dct:spatial {places} ; dct:relation {words}", described)
    assert len(found.raw) < 300_000
    assert "raw (cut)" in found.lost
    first, *_, last = json.loads(found.raw)["@graph"]
    assert set(first) == {"@id", "cut"}
    assert "nodes more" in last["cut"]
