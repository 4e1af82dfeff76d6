"""A layout told by crawlers: div.gray.box_text holds the text, a line above it the day without a clock."""

from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="gray",
    rank=-1,
    published=("p.info", "div.info", "p.sou", "h5"),
    source=("p.info", "div.info", "p.sou", "h5"),
    body=("div.box_text",),
    editors=("div.editor", "div#p_editor"),
    noise=("div.zdfy",),
)
