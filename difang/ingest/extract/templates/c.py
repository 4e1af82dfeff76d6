"""Layout C, 2021 on: rm_txt holds headline, time, source and, in rm_txt_con, the text and the editor line."""

from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="C",
    rank=1,
    head=("div.rm_txt",),
    title=("h1#newstit", "h1"),
    pre_title=("h3.pre",),
    subtitle=("h4.sub",),
    byline=("div.author",),
    published=("div.col-1-1", "div.channel"),
    source=("div.col-1-1", "div.channel"),
    body=("div.rm_txt_con",),
    editors=("div.edit",),
    noise=("div.zdfy", "div.tjewm", "div.rm_relevant"),
)
