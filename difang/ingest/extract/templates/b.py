"""Layout B, 2016–2020: text_title above, box_con#rwb_zw holds the text and the editor line."""

from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="B",
    rank=1,
    head=("div.text_title",),
    title=("h1",),
    pre_title=("h3.pre",),
    subtitle=("h4.sub",),
    byline=("p.author", "div.author"),
    published=("div.box01 div.fl", "div.box01"),
    source=("div.box01 div.fl", "div.box01"),
    body=("div#rwb_zw", "div.box_con"),
    editors=("div.edit",),
    noise=("div.zdfy", "div.jingbian2012", "div.box_news"),
)
