"""Workbooks that the test makes: what is shown is read, what is hidden is left out and told."""

import io
import re
import struct
import zipfile
from datetime import date

import openpyxl
import pytest
from openpyxl.styles import Font

from rag.documents.common.decode import Unusable
from rag.documents.office.spreadsheet import OLE, xls, xlsx
from rag.documents.opendocument.sheets import ods
from rag.documents.parse import parse


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_of(
    *rows: list[object], title: str = "Sheet"
) -> tuple[openpyxl.Workbook, "openpyxl.worksheet.worksheet.Worksheet"]:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return book, sheet


def test_values_as_the_sheet_shows_them() -> None:
    book, sheet = sheet_of(["Club", "Members", "Share", "Founded"], ["Harfield", 1204, 0.125, date(1911, 5, 3)])
    sheet["B2"].number_format, sheet["C2"].number_format = "#,##0", "0.0%"
    found = xlsx(saved(book))
    assert found.text == "Club: Harfield; Members: 1,204; Share: 12.5%; Founded: 1911-05-03"
    assert found.notes == []


def test_what_is_hidden_or_struck_out_is_left_out_and_told() -> None:
    book, sheet = sheet_of(
        ["Club", "Members", "Secret"], ["Harfield", 1204, "s"], ["Hidden", 5, "s"], ["Gone", 9, ""], ["Leafs", 80, "s"]
    )
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet["A4"].font = sheet["B4"].font = Font(strike=True)
    costs = book.create_sheet("Costs")
    costs.append(["secret", 1])
    costs.sheet_state = "hidden"
    found = xlsx(saved(book))
    assert found.text == "Club: Harfield; Members: 1204\n\nClub: Leafs; Members: 80"
    assert found.notes == [
        "1 hidden sheet is left out (Costs)",
        "1 hidden row is left out (sheet 'Sheet')",
        "1 hidden column is left out (sheet 'Sheet')",
        "2 struck-out cells are left out (sheet 'Sheet')",
    ]


def test_each_of_several_sheets_stands_under_its_name() -> None:
    book, _ = sheet_of(["Club", "Members"], ["Harfield", 1204], title="2023")
    other = book.create_sheet("2024")
    other.append(["Club", "Members"])
    other.append(["Harfield", 1300])
    assert xlsx(saved(book)).text.split("\n\n") == [
        "2023", "Sheet: 2023; Club: Harfield; Members: 1204", "2024", "Sheet: 2024; Club: Harfield; Members: 1300",
    ]  # fmt: skip


def test_the_name_of_one_sheet_is_its_title() -> None:
    book, _ = sheet_of(["Club", "Members"], ["Harfield", 1204], title="Clubs of Orda")
    assert xlsx(saved(book)).meta["title"] == "Clubs of Orda"


def test_merged_cells() -> None:
    book, sheet = sheet_of(
        ["Clubs of the county", None, None, None],
        ["Club", "2023", None, "Town"],
        [None, "Members", "Teams", None],
        ["North", None, None, None],
        ["Leafs", 1, 2, "Oslo"],
        ["Blues", 5, 6, None],
    )
    for cells in ("A1:D1", "A2:A3", "B2:C2", "D2:D3", "A4:D4", "D5:D6"):
        sheet.merge_cells(cells)
    assert xlsx(saved(book)).text.split("\n\n") == [
        "Clubs of the county",
        "North",
        "North; Club: Leafs; 2023 Members: 1; 2023 Teams: 2; Town: Oslo",
        "North; Club: Blues; 2023 Members: 5; 2023 Teams: 6; Town: Oslo",
    ]


def test_a_formula_without_a_result_is_told() -> None:
    book, _ = sheet_of(["Club", "Members", "Twice"], ["Harfield", 1204, "=B2*2"])
    found = xlsx(saved(book))
    assert found.text == "Club: Harfield; Members: 1204"
    (note,) = found.notes
    assert note.startswith("1 formula is without a stored result")


def test_a_formula_is_the_value_that_it_had() -> None:
    book, _ = sheet_of(["Club", "Members", "Twice"], ["Harfield", 1204, "=B2*2"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as made, zipfile.ZipFile(out, "w") as counted:
        for name in made.namelist():
            counted.writestr(name, re.sub(rb"<v ?/>|<v></v>", b"<v>2408</v>", made.read(name)))
    found = xlsx(out.getvalue())
    assert found.text == "Club: Harfield; Members: 1204; Twice: 2408"
    assert found.notes == []


@pytest.mark.parametrize(
    ("suffix", "data", "reason"),
    [
        (".xlsx", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "encrypted with a password"),
        (".xlsx", b"PK\x03\x04 broken", "not a whole file"),
        (".xlsx", saved(openpyxl.Workbook()), "no cells with text in it"),
        (".xls", b"<html><table>", "no XLS, though it is named so"),
        (".xls", OLE + bytes(600), "not a whole XLS"),
        (".ods", b"PK\x03\x04 broken", "not a whole file"),
    ],
)
def test_what_cannot_be_read_has_a_reason(suffix: str, data: bytes, reason: str) -> None:
    with pytest.raises(Unusable) as caught:
        parse(suffix, data, 256)
    assert caught.value.reason.startswith(reason)
    assert caught.value.remedy


def test_a_sheet_that_reaches_too_far_is_no_table() -> None:
    book, sheet = sheet_of(["Club"], ["Harfield"])
    sheet["XFD900000"] = "lost"
    with pytest.raises(Unusable, match="reaches over 900000 rows"):
        xlsx(saved(book))


def record(number: int, data: bytes) -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def biff(*cells: tuple[int, int, str | float]) -> bytes:
    """Return a bare workbook of Excel 2.1: one sheet, cells of words and numbers."""
    body = record(0x0009, struct.pack("<HH", 2, 0x10))
    for row, column, value in cells:
        place = struct.pack("<HH3s", row, column, bytes(3))
        if isinstance(value, str):
            body += record(0x0004, place + bytes([len(value)]) + value.encode())
        else:
            body += record(0x0003, place + struct.pack("<d", value))
    return body + record(0x000A, b"")


def test_xls() -> None:
    data = biff((0, 0, "Club"), (0, 1, "Members"), (1, 0, "Harfield"), (1, 1, 1204.0), (2, 0, "Leafs"), (2, 1, 80.5))
    assert xls(data).text == "Club: Harfield; Members: 1204\n\nClub: Leafs; Members: 80.5"


ROOT = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
STYLES = """
<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
<style:style style:name="T1" style:family="text">
<style:text-properties style:text-line-through-style="solid"/></style:style>
"""


def cell(text: str = "", about: str = "") -> str:
    said = f"<text:p>{text}</text:p>" if text else ""
    return f"<table:table-cell {about}>{said}</table:table-cell>"


def row(*cells: str, about: str = "") -> str:
    return f"<table:table-row {about}>{''.join(cells)}</table:table-row>"


EMPTY = cell(about='table:number-columns-repeated="1024"')
CLUBS = [
    row(cell("Clubs of the county", 'table:number-columns-spanned="3"'), "<table:covered-table-cell/>"),
    row(EMPTY, about='table:number-rows-repeated="2"'),
    row(cell("Club"), cell("Members"), cell("Founded"), cell("Secret")),
    row(
        cell('Old<text:s/><text:span text:style-name="T1">New</text:span>Harfield').replace(
            "<text:p>", "<office:annotation><text:p>a comment</text:p></office:annotation><text:p>", 1
        ),
        cell("1.204", 'office:value-type="float" office:value="1204"'),
        cell("03.05.11", 'office:value-type="date" office:date-value="1911-05-03"'),
        cell("s"),
    ),
    row(cell("Ghost"), cell("1", 'table:number-columns-repeated="2"'), about='table:visibility="collapse"'),
    row(EMPTY, about='table:number-rows-repeated="1048570"'),
]
COLUMNS = '<table:table-column table:number-columns-repeated="3"/><table:table-column table:visibility="collapse"/>'
CONTENT = f"""<office:document-content {ROOT}><office:automatic-styles>{STYLES}</office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="Clubs">{COLUMNS}{"".join(CLUBS)}</table:table>
<table:table table:name="Hidden" table:style-name="ta2">{row(cell("x"))}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def archive(manifest: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("META-INF/manifest.xml", manifest)
        file.writestr("content.xml", CONTENT)
    return out.getvalue()


def test_ods() -> None:
    found = ods(archive("<manifest/>"))
    assert found.text == "Clubs of the county\n\nClub: Old Harfield; Members: 1.204; Founded: 1911-05-03"
    assert found.notes == [
        "1 hidden sheet is left out (Hidden)",
        "1 hidden row is left out (sheet 'Clubs')",
        "1 hidden column is left out (sheet 'Clubs')",
    ]
    assert found.meta["title"] == "Clubs of the county"


def test_an_encrypted_ods_is_told() -> None:
    with pytest.raises(Unusable, match="encrypted with a password"):
        ods(archive("<manifest><encryption-data/></manifest>"))
