"""Buttons in place of commands: where a sentence names a command the console has a button for, a page names that."""

from __future__ import annotations

from difang.console.languages import N_, translations

_BUTTONS = {
    "`difang index migrate`": N_("迁移到新版索引"),
    "`difang index migrate --rebuild`": N_("重建索引"),
    "`difang index rollback`": N_("回到迁移前的索引"),
    "`difang backfill list`": N_("频道页"),
}


def with_buttons(language: str, said: str) -> str:
    """The sentence, in this language already, with buttons and pages in place of commands."""
    if "`difang " not in said:
        return said
    for command, label in _BUTTONS.items():
        button = f"“{translations(language).gettext(label)}”"
        if language == "zh":  # no space between a quotation and Chinese
            said = said.replace(f"{command} ", button).replace(f" {command}", button)
        said = said.replace(command, button)
    return said
