"""A photo series told by crawlers: dd#picG, with time and source in div.page_c .fr."""

from difang.ingest.article import Kind
from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="picG",
    rank=-2,
    kind=Kind.GALLERY,
    published=("div.page_c .fr", "div.page_c"),
    source=("div.page_c .fr", "div.page_c"),
    body=("dd#picG", "div#picG"),
    editors=("div.editor", "div#p_editor"),
    noise=("div.page_n", "div.zdfy"),
)
