"""A photo series told by crawlers: div.pic with div.page_n; its last "next" leads to another series."""

from difang.ingest.article import Kind
from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="pic",
    rank=-2,
    kind=Kind.GALLERY,
    published=("div.pic_data", "h5"),
    source=("div.pic_data", "h5"),
    body=("div.pic",),
    needs=("div.page_n",),
    editors=("div.editor", "div#p_editor"),
    noise=("div.page_n", "div.zdfy"),
)
