"""An edition of difang that reads what the replica calls a changed template: each known one, renamed as it renames."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from difang.ingest.extract.kind import TOPICS
from difang.ingest.extract.template import Template
from difang.ingest.extract.templates import templates
from difang.samplesite.alterations import scrambled

_ROOT = Path(__file__).parents[2]
_NAME = re.compile(r"([.#])([\w-]+)")
_SELECTORS = [field.name for field in fields(Template) if field.type == "tuple[str, ...]"]


def new_edition(folder: Path) -> Path:
    """Copy difang into the folder, with a module for each template and a special's new list; gives the folder."""
    package = folder / "difang"
    shutil.copytree(_ROOT / "difang", package)
    for number, template in enumerate(templates()):
        file = package / "ingest" / "extract" / "templates" / f"renamed_{number}.py"
        file.write_text(_module(_renamed(template)), encoding="utf-8")
    kind = package / "ingest" / "extract" / "kind.py"
    kind.write_text(
        kind.read_text(encoding="utf-8").replace(f'"{TOPICS[0]}"', f'"{TOPICS[0]}", "{_new_name(TOPICS[0])}"'),
        encoding="utf-8",
    )
    return folder


def _renamed(template: Template) -> Template:
    selectors: dict[str, Any] = {name: tuple(map(_of_new_names, getattr(template, name))) for name in _SELECTORS}
    return replace(template, name=f"{template.name} new", rank=template.rank + 10, **selectors)


def _of_new_names(selector: str) -> str:
    return selector if selector.startswith("./") else _NAME.sub(lambda found: found[1] + _new_name(found[2]), selector)


def _new_name(name: str) -> str:
    return scrambled(f'id="{name}"').split('"')[1]


def _module(template: Template) -> str:
    values = {field.name: getattr(template, field.name) for field in fields(Template)}
    kind = values.pop("kind")
    return (
        '"""A template whose names the site changed."""\n\n'
        "from difang.ingest.article import Kind\nfrom difang.ingest.extract.template import Template\n\n"
        f"TEMPLATE = Template(**{values!r}, kind=Kind({kind.value!r}))\n"
    )
