"""The reference of the API as a page of its own: made from its OpenAPI description, and loading nothing at all."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from rag.serving.problems import DESCRIBED, KINDS, MEDIA_TYPE

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Quoteline: the API</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:54rem;margin:2rem auto;padding:0 1rem}}
pre{{padding:.75rem;overflow:auto;border:1px solid color-mix(in srgb,currentColor 25%,transparent)}}
table{{border-collapse:collapse}}td,th{{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}}
h3 code{{font-size:1.05rem}}summary{{cursor:pointer}}</style><main><h1>Quoteline {version}: the API</h1>
<p>The same as <a href="/openapi.json">OpenAPI</a>. Send <code>Authorization: Bearer KEY</code> where a key is needed
(<code>rag keys add NAME</code>). <code>/mcp</code> speaks the Model Context Protocol.</p>{body}</main></html>
"""


def page(described: dict[str, Any]) -> str:
    """Return the page of an OpenAPI description: what there is at a glance, then each route, then the problems."""
    routes = [
        (about.get("tags", ["server"])[0], method.upper(), path, about)
        for path, methods in described["paths"].items()
        for method, about in methods.items()
    ]
    parts = ["<table>", *(_row(method, path, about) for _, method, path, about in routes), "</table>"]
    told = ""
    for tag, method, path, about in routes:
        if tag != told:
            told = tag
            parts.append(f"<h2>{escape(tag[0].upper() + tag[1:])}</h2>")
        parts.append(_route(method, path, about, described))
    return _PAGE.format(version=escape(described["info"]["version"]), body="".join([*parts, *_problems()]))


def _anchor(method: str, path: str) -> str:
    return escape(f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""))


def _row(method: str, path: str, about: dict[str, Any]) -> str:
    link = f'<a href="#{_anchor(method, path)}">{escape(method)} {escape(path)}</a>'
    return f"<tr><td>{link}<td>{escape(about.get('summary', ''))}"


def _route(method: str, path: str, about: dict[str, Any], described: dict[str, Any]) -> str:
    rows = [
        (
            one["name"],
            _kind(one["schema"]),
            one["schema"].get("default", "needed" if one.get("required") else ""),
            one.get("description", ""),
        )
        for one in about.get("parameters", ())
    ]
    sent = about.get("requestBody", {}).get("content", {})
    schema = _named(sent.get("application/json", {}).get("schema", {}), described)
    wanted = schema.get("required", ())
    rows += [
        (name, _kind(one), "needed" if name in wanted else one.get("default", ""), one.get("description", ""))
        for name, one in sorted(schema.get("properties", {}).items(), key=lambda field: field[0] not in wanted)
    ]
    table = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(kind)}<td>{_default(default)}<td>{escape(text)}"
        for name, kind, default, text in rows
    )
    head = f"<table><tr><th>field<th>kind<th>default<th>{table}</table>" if rows else ""
    title = f'<h3 id="{_anchor(method, path)}"><code>{escape(method)} {escape(path)}</code></h3>'
    asked = _pre(_curl(method, path, about, schema.get("example")))
    return f"{title}<p>{escape(about.get('summary', ''))}.</p>{asked}{head}{_given(about)}"


def _named(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = described.get("components", {}).get("schemas", {}).get(name, {})
    return found


def _kind(schema: dict[str, Any]) -> str:
    """Return the kind of a field in a word or two."""
    if several := schema.get("anyOf"):
        return " or ".join(_kind(one) for one in several if one.get("type") != "null")
    if schema.get("enum"):
        return ", ".join(map(str, schema["enum"]))
    kind = schema.get("type", "object" if "$ref" in schema else "any")
    return f"list of {_kind(schema.get('items', {}))}" if kind == "array" else str(kind)


def _default(value: Any) -> str:
    return escape(value if isinstance(value, str) else json.dumps(value)) if value is not None else ""


def _curl(method: str, path: str, about: dict[str, Any], example: Any) -> str:
    query = "&".join(
        f"{one['name']}={one['name'].upper()}"
        for one in about.get("parameters", ())
        if one["in"] == "query" and one.get("required")
    )
    for one in about.get("parameters", ()):
        path = path.replace(f"{{{one['name']}}}", one["name"].upper())
    address = f"'http://127.0.0.1:7860{path}?{query}'" if query else f"http://127.0.0.1:7860{path}"
    lines = [f"curl {address}" if method == "GET" else f"curl -X {method} {address}"]
    if example:
        lines += ["     -H 'Content-Type: application/json'", f"     -d '{json.dumps(example, ensure_ascii=False)}'"]
    elif about.get("requestBody"):
        lines.append("     --data-binary @FILE")
    return " \\\n".join(lines)


def _given(about: dict[str, Any]) -> str:
    """Return what a route gives when all went well."""
    parts = []
    for status, one in about.get("responses", {}).items():
        for kind, content in one.get("content", {}).items():
            if status.startswith("2") and (example := content.get("example")):
                shown = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=1)
                head = f"{escape(status)} <code>{escape(kind)}</code>: {escape(one['description'])}"
                parts.append(f"<details><summary>{head}</summary>{_pre(shown)}</details>")
    return "".join(parts)


def _pre(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def _problems() -> Iterator[str]:
    yield '<h2 id="problems">Problems</h2><p>An error is a problem detail (RFC 9457, '
    yield f"<code>{MEDIA_TYPE}</code>): <code>detail</code> tells what helps.</p>"
    yield _pre(json.dumps(DESCRIBED["content"][MEDIA_TYPE]["example"], ensure_ascii=False, indent=1))
    yield "<table><tr><th>status<th>kind<th>"
    for kind, (status, title) in KINDS.items():
        yield f'<tr id="{kind}"><td>{status}<td><code>{kind}</code><td>{escape(title)}'
    yield "</table>"
