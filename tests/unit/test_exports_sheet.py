import csv
import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from rag.errors import SourceError, UsageError
from rag.exports.sheet import COLUMNS, MOST_CELL_CHARS, Row, comma_separated, questions, workbook
from rag.schema import Claim
from tests.exported import ANSWER, ANSWERS, FORMULA, REFUSAL

ROWS = [Row(answer.question, answer, place) for place, answer in enumerate(ANSWERS)]
FAILED = Row("", UsageError("the question is empty: ask something"))


def read(data: bytes) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))


def test_a_workbook_has_a_row_for_each_question() -> None:
    head, first, refused, _, failed = read(workbook([*ROWS, FAILED]))
    assert head == COLUMNS
    row = dict(zip(COLUMNS, first, strict=True))
    assert (row["id"], row["confidence"], row["status"], row["short answer"]) == (0, 0.9123, "answered", "32")
    assert row["answer"] == f"32 died <b>there</b>. [1]\n{FORMULA} [2] [1]"
    assert str(row["quotes"]).splitlines()[1] == f"[2] {FORMULA}"
    assert str(row["source"]).splitlines() == ["[1] news/raid.html", "[2] papers/Übersicht 1.pdf", "[3] notes.txt"]
    assert row["page"] == "[2] 2"
    assert refused[-1] == "refused: not_supported"
    assert failed[-1] == "error: the question is empty: ask something"


def test_no_cell_is_a_formula() -> None:
    data = workbook([*ROWS, Row("=1+1", replace(ANSWER, claims=(Claim(FORMULA, "supported", (1,)),)))])
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(data)).active for cell in row]
    assert any(cell.value == "=1+1" for cell in cells)
    assert "f" not in {cell.data_type for cell in cells}
    rows = list(csv.reader(io.StringIO(comma_separated([Row("=1+1", REFUSAL)]).decode("utf-8-sig"))))
    assert rows[1][1] == "'=1+1"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_sign_begins_a_formula_of_a_csv(sign: str) -> None:
    row = Row(f"{sign}1+1", replace(REFUSAL, short_answer=f"{sign}HYPERLINK(1)"), f"{sign}cmd|calc")
    (_, cells) = csv.reader(io.StringIO(comma_separated([row]).decode("utf-8-sig"), newline=""))
    assert [cell[:2] for cell in cells[:3]] == [f"'{sign}"] * 3


def test_a_csv_holds_no_half_character() -> None:
    assert "a��" in comma_separated([Row("a\x00\ud800", FAILED.result)]).decode("utf-8-sig")


def test_what_a_cell_cannot_hold() -> None:
    row = Row("a\x00b\x1b\ud800", replace(ANSWER, short_answer="x" * (MOST_CELL_CHARS + 1)))
    cells = read(workbook([row]))[1]
    assert cells[1] == "a�b��"
    assert len(str(cells[2])) == MOST_CELL_CHARS
    assert str(cells[2]).endswith(" …")


def test_csv_is_what_excel_reads() -> None:
    data = comma_separated(ROWS)
    assert data.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1][1] == "How many\ndied?"
    assert rows[2][1] == "'=1+1?"
    assert len(rows) == 4


def write(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_questions_of_a_workbook(tmp_path: Path) -> None:
    path = write(
        tmp_path / "q.xlsx",
        ("ID", "Topic", " Question "),
        (7, "x", "Who?"),
        (None, "y", "When?"),
        ("b", "z", None),
        ("c", "z", 5),
    )
    assert list(questions(path)) == [(7, "Who?"), (None, "When?"), ("c", "5")]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_questions_of_a_csv(tmp_path: Path, sign: str) -> None:
    path = tmp_path / "q.csv"
    path.write_bytes(f'\ufeffid{sign}question\r\n1{sign}"Who said ""yes"",\nand when?"\r\n\r\n2\r\n'.encode())
    assert list(questions(path)) == [("1", 'Who said "yes",\nand when?')]


def test_a_table_without_questions(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"q\.csv: the first row names the columns, and one of them must be \"question"
    ):
        list(questions(tmp_path / "q.csv"))
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"empty\.csv"):
        list(questions(tmp_path / "empty.csv"))


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    (tmp_path / "q.xlsx").write_bytes(b"no workbook")
    with pytest.raises(SourceError, match=r"q\.xlsx is no workbook that can be read"):
        list(questions(tmp_path / "q.xlsx"))
    (tmp_path / "q.csv").write_bytes(b"question\ncaf\xe9\n")
    with pytest.raises(SourceError, match=r"q\.csv is not UTF-8"):
        list(questions(tmp_path / "q.csv"))
    for name in ("no.xlsx", "no.csv"):
        with pytest.raises(SourceError, match="cannot be read: No such file"):
            list(questions(tmp_path / name))
