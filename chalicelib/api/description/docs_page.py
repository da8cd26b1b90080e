"""The API's description as one page to read: no scripts, nothing loaded from elsewhere."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from chalicelib.api.description.openapi import description
from chalicelib.api.problems import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--dim:#777;--back:#8881;--link:#06c}
@media(prefers-color-scheme:dark){:root{--link:#6bf;--dim:#999}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}
a{color:var(--link);text-decoration:none}
h1{margin:.5rem 0}h2{border-bottom:1px solid var(--line);margin-top:2.5rem}
code,pre{font:14px/1.45 ui-monospace,monospace}
pre{background:var(--back);border-radius:6px;max-height:24rem;overflow:auto;padding:.75rem}
table{border-collapse:collapse;display:block;overflow-x:auto;width:100%}
td,th{border-bottom:1px solid var(--line);padding:.3rem .75rem .3rem 0;text-align:left;vertical-align:top}
section{border:1px solid var(--line);border-radius:8px;margin:1rem 0;padding:.25rem 1rem 1rem}
section h3{font-weight:600;margin:.75rem 0 .25rem;overflow-wrap:anywhere}
.method{border:1px solid var(--line);border-radius:4px;display:inline-block;font:600 13px ui-monospace,monospace;
margin-right:.5rem;min-width:3.5rem;padding:0 .4rem;text-align:center}
td code{overflow-wrap:anywhere}
.dim{color:var(--dim)}summary{cursor:pointer}nav li{overflow-wrap:anywhere}
""".strip()


@lru_cache(maxsize=1)
def page() -> str:
    """The page, in HTML. Every word of the description in it is escaped."""
    described = description()
    info = described["info"]
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>",
            f'<h1>{escape(info["title"])} API <span class="dim">{escape(info["version"])}</span></h1>',
            '<p class="dim">OpenAPI 3.1: <a href="openapi.json">openapi.json</a></p>',
            *(_words(paragraph) for paragraph in info["description"].strip().split("\n\n")),
            *_contents(described),
            *_resources(described),
            *_problems(),
            *_models(described),
            "</body></html>\n",
        )
    )


def _words(paragraph: str) -> str:
    strong = re.sub(r"[*]{2}(.+?)[*]{2}", r"<strong>\1</strong>", escape(paragraph, quote=False))
    return f"<p>{strong}</p>"


def _operations(described: dict[str, Any], tag: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method.upper(), path, operation


def _contents(described: dict[str, Any]) -> Iterator[str]:
    yield "<nav>"
    for tag in described["tags"]:
        yield f"<details open><summary>{escape(tag['name'].capitalize())}</summary><ul>"
        for method, path, operation in _operations(described, tag["name"]):
            link = f'<a href="#{operation["operationId"]}">{escape(path)}</a>'
            yield f'<li><span class="method">{method}</span>{link} <span class="dim">{escape(operation["summary"])}</span></li>'
        yield "</ul></details>"
    yield '<p><a href="#problems">Problems</a> · <a href="#models">Models</a></p></nav>'


def _resources(described: dict[str, Any]) -> Iterator[str]:
    for tag in described["tags"]:
        yield f"<h2>{escape(tag['name'].capitalize())}</h2><p>{escape(tag['description'])}</p>"
        for method, path, operation in _operations(described, tag["name"]):
            yield from _operation(described, method, path, operation)


def _resolved(described: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A part of the description: itself, or the component that it refers to."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: dict[str, Any] = described["components"][kind][name]
    return found


def _operation(described: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f'<section id="{operation["operationId"]}"><h3><span class="method">{method}</span>{escape(path)}</h3>'
    yield f"<p>{escape(operation['summary'])}.<br>"
    yield f'<span class="dim">{escape(operation.get("description", "For anyone, without a token."))}</span></p>'
    asked = [it for it in operation.get("parameters", []) if it["in"] != "path"]
    if asked:
        yield "<table><tr><th>Parameter</th><th>In</th><th></th></tr>"
        for it in asked:
            must = " (required)" if it["required"] else ""
            choices = ", ".join(it["schema"].get("enum", []))
            words = f"{it['description']}{f' One of {choices}.' if choices else ''}"
            yield f"<tr><td><code>{it['name']}</code>{must}</td><td>{it['in']}</td><td>{escape(words, quote=False)}</td></tr>"
        yield "</table>"
    if "requestBody" in operation:
        yield _body(described, "Request", operation["requestBody"])
    responses = {status: _resolved(described, response) for status, response in operation["responses"].items()}
    for status, response in responses.items():
        if "x-problem-codes" not in response and "content" in response:
            yield _body(described, f"Answer {status}", response)
    yield "<details><summary>Problems</summary><ul>"
    for status, response in responses.items():
        links = ", ".join(f'<a href="#p-{code}">{code}</a>' for code in response.get("x-problem-codes", []))
        if links:
            yield f"<li>{status} {links}</li>"
    yield "</ul></details></section>"


def _body(described: dict[str, Any], title: str, body: dict[str, Any]) -> str:
    content = next(iter(body["content"].values()))
    shape = content["schema"].get("$ref", "").rpartition("/")[2]
    link = f' <a href="#m-{shape}">{shape}</a>' if shape else ""
    examples = [_resolved(described, it)["value"] for it in content.get("examples", {}).values()]
    example = content["example"] if "example" in content else examples[0]
    shown = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
    return f"<details><summary>{title}</summary><p>{link}</p><pre>{escape(shown, quote=False)}</pre></details>"


def _problems() -> Iterator[str]:
    yield '<h2 id="problems">Problems</h2><table><tr><th>Code</th><th>Status</th><th>Meaning</th><th>What to do</th></tr>'
    for code, kind in CATALOGUE.items():
        cells = (str(kind.status.value), escape(kind.meaning, quote=False), escape(kind.remedy, quote=False))
        yield f'<tr id="p-{code}"><td><code>{code}</code></td>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
    yield "</table>"


def _models(described: dict[str, Any]) -> Iterator[str]:
    yield '<h2 id="models">Models</h2>'
    for name, schema in described["components"]["schemas"].items():
        words = escape(schema.get("description", ""), quote=False)
        yield f'<section id="m-{name}"><h3>{name}</h3><p>{words}</p>'
        if "enum" in schema:
            yield f"<p><code>{escape(', '.join(schema['enum']))}</code></p>"
        if schema.get("properties"):
            yield "<table>"
            required = schema.get("required", [])
            for field, kind in schema["properties"].items():
                must = "" if field in required else ' <span class="dim">(optional)</span>'
                said = escape(kind.get("description", ""), quote=False)
                yield f"<tr><td><code>{field}</code>{must}</td><td>{_kind(kind)}</td><td>{said}</td></tr>"
            yield "</table>"
        yield "</section>"


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#m-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if words := schema.get("enum", schema.get("x-extensible-enum", [schema["const"]] if "const" in schema else [])):
        return escape(" | ".join(map(str, words)))
    return escape(schema.get("format") or schema.get("type") or "anything")
