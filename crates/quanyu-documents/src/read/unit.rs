//! Units: counters, measures and money, with the base unit each is counted in.
//!
//! Owns the table of units. Adding a unit is adding a line; a unit that begins with a multiplier
//! (千瓦) is kept whole by `numeral`. Invariant: the base of money is 元, of floor area m2; every
//! other unit is its own base, as the text counts in it.

use super::text::{Class, Text};
use super::words::Words;
use std::sync::LazyLock;

/// How a unit behaves in the grammar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    /// Counts things or people.
    Counter,
    /// Counter that also makes names: 项, 条, 种 …, so Han numerals before it need more evidence.
    Weak,
    /// Money.
    Money,
    /// Length, area, mass, energy, data.
    Measure,
    /// A measure found in designations: 千伏, 英寸, 纳米.
    Spec,
    /// A length of time.
    Time,
    /// Per cent and its kin: value is divided by `10^places`.
    Ratio,
    /// Percentage points.
    Points,
    /// 倍.
    Times,
    /// 成.
    Tenths,
    /// 番.
    Doublings,
    /// 位次, 名次: steps in an order.
    Steps,
    /// A designation: 强, 级, 号线; the number is part of a name.
    Name,
    /// Batches and the like, counts only with a word that says so: 期, 届, 批.
    Serial,
}

/// A unit of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    /// What is printed as unit.
    pub base: &'static str,
    /// How it behaves.
    pub sort: Sort,
}

static TABLE: LazyLock<Words<Unit>> = LazyLock::new(|| {
    let mut rows: Vec<(&'static str, Unit)> = Vec::new();
    for (sort, words) in PLAIN {
        for word in words.split_whitespace() {
            rows.push((
                word,
                Unit {
                    base: word,
                    sort: *sort,
                },
            ));
        }
    }
    for (word, base, sort) in FOLDED {
        rows.push((word, Unit { base, sort: *sort }));
    }
    Words::forwards(&rows)
});

#[rustfmt::skip]
const PLAIN: &[(Sort, &str)] = &[
    (Sort::Counter, "家 个 名 人 场 次 人次 人次数 份 支 处 篇 席 户 台 套 台套 辆 艘 架 座 栋 幢 所 件 款 只 头 笔 宗 例 株 棵 羽 尾 匹 \
        家次 户次 件次 车次 班次 架次 航次 航班 列次 项次 亩次 批次 台次 课时 学时 学年 人年 人月 人日 人天 万人年 床位 床 张床位 学位 \
        座位 席位 泊位 车位 停车位 机位 工位 岗位 枚 幅 首 部 集 册 卷 本 辑 顿 趟 列 组 对 双 群 队 间 套间 屏 桩 枪 杆 盏 口 眼 \
        站 站次 校 院 师 标箱 标准箱 TEU 箱 包 袋 瓶 盒 桶 碗 单 票 卡 机柜 机架 标准机架 轮次 例次 户数 张 片 块 则 \
        帧 头份 人份 剂 剂次 针次 颗 朵 期次 场次 条次 亿次 起 位数 亩均 镇街 村居 行政村 自然村 社区 字 师生 学员 考生 \
        主体 市场主体 经营主体 平台 基站 充电桩 岗 案 例案件 台次数 台件"),
    (Sort::Weak, "项 条 位 种 类 方面 件套 门 道 层 根 段 班 县 市 省 镇 乡 村 街道 国家 城市 校区 品种 环节 维度"),
    (Sort::Measure, "平方公里 平方千米 公顷 亩 公里 千米 海里 米 里 吨 公斤 千克 斤 克 吨标准煤 吨标煤 万吨标准煤 立方米 立方 方 升 毫升 度 \
        千瓦时 千瓦 兆瓦 吉瓦 兆瓦时 吉瓦时 兆千瓦时 千伏安 兆伏安 瓦 焦 吉焦 千卡 大卡 千焦 载重吨 总吨 吨公里 人公里 箱公里 吨次 \
        kWh kwh KWH kW KW MW GW GWh MWh TWh km kg mm cm PB TB GB EB EFLOPS PFLOPS Pflops Eflops EOPS POPS TOPS P \
        百帕 微克 毫克 微克/立方米 毫克/升 μg/m3 t 吨/年 件/万人 元/平方米 吨/日 天次 分贝 转 环 摩尔 比特 字节 页"),
    (Sort::Spec, "千伏 伏 英寸 寸 纳米 微米 毫米 厘米 摄氏度 ℃ 赫兹 兆赫 千赫 兆 kV KV nm μm inch Gbps Mbps 像素 马力 安时 开 码"),
    (Sort::Time, "年 个月 个工作日 工作日 个交易日 天 日 小时 个小时 分钟 秒 秒钟 周 个星期 周年 周岁 岁 毫秒 个百日 个自然日 个季度 时辰 月龄"),
    (Sort::Ratio, "% ‰ %%"),
    (Sort::Points, "个百分点 百分点 个pct pct pcts pp 个百分比 个千分点 千分点"),
    (Sort::Times, "倍"),
    (Sort::Tenths, "成"),
    (Sort::Doublings, "番"),
    (Sort::Steps, "个位次 个名次 位次 名次 个席位次"),
    (Sort::Name, "强 号线 号 级 代 星 星级 等奖 等功 版 型 系 制 轮驱动 大 轴 翼 路 线 街 弄 栋楼 号楼 楼 室 维 次元 线城市 班倒 档 步走 步法 步曲 \
        字诀 点半 时 点 点钟 居室 甲 年级 年制 年期 次方 次元 科 局 厅 区 国 会 社 团 面 幕 句"),
    (Sort::Serial, "期 批 届 轮 季 版次 遍 回 周期"),
];

#[rustfmt::skip]
const FOLDED: &[(&str, &str, Sort)] = &[
    ("元", "元", Sort::Money), ("元人民币", "元", Sort::Money), ("人民币", "元", Sort::Money), ("块钱", "元", Sort::Money),
    ("美元", "美元", Sort::Money), ("欧元", "欧元", Sort::Money), ("港元", "港元", Sort::Money), ("港币", "港元", Sort::Money),
    ("日元", "日元", Sort::Money), ("英镑", "英镑", Sort::Money), ("元/人", "元", Sort::Money), ("元/亩", "元/亩", Sort::Money),
    ("元/人年", "元", Sort::Money), ("元人次", "元", Sort::Money), ("新台币", "新台币", Sort::Money), ("RMB", "元", Sort::Money),
    ("平方米", "m2", Sort::Measure), ("㎡", "m2", Sort::Measure), ("平米", "m2", Sort::Measure), ("m2", "m2", Sort::Measure),
    ("m²", "m2", Sort::Measure), ("平方", "m2", Sort::Measure), ("km2", "平方公里", Sort::Measure), ("km²", "平方公里", Sort::Measure),
    ("家(个)", "家", Sort::Counter), ("个(家)", "个", Sort::Counter), ("人(次)", "人次", Sort::Counter), ("家(次)", "家次", Sort::Counter), ("台(套)", "台套", Sort::Counter), ("项(个)", "项", Sort::Counter),
    ("人才", "人", Sort::Counter), ("余人", "人", Sort::Counter), ("个项目", "个", Sort::Counter), ("名次数", "名", Sort::Counter),
    ("个点", "个百分点", Sort::Points),
    ("年度", "年", Sort::Time),
];

/// The unit at `at` and where it ends.
pub(crate) fn unit(text: &Text, at: usize) -> Option<(usize, Unit)> {
    let (mut end, mut found) = TABLE.starts(&text.c, at, at + 8)?;
    // A Latin unit ends with its word: 5 km but not 5 kmart; P only after a number of some size.
    if text.class(end - 1) == Class::Latin && text.class(end) == Class::Latin {
        return None;
    }
    if text.gap(at) && text.class(at) == Class::Digit {
        return None;
    }
    if end > at + 1 {
        return Some((end, found));
    }
    // Counters that are the first character of another word.
    match (text.ch(at), text.ch(end)) {
        ('位', '于' | '居' | '列') => return None,
        ('方', '面') => {
            let unit = Unit {
                base: "方面",
                sort: Sort::Weak,
            };
            return Some((end + 1, unit));
        }
        ('方', '案' | '式' | '位' | '向') => return None,
        // 人均, 人工 are words of their own; 人才 is counted in 人.
        ('人', '均' | '工') => return None,
        ('天', '使') => return None,
        // 迈上百亿台阶.
        ('台', '阶') => return None,
        (
            '成',
            '立' | '功' | '果' | '为' | '长' | '员' | '效' | '绩' | '品' | '本' | '熟' | '交'
            | '就' | '人' | '都' | '型',
        ) => return None,
        // 二次方 is a power; 3次会议 counts.
        ('次', '方') => return None,
        ('元', '化' | '旦' | '宇') => return None,
        ('日', '元') => {
            end += 1;
            found = Unit {
                base: "日元",
                sort: Sort::Money,
            };
        }
        _ => {}
    }
    Some((end, found))
}

/// A counter that the words before the number name: 服务车次302万, 参训人数1200.
pub(crate) fn named_before(text: &Text, floor: usize, end: usize) -> Option<&'static str> {
    static NAMED: LazyLock<Words<&'static str>> = LazyLock::new(|| {
        Words::backwards(&[
            ("车次", "车次"),
            ("人次", "人次"),
            ("人次数", "人次"),
            ("人数", "人"),
            ("人口", "人"),
            ("户数", "户"),
            ("家数", "家"),
            ("件数", "件"),
            ("场次", "场次"),
            ("次数", "次"),
            ("台数", "台"),
            ("项数", "项"),
            ("个数", "个"),
            ("篇数", "篇"),
            ("面积", "m2"),
            ("航班", "班"),
            ("架次", "架次"),
            ("班次", "班次"),
            ("金额", "元"),
            ("总额", "元"),
            ("资金", "元"),
        ])
    });
    NAMED.ends(&text.c, floor, end).map(|(_, unit)| unit)
}
