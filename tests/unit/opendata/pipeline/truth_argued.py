"""Where a recorded file is read otherwise than other tools read it, and why that is right."""

from __future__ import annotations

from typing import Any

Differences = dict[str, dict[str, Any]]

# Of delimited text: what differs from the list, by the reason.
ARGUED: dict[str, Differences] = {
    "A file of one column has no delimiter; a comma in a list of words is a comma.": {
        "csv/frictionless/floats.csv": {"delimiter": ""},
        "csv/frictionless/leading-zeros.csv": {"delimiter": ""},
        "csv/messytables/long.csv": {"delimiter": ""},
        "csv/sineemore/csv/one-column.csv": {"delimiter": ""},
        "csv/sineemore/csv/trailing-newline-one-field.csv": {"delimiter": ""},
        "vietnam/Viet74K.txt": {"delimiter": "", "quarantined": 0},
    },
    "The first record is data like the others: no header, and the columns are numbered.": {
        "csv/frictionless/chunk2.headless.csv": {"rows": 1},
        "csv/frictionless/chunk3.csv": {"rows": 1},
        "csv/frictionless/without-headers-extra.csv": {"rows": 3},
        "csv/frictionless/without-headers.csv": {"rows": 3},
        "csv/openflights/airlines.dat": {"rows": 6162},
        "csv/openflights/cr-only.csv": {"rows": 203},
        "csv/openflights/fm-latin1.csv": {"rows": 7},
    },
    "A header without rows is a table without data, which is told and not published.": {
        "csv/frictionless/without-rows.csv": {"refused": "no-rows"},
        "csv/messytables/small.csv": {"refused": "no-rows"},
        "csv/messytables/utf8bom.csv": {"refused": "no-rows"},
        "csv/sineemore/csv/all-empty.csv": {"refused": "no-rows"},
        "csv/sineemore/csv/bad-header-wrong-header.csv": {"refused": "no-rows"},
        "csv/sineemore/csv/empty-one-column.csv": {"refused": "no-rows"},
        "csv/sineemore/csv/header-no-rows.csv": {"refused": "no-rows"},
    },
    "A quotation mark that never closes may swallow rows: the file is refused, as its name asks.": {
        "csv/sineemore/csv/bad-missing-quote.csv": {"refused": "unclosed-quote"},
    },
    "More columns than the limit of a table: most are one value repeated over years.": {
        "csv/frictionless/wide.csv": {"refused": "too-many-columns"},
    },
    "Traditional Chinese (Big5), which a catalogue of Viet Nam does not guess.": {
        "csv/messytables/characters.csv": {"refused": "unknown-encoding"},
    },
    "All but 13 rows are ASCII; these hold bytes of an encoding that nobody knows any more.": {
        "csv/messytables/211.csv": {"encoding": "utf-8", "quarantined": 13},
    },
    "The comment above the header is no record and stands apart.": {
        "csv/frictionless/countries.csv": {"rows": 5, "quarantined": 2},
        "csv/frictionless/country-2.csv": {"rows": 5, "quarantined": 0},
        "csv/frictionless/matrix-with-comment.csv": {"rows": 4, "quarantined": 0},
        "csv/frictionless/skip-rows-before-headers.csv": {"rows": 2, "quarantined": 0},
        "csv/frictionless/skip-rows.csv": {"rows": 3, "quarantined": 1},
    },
    "The header has more labels than any row has cells; a header says what a row should be.": {
        "csv/frictionless/invalid.csv": {"width": 4, "quarantined": 3},
        "csv/frictionless/issue-1004-data2.csv": {"width": 4, "quarantined": 3},
        "csv/openflights/fm-standard.csv": {"width": 19, "quarantined": 50},
    },
    "Titles above the header, a row of totals and notes below the data are no rows of it.": {
        "csv/messytables/begrotingsanalyse-2011.csv": {"rows": 39},
        "csv/messytables/excel_pasting.csv": {"rows": 13},
        "csv/messytables/mixedGLB.csv": {"rows": 133},
        "csv/messytables/spanish_chars.csv": {"rows": 114},
        "csv/messytables/weird_head_padding.csv": {"rows": 65, "quarantined": 5},
        "vietnam/bieu1_dan_so_tieu_de_tong_cong.csv": {},
    },
}

# Of spreadsheets: rows of each shown sheet where they are not one less than those of its range;
# 0 is a sheet without a table, None one that nobody can count.
SHEETS: dict[str, tuple[list[int | None], str]] = {
    "vietnam/bieu1_merged_headers_multi_sheet.xlsx": (
        [34, 10],
        "Title, labels over two rows, and the total stand apart.",
    ),
    "xlsx/frictionless/issue-1024.xlsx": (
        [46],
        "Above lie blank rows, three of title and three of labels; below, two notes.",
    ),
    "xlsx/frictionless/issue-320.xlsx": (
        [46],
        "Above lie blank rows, three of title and three of labels; below, two notes.",
    ),
    "xlsx/frictionless/issue-312.xlsx": ([4], "A blank row is no row of a sheet."),
    "xlsx/frictionless/issue-313.xlsx": (
        [2],
        "Only five of the 1,024 columns of its range hold anything.",
    ),
    "xlsx/frictionless/merged-cells.xlsx": ([0], "One text in one merged cell is no table."),
    "xlsx/frictionless/multiline-headers.xlsx": ([1], "Labels over five rows, one row of data."),
    "xlsx/frictionless/skip-rows.xlsx": (
        [1],
        "A title, labels, a row, and the word for a total below it.",
    ),
    "xlsx/frictionless/sheet2.xlsx": ([0, 2], "A sheet that holds one word is no table."),
    "xlsx/frictionless/table.xlsx": (
        [2, 2],
        "The second sheet begins in its ninth row, without labels.",
    ),
    "xlsx/messytables/libreoffice.xlsx": ([0], "A sheet that holds one word is no table."),
    "xlsx/messytables/bian-anal-mca-2005-dols-eng-1011-0312-tab3.xlsm": (
        [None],
        "A page of prose with lists in it.",
    ),
    "xlsx/messytables/large.xlsx": (
        [None],
        "A report: two tables one below the other with texts between them.",
    ),
}
