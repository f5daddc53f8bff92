"""CSV as it comes: the delimiter, quoted cells, decimal commas, and what is no CSV."""

import pytest

from rag.documents.common.decode import Unusable
from rag.documents.plain.delimited import delimited


def lines(text: str) -> list[str]:
    return delimited(text.encode()).text.split("\n\n")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("id;tags\n1;['a', 'b']\n2;['c']\n3;['d', 'e']\n", "id: 1; tags: ['a', 'b']"),
        ("vendor\tamount, EUR\nAcme\t1,200\nBolt\t3,400\n", "vendor: Acme; amount, EUR: 1,200"),
        ("Land;2022;2023\nA;1,5;2,5\nB;3,1;4,2\n", "Land: A; 2022: 1,5; 2023: 2,5"),
        ("id;name\n1;Doe, John\n2;Roe, Jane\n", "id: 1; name: Doe, John"),
        ("name|city\nAna|Lund, SE\nBo|Oslo, NO\n", "name: Ana; city: Lund, SE"),
        ("id,tags\n1,a|b\n2,c|d\n", "id: 1; tags: a|b"),
        ("a, b\n1, 2\n3, 4\n", "a: 1; b: 2"),
        ("text\nHello, world\nFoo, bar\n", "text: Hello, world"),
        ('Staff\n2 May 2026\n\nname,pay\nAna,"5,200"\nBo,"3,100"\n\nSource: HR\n', "Staff"),
        ("sep=;\na;b\n1,5;2\n", "a: 1,5; b: 2"),
        ("\ufeffname,age\nAna,33\n", "name: Ana; age: 33"),
        ('name,note\n"Lee, Ann","one\ntwo; ""three"""\n', 'name: Lee, Ann; note: one two; "three"'),
        ('a,b\n"x,1\ny,2\n', 'a: "x; b: 1'),
        ("a,b\r1,2,more\r", "a: 1; b: 2; more"),
        ("2024-01-05,Acme Ltd,1200\n2024-02-07,Bolt Co,900\n", "2024-01-05; Acme Ltd; 1200"),
    ],
)
def test_the_delimiter_is_the_one_that_fits(text: str, first: str) -> None:
    assert lines(text)[0] == first


def test_a_title_is_the_documents_title() -> None:
    found = delimited(b"City of Orda: payments 2024,,\nvendor,amount,date\nFoxtrot,2210,2024-02-09\n")
    assert found.meta["title"] == "City of Orda: payments 2024"
    assert found.text.startswith("City of Orda: payments 2024\n\nvendor: Foxtrot")


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n"])
def test_a_file_without_rows_is_no_table(text: str) -> None:
    with pytest.raises(Unusable, match="no rows"):
        delimited(text.encode())


def test_titles_and_notes_around_a_table_do_not_hide_its_delimiter() -> None:
    text = 'Staff\nas of 2 May 2026\n\nname,pay\nAna,"5,200"\nBo,"3,100"\n\nSource: HR\n'
    assert lines(text) == ["Staff", "as of 2 May 2026", "name: Ana; pay: 5,200", "name: Bo; pay: 3,100", "Source: HR"]


def test_a_delimiter_within_quoted_cells_is_none() -> None:
    found = delimited(b'Town,"Mayor; deputy",Budget\nOrda,"Lee; Berg","1,200"\nVar,"Holm; Ek","3,400"\n').text
    assert (
        found
        == "Town: Orda; Mayor; deputy: Lee; Berg; Budget: 1,200\n\nTown: Var; Mayor; deputy: Holm; Ek; Budget: 3,400"
    )


def test_inches_do_not_change_the_delimiter() -> None:
    found = delimited(b'Pipe;Width\nA;5"\nB;7"\n').text
    assert found == 'Pipe: A; Width: 5"\n\nPipe: B; Width: 7"'
