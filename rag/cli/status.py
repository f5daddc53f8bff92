"""What an index holds, for ``rag status``, in a terminal."""

from collections.abc import Iterator
from typing import Any

from rag.schema import Skipped


def text(found: dict[str, Any]) -> str:
    """Return a status for a terminal."""
    if found["index"] is None:
        return "\n".join([f"generation  none yet in {found['folder']}", *_under_way(found)])
    encoder = found["encoder"]
    lines = [
        f"generation  {found['index']}" + (" (every byte verified)" if found["verified"] else ""),
        f"folder      {found['folder']}",
        f"documents   {found['documents']}",
        f"passages    {found['passages']} ({found['sentences']} sentences)",
        f"encoder     {encoder['name']}, {encoder['dimension']} dimensions, on {encoder['runtime']}",
        f"search      {_search(found['vectors'])}",
        f"size        {_megabytes(found['total_bytes'])}",
    ]
    lines += [f"  {_megabytes(size):>9}  {name}" for name, size in found["bytes"].items()]
    lines += [f"skipped     {Skipped(**item)}" for item in found["skipped"]]
    lines += _under_way(found)
    where = "" if "sources" in found else " (rag status --sources tells what)"
    if found["partly_read"]:
        lines.append(f"partly read {_documents(found['partly_read'])}{where}")
    if found["noted"]:
        lines.append(f"noted       {_documents(found['noted'])} with something left out{where}")
    for source in found.get("sources", ()):
        lines.append(f"{source['source']}  {source['published'] or '-'}  {source['characters']}  {source['title']}")
        lines += [f"    {source['source']}: {told}" for told in (*source["unread"], *source["notes"])]
    return "\n".join(lines)


def _under_way(found: dict[str, Any]) -> Iterator[str]:
    """Yield how far a build is, and who takes part in it."""
    if building := found.get("building"):
        what = "files parsed" if building["stage"] == "read" else "passages encoded"
        done, left = building["jobs_done"], building["jobs_left"]
        yield (
            f"building    {building['done']} of {building['total']} {what}, {building['per_s']:.1f} a second"
            f" ({done} jobs done, {left} listed)"
        )
        if not any(worker["builds"] for worker in found["workers"]):
            yield "            cut: rag index goes on with what was done"
    for worker in found.get("workers", ()):
        did = f"{worker['files']} files parsed, {worker['passages']} passages encoded"
        yield f"worker      {worker['name']}{' (builds)' if worker['builds'] else ''}: {did}"


def _documents(number: int) -> str:
    return f"{number} document{'' if number == 1 else 's'}"


def _search(vectors: dict[str, Any]) -> str:
    recall = f" (finds {vectors['recall_at_50']:.1%} of the 50 nearest)" if "recall_at_50" in vectors else ""
    return "exact" if vectors["kind"] == "flat" else f"by {vectors['kind']} first{recall}"


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.2f} MB"
