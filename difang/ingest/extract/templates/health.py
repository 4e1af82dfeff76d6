"""Layout of the health channel, seen 2024: articleCont, h2 as headline, artOri, artDet, the editor below the text."""

from difang.ingest.extract.template import Template

TEMPLATE = Template(
    name="health",
    head=("div.articleCont",),
    title=("div.title h2", "div.title h1", "h2"),
    published=("div.artOri",),
    source=("div.artOri",),
    body=("div.artDet",),
    editors=("div.editor",),
    noise=("div.zdfy", "div.editor", "div.about"),
)
