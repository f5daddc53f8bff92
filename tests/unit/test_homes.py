"""Where an index lives."""

from pathlib import Path

import pytest

from rag.cli import main as cli
from rag.errors import UsageError
from rag.indexing.homes import home


@pytest.mark.parametrize("address", ["s3://press/index", "lance://index", "mysql://ana:geheim@db.example/press"])
def test_an_address_of_another_kind_is_no_name_of_a_folder(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = address.partition(":")[0]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        UsageError, match=f"^{scheme}://… is not a place for an index: write a folder, or postgresql://"
    ):
        home(address)
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "tea.txt").write_text("The tea house opened.\n")
    assert cli.main(["index", "--sources", "sources", "--index", address]) == 2
    told = capsys.readouterr().err
    assert "is not a place for an index" in told
    assert "geheim" not in told
    assert [path.name for path in tmp_path.iterdir()] == ["sources"]


def test_a_folder_may_have_a_colon_in_its_name(tmp_path: Path) -> None:
    assert home(tmp_path / "s3:").name == str(tmp_path / "s3:")
