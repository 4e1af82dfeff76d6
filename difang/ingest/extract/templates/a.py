"""Layout A, to 2012: p_title in an h1, p_publishtime, p_origin, p_content and, below the text, p_editor."""

from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="A",
    head=("div.left_c_c", "div.left_content"),
    title=("h1 #p_title", "#p_title", "h1"),
    pre_title=(
        "./descendant::h1[1]/preceding-sibling::p[@class='p1'][position() < 9]",
        "./descendant::h1[last()]/preceding-sibling::p[@class='p1'][position() < 9]",
    ),
    subtitle=("h2",),
    byline=(
        "./descendant::span[@id='p_publishtime'][1]/parent::p/preceding-sibling::table[position() < 4]"
        "[preceding-sibling::h2]//em",
        "p.author",
    ),
    published=("#p_publishtime",),
    source=("#p_origin",),
    body=("div#p_content",),
    editors=("div#p_editor", "#p_editor"),
    noise=("div.zdfy", "div#finance_mf_code"),
)
