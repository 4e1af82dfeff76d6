"""The page that documents the API, made of the OpenAPI description: no script, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from difang.console.limiting import RateLimit
from difang.console.pages import LOOKING, Pages

_SHAPES = 6  # levels of a schema that are shown


def router(app: FastAPI, pages: Pages, limit: RateLimit) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/api", methods=LOOKING)
    def documentation(request: Request) -> HTMLResponse:
        described = app.openapi()
        return pages.show(
            request,
            "api.html",
            here="api",
            operations=list(_operations(described)),
            address=f"{request.url.scheme}://{request.url.netloc}",
            limits=limit.sentences,
        )

    return routes


def _operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    schemas = described.get("components", {}).get("schemas", {})
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield {
                "method": method.upper(),
                "path": path,
                "summary": operation.get("description") or operation["summary"],
                "parameters": [_parameter(each, schemas) for each in operation.get("parameters", [])],
                "answers": sorted((status, answer["description"]) for status, answer in operation["responses"].items()),
                "shape": _shape_of(operation["responses"].get("200", {}), schemas),
                "id": operation["operationId"],
            }


def _parameter(each: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = each["schema"]
    return {
        "name": each["name"],
        "place": each["in"],
        "required": each.get("required", False),
        "type": _type(schema, schemas),
        "default": "" if schema.get("default") in (None, "", []) else json.dumps(schema["default"]).strip('"'),
        "description": each.get("description", schema.get("description", "")),
    }


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    schema = _named(schema, schemas)
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(part, schemas) for part in schema["anyOf"] if part.get("type") != "null")
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}), schemas)}]"
    bounds = [f"{word} {schema[name]}" for name, word in (("minimum", "≥"), ("maximum", "≤")) if name in schema]
    return " ".join([schema.get("format") or schema.get("type") or "any", *bounds])


def _shape_of(answer: dict[str, Any], schemas: dict[str, Any]) -> str:
    for media, content in answer.get("content", {}).items():
        if media == "application/json" and content.get("schema"):
            return "\n".join(_shape(content["schema"], schemas, 0))
        return str(media)
    return ""


def _shape(schema: dict[str, Any], schemas: dict[str, Any], depth: int) -> Iterator[str]:
    """A line a field, those of what is within indented; of a list, of what it holds."""
    schema = _named(schema, schemas)
    if schema.get("type") == "array":
        yield f"{'  ' * depth}{_type(schema, schemas)}"
        yield from _shape(_inner(schema, schemas), schemas, depth + 1)
        return
    for name, part in schema.get("properties", {}).items():
        yield f"{'  ' * depth}{name}: {_field_type(part, schemas)}"
        if depth < _SHAPES:
            yield from _shape(_inner(part, schemas), schemas, depth + 1)


def _field_type(part: dict[str, Any], schemas: dict[str, Any]) -> str:
    null = " | null" if any(one.get("type") == "null" for one in part.get("anyOf", [])) else ""
    return _type(part, schemas) + null


def _inner(part: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """What a list, a map or a field that may be null holds."""
    part = _named(part, schemas)
    for one in part.get("anyOf", []):
        if one.get("type") != "null":
            return _inner(one, schemas)
    if part.get("type") == "array":
        return _inner(part.get("items", {}), schemas)
    more = part.get("additionalProperties")
    return _inner(more, schemas) if isinstance(more, dict) else part


def _named(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return schemas.get(name, schema) if name else schema
