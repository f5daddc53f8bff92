import pytest

from rag.indexing import team

pytest.importorskip("psycopg")

from rag.postgres.jobs import PARSE, Job


def test_a_text_that_comes_or_goes_changes_the_batches_beside_it_alone() -> None:
    texts = [f"Harbour {n} opened." for n in range(2000)]
    before = [*map(tuple, team._batches(texts))]
    assert [text for batch in before for text in batch] == texts
    assert max(map(len, before)) <= 2 * team.BATCH
    assert 1000 / team.BATCH < len(before) < 4000 / team.BATCH
    for changed in ([*texts[:700], "A new one.", *texts[700:]], [*texts[:700], *texts[703:]]):
        after = [*map(tuple, team._batches(changed))]
        assert len(set(after) - set(before)) <= 4


def test_large_files_are_listed_few_at_a_time() -> None:
    jobs = [Job(str(n), PARSE, 1, b"x" * (team.SENT_BYTES // 2)) for n in range(4)]
    groups = [*team._groups([*jobs, None, *[None] * 2 * team.SENT])]
    assert [len(group) for group in groups] == [3, team.SENT, team.SENT, 2]
    assert [job for group in groups for job in group if job] == jobs
