"""The commoner surnames of China, to tell a name from a word where nothing but the characters tells."""

from __future__ import annotations

SURNAMES = frozenset(
    "向赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛奚范彭郎鲁韦昌马苗"
    "凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟黄穆萧尹姚邵湛汪祁毛禹狄"
    "米贝臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞"
    "万支柯昝管卢莫房裘缪干应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲封芮储靳汲邴糜松井段"
    "富巫乌焦巴弓牧隗谷车侯宓蓬全班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰鄂索咸籍"
    "赖卓蔺屠蒙池乔阴苍闻莘党翟谭贡劳姬申扶堵冉宰郦雍璩桑桂濮牛寿边扈燕冀郏浦尚农温庄晏柴瞿阎慕连茹习宦艾鱼容"
    "古易慎戈廖庾暨衡步耿弘匡文寇禄欧沃利蔚越夔隆师巩聂晁勾敖融冷訾辛阚那简饶曾毋沙鞠丰巢关查荆红游竺权盖桓肖"
    "闫付代仝覃岳佘佟丛兰冼涂苟隋晋楚鄢商逄逯亓綦卿原粟庹豆揭侴邸尉衣矫战迟趙錢孫吳鄭馮陳衛蔣韓楊許呂張嚴謝鄒"
    "竇雲蘇範韋馬鳳鮑費賀湯羅畢鄔樂時顧黃蕭貝計談龐紀項閔賈婁顏鐘駱萬盧繆應鄧單諸龔陸榮劉龍葉賴藺喬陰譚貢勞關"
    "閻習農溫莊連聶簡饒豐鍾欒寧厲蘭"
)
"""Surnames of one character, simplified and traditional, without those that are common words as well."""

_DOUBLE = (
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 端木 夏侯 长孙 宇文 司徒 呼延 欧陽 歐陽 司馬  "
    "諸葛 公孫 東方 獨孤 独孤 闻人 鲜于 完颜 拓跋 西门 南宫 濮阳 澹台 "
)
DOUBLE_SURNAMES = frozenset(_DOUBLE.split())
"""Surnames of two characters."""
