"""The reference of the API as a page of its own: made from its OpenAPI description, and loading nothing at all."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from rag.serving.problems import KINDS

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Quoteline: the API</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:54rem;margin:2rem auto;padding:0 1rem}}
pre{{padding:.75rem;overflow:auto;border:1px solid color-mix(in srgb,currentColor 25%,transparent)}}
table{{border-collapse:collapse}}td,th{{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}}
h3 code{{font-size:1.05rem}}</style><main><h1>Quoteline {version}: the API</h1>
<p>The same as <a href="/openapi.json">OpenAPI</a>. Send <code>Authorization: Bearer KEY</code> where a key is needed
(<code>rag keys add NAME</code>).</p>{body}</main></html>
"""


def page(described: dict[str, Any]) -> str:
    """Return the page of an OpenAPI description."""
    parts = []
    for path, methods in described["paths"].items():
        parts += [_route(method.upper(), path, about, described) for method, about in methods.items()]
    return _PAGE.format(version=escape(described["info"]["version"]), body="".join([*parts, *_problems()]))


def _route(method: str, path: str, about: dict[str, Any], described: dict[str, Any]) -> str:
    rows = [
        (one["name"], one["schema"].get("default", "" if one.get("required") else "none"), one.get("description", ""))
        for one in about.get("parameters", ())
    ]
    content = about.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = described.get("components", {}).get("schemas", {}).get(content.get("schema", {}).get("$ref", "")[21:], {})
    wanted = schema.get("required", ())
    rows += [
        (name, "" if name in wanted else one.get("default", "none"), one.get("description", ""))
        for name, one in sorted(schema.get("properties", {}).items(), key=lambda field: field[0] not in wanted)
    ]
    lines = [
        f"curl -X {method} http://127.0.0.1:7860{path}" if method != "GET" else f"curl http://127.0.0.1:7860{path}"
    ]
    if example := schema.get("example"):
        lines += ["     -H 'Content-Type: application/json'", f"     -d '{json.dumps(example, ensure_ascii=False)}'"]
    table = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(str(default))}<td>{escape(text)}"
        for name, default, text in rows
    )
    head = f"<table><tr><th>field<th>default<th>{table}</table>" if rows else ""
    shown = escape(" \\\n".join(lines))
    title = f"<code>{escape(method)} {escape(path)}</code>"
    return f"<h3>{title}</h3><p>{escape(about.get('summary', ''))}.</p><pre>{shown}</pre>{head}"


def _problems() -> Iterator[str]:
    yield "<h2>Problems</h2><p>An error is a problem detail (RFC 9457): <code>detail</code> tells what helps.</p>"
    yield "<table>"
    for kind, (status, title) in KINDS.items():
        yield f'<tr id="{kind}"><td>{status}<td><code>{kind}</code><td>{escape(title)}'
    yield "</table>"
