from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.unpack import xml_document
from opendata.pipeline.unpack.order import Order

BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x0 "ha"><!ENTITY x1 "&x0;&x0;&x0;&x0;">
<!ENTITY x2 "&x1;&x1;&x1;&x1;"><!ENTITY x3 "&x2;&x2;&x2;&x2;">]>
<a><r><b>&x3;</b></r><r><b>1</b></r></a>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<a><r><b>&x;</b></r><r><b>1</b></r></a>"""


def test_repeated_elements_are_rows(build) -> None:
    built = build(
        """<?xml version="1.0" encoding="UTF-8"?>
        <!-- a list --><ds xmlns="urn:x" nam="2025"><meta><nguon>Sở</nguon></meta><list>
        <tinh ma="01"><ten>Hà Nội</ten><o><x>1</x><y>2</y></o><tag>a</tag><tag>b</tag></tinh>
        <tinh ma="02"><ten>Huế</ten><dan_so donvi="người">5</dan_so><tag>c</tag></tinh>
        </list></ds>""",
        claim="xml",
    )
    assert built.shape.format == "xml"
    assert built.rows == {
        "ma": ["01", "02"],
        "ten": ["Hà Nội", "Huế"],
        "o.x": [1, None],
        "o.y": [2, None],
        "tag": ['["a", "b"]', '["c"]'],
        "dan_so.donvi": [None, "người"],
        "dan_so": [None, 5],
    }


def test_attributes_and_elements_of_one_name_are_two_columns(build) -> None:
    built = build('<a><r id="x"><id>1</id></r><r id="y"><id>2</id></r></a>', claim="xml")
    assert built.rows == {"id": ["x", "y"], "id_2": [1, 2]}


def test_text_beside_attributes_is_a_column(build) -> None:
    built = build('<a><so nam="2024">1</so><so nam="2025">2</so></a>', claim="xml")
    assert built.rows == {"nam": [2024, 2025], "so": [1, 2]}


def test_several_tables_are_named_by_their_elements(build) -> None:
    built = build(
        "<db><p><tinh><a>1</a></tinh><xa><b>1</b></xa><tinh><a>2</a></tinh><xa><b>2</b></xa></p>"
        "<q><xa><c>1</c></xa><xa><c>1</c></xa></q></db>",
        claim="xml",
    )
    assert [(table.name, table.rows_read) for table in built.tables] == [
        ("tinh", 2),
        ("p.xa", 2),
        ("q.xa", 2),
    ]


def test_legacy_encodings_are_read_as_declared(build) -> None:
    text = '<?xml version="1.0" encoding="windows-1252"?><a><r><b>é</b></r><r><b>à</b></r></a>'
    assert build(text.encode("cp1252"), claim="xml").rows == {"b": ["é", "à"]}
    wide = '<?xml version="1.0" encoding="UTF-16"?><a><r><b>ệ</b></r><r><b>ả</b></r></a>'
    assert build(wide.encode("utf-16"), claim="xml").rows == {"b": ["ệ", "ả"]}


@pytest.mark.parametrize(
    "content",
    [
        "<a><b><c>1</c></b></a>",
        "<config><path>x</path><path>y</path><name>z</name></config>",
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        "<rdf:Description><a>1</a></rdf:Description><rdf:Description><a>1</a></rdf:Description>"
        "</rdf:RDF>",
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0"/><path d="M1"/></svg>',
    ],
)
def test_what_is_no_table_says_so(content: str, build) -> None:
    built = build(content, claim="xml")
    assert (built.tables, built.shape.reason) == ((), "not-tabular")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (BOMB, "unsafe-xml"),
        (OUTSIDE, "unsafe-xml"),
        ("<a><r><b>1</b></r><r><b>2</b></r>", "unreadable"),
        ("<a>" * 100_000, "unreadable"),
        ("<a><r>&unknown;</r><r/></a>", "unreadable"),
    ],
)
def test_hostile_and_damaged_xml_fails(content: str, reason: str, build) -> None:
    with pytest.raises(SourceFailure) as failure:
        build(content, claim="xml")
    assert failure.value.reason == reason


_NAMES = st.sampled_from(["a", "b", "c"])
_ELEMENTS = st.recursive(
    st.tuples(_NAMES, st.sampled_from(["", "1", "x y"])),
    lambda inner: st.tuples(_NAMES, st.lists(inner, max_size=4)),
    max_leaves=25,
)


def _written(element: tuple) -> str:
    name, content = element
    inner = content if isinstance(content, str) else "".join(map(_written, content))
    return (
        f"<{name} b='{len(inner)}'>{inner}</{name}>"
        if len(inner) % 3
        else f"<{name}>{inner}</{name}>"
    )


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(element=_ELEMENTS)
def test_any_xml_is_a_table_or_says_why_not(element: tuple, tmp_path: Path) -> None:
    path = tmp_path / "file.xml"
    path.write_text(_written(element))
    order = Order("xml", str(path), str(tmp_path), "here", Tables())
    assert _refused(order) in {"", "not-tabular"}


def _refused(order: Order) -> str:
    try:
        xml_document.unpack(order.to_words(), b"")
    except SourceFailure as failure:
        return failure.reason
    return ""
