"""Layout A, to 2012: p_title, p_publishtime, p_origin, p_content and, below the text, p_editor."""

from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="a",
    marks=("p_content",),
    head=("div.left_c_c", "div.left_content"),
    title=("h1 #p_title", "#p_title", "h1"),
    pre_title=("./descendant::p[@class='p1'][following-sibling::h1]",),
    subtitle=("h2",),
    byline=("p.author", "h2 ~ table em"),
    published=("#p_publishtime",),
    source=("#p_origin",),
    body=("#p_content",),
    editors=("#p_editor",),
    noise=("div.zdfy", "#finance_mf_code"),
)
