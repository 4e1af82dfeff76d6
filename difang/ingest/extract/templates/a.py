"""Layout A, to 2012: p_title in an h1, p_publishtime, p_origin, p_content and, below the text, p_editor."""

from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="A",
    head=("div.left_c_c", "div.left_content"),
    title=("h1 #p_title", "#p_title", "h1"),
    pre_title=("./descendant::p[@class='p1'][following-sibling::h1]",),
    subtitle=("h2",),
    byline=(
        "./descendant::table[preceding-sibling::h2][following-sibling::p/span[@id='p_publishtime']]//em",
        "p.author",
    ),
    published=("#p_publishtime",),
    source=("#p_origin",),
    body=("div#p_content",),
    editors=("div#p_editor", "#p_editor"),
    noise=("div.zdfy", "div#finance_mf_code"),
)
