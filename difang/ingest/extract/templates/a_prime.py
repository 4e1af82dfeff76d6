"""Layout A′, 2012–2015: h1#p_title, time in p_publishtime, p.sou or h5, text in p_content or div.show_text."""

from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="A′",
    rank=1,
    head=("div.text_c",),
    title=("h1#p_title", "h1"),
    pre_title=("h3.pre",),
    subtitle=("h4.sub",),
    byline=("p.author", "div.author"),
    published=("#p_publishtime", "p.sou", "h5 i", "h5"),
    source=("#p_origin", "p.sou", "h5"),
    body=("div#p_content", "div.text_c div.show_text"),
    needs=("h1#p_title", "div.show_text"),
    editors=("div#p_editor", "#p_editor"),
    noise=("div.zdfy", "div.relate", "div.edit_con", "div#finance_mf_code"),
)
