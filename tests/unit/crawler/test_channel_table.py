"""The channel table: the one that ships is whole, and a wrong entry is named with its line and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from difang.crawler.channel_table import load_channels
from difang.crawler.channels import channel_of, host_table, named
from difang.ingest.errors import UsageError

ENTRY = """# a table
[[channel]]
slug = "sd"
name = "山东频道"
hosts = ["sd.people.com.cn"]
front = "http://sd.people.com.cn/"
sitemap = "http://www.people.cn/sitemap/cn/sd/news_sitemap.xml"
volume = [5, 200]
every = "60m"
columns = [
  { url = "http://sd.people.com.cn/GB/166192/index.html", name = "要闻", verified = false },
]
"""


def test_the_shipped_table_holds_33_channels_with_distinct_hosts() -> None:
    channels = load_channels()
    hosts = [host for channel in channels for host in channel.all_hosts]
    assert len(channels) == 33
    assert len(set(hosts)) == len(hosts)
    assert sum(len(channel.columns) for channel in channels) > 700


def test_old_hosts_belong_to_their_channels() -> None:
    table = host_table(load_channels())
    assert table["ha.people.com.cn"].channel == "henan"
    assert table["fujian.people.com.cn"].channel == "fj"
    assert table["www.rmxiongan.com"].channel_name == "雄安频道"
    assert all(host.regional for host in table.values())


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('slug = "sd"', 'slug = "SD"', 3, "small letters"),
        ('slug = "sd"', 'slug = "all"', 3, "stands for every channel"),
        ('slug = "sd"', 'slug = "ѕd"', 3, "small letters"),
        ('name = "山东频道"', "name = 7", 4, "must be of type str"),
        ('name = "山东频道"', 'name = " "', 4, "the name is empty"),
        ('["sd.people.com.cn"]', '["sd people"]', 5, "no host name"),
        ('["sd.people.com.cn"]', "[]", 5, "at least one host"),
        ('["sd.people.com.cn"]', '["sd.people.com.cn", "sd.people.com.cn"]', 5, "names a host twice"),
        ('front = "http://sd', 'front = "http://js', 6, "does not lie on a host of the channel"),
        ('front = "http://', 'front = "https://', 6, "http, not https"),
        ("http://www.people.cn/sitemap", "www.people.cn/sitemap", 7, "is no address"),
        ("[5, 200]", "[200, 5]", 8, "volume must be"),
        ("[5, 200]", "[true, 5]", 8, "volume must be"),
        ('"60m"', '"60"', 9, "minutes or hours"),
        ('"60m"', '"1m"', 9, "between 5 minutes and 7 days"),
        ("volume =", "volumen =", 8, "a channel has no volumen"),
        ("volume = [5, 200]\n", "", 3, "lacks volume"),
        ("http://sd.people.com.cn/GB", "http://js.people.com.cn/GB", 11, "does not lie on a host"),
        ("verified = false", 'verified = "no"', 11, "verified of a column must be of type bool"),
        (", verified = false", "", 10, "a column is { url, name, verified }"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    file = tmp_path / "channels.toml"
    assert old in ENTRY
    file.write_text(ENTRY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_channels(file)
    assert f"{file}, line {line}: " in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("second", "line", "reason"),
    [
        (ENTRY, 14, "the slug sd is taken"),
        (ENTRY.replace('slug = "sd"', 'slug = "sx"'), 16, "belongs to the channel sd already"),
    ],
)
def test_doubles_are_refused(tmp_path: Path, second: str, line: int, reason: str) -> None:
    file = tmp_path / "channels.toml"
    file.write_text(ENTRY + second.removeprefix("# a table\n"), encoding="utf-8")
    with pytest.raises(UsageError, match=reason) as caught:
        load_channels(file)
    assert f"line {line}:" in str(caught.value) or f"line {line - 1}:" in str(caught.value)


@pytest.mark.parametrize("text", ["channel = 3", "[[channel", "", "[other]\nx = 1", "[[channel]]\n[x]\n"])
def test_a_file_that_is_no_table_is_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "channels.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"channels\.toml"):
        load_channels(file)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_channels(tmp_path / "none.toml")


def test_an_unknown_channel_suggests_the_nearest() -> None:
    channels = load_channels()
    for wrong, right in (("henna", "henan"), ("山东频", "sd"), ("fujian", "fj")):
        with pytest.raises(UsageError, match=f"do you mean {right}"):
            named(channels, [wrong])
    assert named(channels, []) == channels
    assert [channel.slug for channel in named(channels, ["sd", "bj", "sd"])] == ["sd", "bj"]
    assert [channel.slug for channel in named(channels, ["江苏", "山东频道", "js"])] == ["js", "sd"]


def test_an_address_tells_its_channel() -> None:
    channels = load_channels()
    assert channel_of("http://ha.people.com.cn/x", channels).slug == "henan"
    assert channel_of("http://nantong.people.com.cn/x", channels).slug == "js"
    central = channel_of("http://politics.people.com.cn/GB/14562/10339009.html", channels)
    assert (central.slug, central.regional, central.sitemap) == ("politics", False, None)
    with pytest.raises(UsageError, match="neither"):
        channel_of("http://example.org/", channels)
