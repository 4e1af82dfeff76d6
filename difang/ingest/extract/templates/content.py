"""A layout told by crawlers: div.content.clear.clearfix holds the text, an h5 the day without a clock."""

from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="content",
    rank=-2,
    published=("h5", "p.sou", "div.info"),
    source=("h5", "p.sou", "div.info"),
    body=("div.content.clear.clearfix",),
    editors=("div.editor", "div#p_editor"),
    noise=("div.zdfy",),
)
