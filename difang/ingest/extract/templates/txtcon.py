"""A layout told by crawlers: div.w1000.txtCon holds the text, div.editor.time1 the editors."""

from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="txtcon",
    rank=-1,
    published=("div.txtTit div.time1", "./descendant::div[@class='time1']", "div.time1:not(.editor)"),
    source=("div.txtTit div.time1", "./descendant::div[@class='time1']", "div.time1:not(.editor)"),
    body=("div.txtCon",),
    editors=("div.editor",),
    noise=("div.zdfy", "div.editor"),
)
