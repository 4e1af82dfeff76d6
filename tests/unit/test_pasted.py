"""Running text that was pasted as a query is told from terms that were typed."""

from __future__ import annotations

import pytest

from difang.search.pasted import is_pasted


@pytest.mark.parametrize(
    "text",
    [
        "福建新增 1 例病例",
        "广东新增 31 例，累计 272 例",
        "3 月 5 日起复课",
        '什么是"速成"和“仓颉”？',
        'NYC mayor: "We\'re about 10 days away"',
        "关于“十五五”规划",
    ],
)
def test_spaces_beside_numbers_with_units_and_quotes_inside_text_are_typography(text: str) -> None:
    assert is_pasted(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "地铁 2024",
        "2024 地铁",
        "山东 2020 疫情",
        "山东 新冠肺炎 2020",
        "中国 经济 增长 2024 年",
        "确诊病例 治愈出院 10 例",
        '"北京冬奥会筹办" "粤港澳大湾区"',
        '北京 "粤港澳大湾区"',
        'title:"地铁"',
        "福建新增1例病例",
        "琥珀 2019 年",
        "济南地铁 2019 年",
        "龙门 3 人",
    ],
)
def test_terms_that_were_typed_stay_terms(text: str) -> None:
    assert not is_pasted(text)
