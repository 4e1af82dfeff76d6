"""Layout C′, 2025 on: as C, with the time in b#newstime and the text in #rm_txt_zw."""

from dataclasses import replace

from difang.ingest.extract.templates.c import TEMPLATE as LAYOUT_C

TEMPLATE = replace(
    LAYOUT_C,
    name="C′",
    rank=2,
    published=("#newstime", *LAYOUT_C.published),
    body=("div.rm_txt_con", "div#rm_txt_zw"),
    needs=("div#rm_txt_zw", "#newstime"),
)
