"""What an index holds, for ``rag status``."""

from dataclasses import asdict
from typing import Any

from rag.config import Config
from rag.errors import IndexMissing
from rag.indexing.homes import home
from rag.schema import SCHEMA_VERSION


def status(config: Config, *, verify: bool, sources: bool) -> dict[str, Any]:
    """Return the JSON form of ``rag status``; of an index whose first build is under way, what is known of the build.

    Args:
        config: names the index folder.
        verify: hash every file of the generation, however large, and load them.
        sources: list every document.

    Raises:
        IndexMissing, IndexDamaged: as opening it does.
    """
    own = home(config.index, config.models)
    under_way = own.under_way()
    try:
        index = own.open(verify=verify, load=verify)
    except IndexMissing:
        if not under_way.get("building"):
            raise
        return {"schema": SCHEMA_VERSION, "index": None, "folder": own.name, **under_way}
    with index:
        manifest = index.manifest
        found: dict[str, Any] = {
            "schema": SCHEMA_VERSION,
            "index": index.id,
            "folder": index.place,
            **asdict(manifest.counts),
            "encoder": {key: getattr(manifest.encoder, key) for key in ("name", "identity", "dimension", "runtime")},
            "vectors": manifest.vectors.form(),
            "bytes": manifest.sizes,
            "total_bytes": manifest.total_bytes,
            "skipped": [asdict(item) for item in manifest.skipped],
            "verified": verify,
            **under_way,
        }
        found["partly_read"], found["noted"] = index.store.noted()
        if sources:
            found["sources"] = [
                {
                    "source": d.source,
                    "title": d.title,
                    "published": d.published,
                    "characters": d.characters,
                    "unread": list(d.unread),
                    "notes": list(d.notes),
                }
                for d in index.store.documents()
            ]
    return found
