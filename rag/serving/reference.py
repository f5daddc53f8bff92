"""The reference of the API as a page of its own: made from its OpenAPI description, and loading nothing at all."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.serving.problems import DESCRIBED, KINDS, MEDIA_TYPE
from rag.web.template import html


@dataclass(frozen=True, slots=True)
class _Route:
    """What is told of a route."""

    tag: str
    method: str
    path: str
    anchor: str
    summary: str
    asked: str
    """A command that asks it."""
    fields: list[tuple[str, str, str, str]]
    """The name of each, its kind, its default, and what it is."""
    given: list[tuple[str, str, str, str]]
    """What it gives when all went well: a status, a media type, what it is, and an example."""


def page(described: dict[str, Any]) -> str:
    """Return the page of an OpenAPI description: what there is at a glance, then each route, then the problems."""
    routes = [
        _route(method.upper(), path, about, described)
        for path, methods in described["paths"].items()
        for method, about in methods.items()
    ]
    example = json.dumps(DESCRIBED["content"][MEDIA_TYPE]["example"], ensure_ascii=False, indent=1)
    return html("reference", "page", described["info"]["version"], routes, example, KINDS, MEDIA_TYPE)


def _route(method: str, path: str, about: dict[str, Any], described: dict[str, Any]) -> _Route:
    fields = [
        (
            one["name"],
            _kind(one["schema"]),
            _default(one["schema"].get("default", "needed" if one.get("required") else "")),
            one.get("description", ""),
        )
        for one in about.get("parameters", ())
    ]
    sent = about.get("requestBody", {}).get("content", {})
    schema = _named(sent.get("application/json", {}).get("schema", {}), described)
    wanted = schema.get("required", ())
    fields += [
        (name, _kind(one), _default("needed" if name in wanted else one.get("default", "")), one.get("description", ""))
        for name, one in sorted(schema.get("properties", {}).items(), key=lambda field: field[0] not in wanted)
    ]
    tag = about.get("tags", ["server"])[0]
    return _Route(
        f"{tag[0].upper()}{tag[1:]}",
        method,
        path,
        f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        about.get("summary", ""),
        _curl(method, path, about, schema.get("example")),
        fields,
        list(_given(about)),
    )


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
    return (value if isinstance(value, str) else json.dumps(value)) if value is not None else ""


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


def _given(about: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for status, one in about.get("responses", {}).items():
        for kind, content in one.get("content", {}).items():
            if status.startswith("2") and (example := content.get("example")):
                shown = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=1)
                yield status, kind, one["description"], shown
