//! The function words of figures: what bounds a number, what makes it a change, a share, a rank.
//!
//! Owns the word tables and nothing else. A table's row is a word of the language of reports;
//! names of places, programmes or firms have no business here.

use super::mention::Comparator::{self, Approx, Eq, Ge, Gt, Le, Lt};
use super::words::Words;
use std::sync::LazyLock;

/// What stands before a number and binds it. `None` binds nothing but belongs to the phrase.
pub(crate) static BEFORE: LazyLock<Words<(Comparator, &'static str)>> = LazyLock::new(|| {
    Words::backwards(&[
        ("超过", (Gt, "超过")),
        ("超", (Gt, "超")),
        ("超出", (Gt, "超")),
        ("突破", (Gt, "突破")),
        ("突破了", (Gt, "突破")),
        ("超过了", (Gt, "超过")),
        ("破", (Gt, "破")),
        ("冲破", (Gt, "突破")),
        ("跨越", (Gt, "突破")),
        ("跨过", (Gt, "突破")),
        ("迈过", (Gt, "突破")),
        ("越过", (Gt, "突破")),
        ("逾", (Gt, "逾")),
        ("多于", (Gt, "多于")),
        ("大于", (Gt, "大于")),
        ("高于", (Gt, "高于")),
        ("不止", (Gt, "不止")),
        ("过", (Gt, "过")),
        ("不少于", (Ge, "不少于")),
        ("不低于", (Ge, "不低于")),
        ("不小于", (Ge, "不低于")),
        ("不得少于", (Ge, "不少于")),
        ("不得低于", (Ge, "不低于")),
        ("至少", (Ge, "至少")),
        ("最低", (Ge, "不低于")),
        ("上", (Ge, "上")),
        ("≥", (Ge, "≥")),
        ("＞", (Gt, "＞")),
        (">", (Gt, ">")),
        ("<", (Lt, "<")),
        ("≤", (Le, "≤")),
        ("不足", (Lt, "不足")),
        ("不到", (Lt, "不到")),
        ("低于", (Lt, "低于")),
        ("少于", (Lt, "少于")),
        ("小于", (Lt, "小于")),
        ("未满", (Lt, "不满")),
        ("不满", (Lt, "不满")),
        ("未达", (Lt, "不到")),
        ("未到", (Lt, "不到")),
        ("不超过", (Le, "不超过")),
        ("不超", (Le, "不超过")),
        ("不得超过", (Le, "不超过")),
        ("不高于", (Le, "不高于")),
        ("不大于", (Le, "不高于")),
        ("不多于", (Le, "不超过")),
        ("至多", (Le, "至多")),
        ("最多", (Le, "至多")),
        ("最高", (Le, "最高")),
        ("最高不超过", (Le, "不超过")),
        ("近", (Approx, "近")),
        ("将近", (Approx, "近")),
        ("接近", (Approx, "接近")),
        ("逼近", (Approx, "接近")),
        ("约", (Approx, "约")),
        ("大约", (Approx, "约")),
        ("约为", (Approx, "约")),
        ("约达", (Approx, "约")),
        ("近达", (Approx, "近")),
        ("大概", (Approx, "约")),
        ("约占", (Approx, "约")),
        ("达到", (Eq, "达到")),
        ("达到了", (Eq, "达到")),
        ("达", (Eq, "达")),
        ("高达", (Eq, "达")),
        ("多达", (Eq, "达")),
        ("共达", (Eq, "达")),
        ("为", (Eq, "为")),
        ("是", (Eq, "是")),
        ("仅", (Eq, "仅")),
        ("仅为", (Eq, "仅")),
        ("至", (Eq, "至")),
        ("到", (Eq, "到")),
    ])
});

/// What stands after a number and its unit and binds it.
pub(crate) static AFTER: LazyLock<Words<(Comparator, &'static str)>> = LazyLock::new(|| {
    Words::forwards(&[
        ("以上", (Ge, "以上")),
        ("及以上", (Ge, "以上")),
        ("(含)以上", (Ge, "以上")),
        ("(及)以上", (Ge, "以上")),
        ("之上", (Ge, "以上")),
        ("起", (Ge, "起")),
        ("以下", (Le, "以下")),
        ("及以下", (Le, "以下")),
        ("以内", (Le, "以内")),
        ("之内", (Le, "以内")),
        ("左右", (Approx, "左右")),
        ("上下", (Approx, "左右")),
        ("余", (Approx, "余")),
        ("多", (Gt, "多")),
        ("之多", (Eq, "达")),
        ("以外", (Gt, "以外")),
        ("+", (Gt, "超")),
    ])
});

/// Characters that before a one-character binder make it part of another word: 附近, 节约, 通过.
pub(crate) fn binder_is_word(binder: &str, before: char) -> bool {
    let list = match binder {
        "近" => "附最临邻靠相亲",
        "约" => "节合签公预条履违制大集",
        "过" => "通经超渡度越不",
        "破" => "打攻冲爆侦",
        "上" => "以网线晚会实地加马早路场市向",
        "达" => "发传下表送转到",
        "为" => "作成因以行认较更最极",
        "是" => "一二三四五六七八九十别正但还就而于或若凡总",
        "至" => "以甚截直乃及",
        "到" => "得做感受收找看见听想遇提来",
        "高于" | "低于" | "逾" | "超" if binder == "超" => "赶反",
        _ => return false,
    };
    list.contains(before)
}

/// What a cue word makes of the number after it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cue {
    /// A change upwards.
    Grow,
    /// A change downwards.
    Fall,
    /// A part of a whole.
    Share,
    /// A rate that covers or completes: also a share.
    Rate,
    /// A word that ends like a cue and is none: 新增.
    Level,
}

/// Cue words, asked from right to left.
pub(crate) static CUES: LazyLock<Words<Cue>> = LazyLock::new(|| {
    use Cue::{Fall, Grow, Level, Rate, Share};
    let mut rows: Vec<(&str, Cue)> = Vec::new();
    for (cue, words) in [
        (
            Grow,
            "增长 增长率 增速 增幅 增加 提高 提升 上升 上涨 涨幅 比增 递增 扩大 同比增 增 涨 增收 加快 跃升 攀升 净增 净增加 增产 \
             增至 升 提速 上浮 上扬 回升 反弹 增大 猛增 激增 翻 增多 净增长 多出 CAGR 负增长率 增益 增资额增长 升至 提升率 提高率 提升幅度 多 前移 进位 晋位 前进",
        ),
        (
            Fall,
            "下降 减少 降低 回落 下滑 降幅 压减 压缩 缩短 缩减 收窄 负增长 降 减 跌 放缓 下调 减幅 跌幅 下跌 萎缩 退位 后移 减至 降至 少 下降率 降低率 \
             压降 调减 减量 递减 低于",
        ),
        (
            Share,
            "占比 比重 占 比例 份额 强度 比率 占有率 贡献率 贡献了 贡献 含量 浓度达标 高于",
        ),
        (
            Rate,
            "率 覆盖 完成 超额完成 达标 完成了 指数 满意度 覆盖面 达成 超额 兑现 实现率 超计划 超目标",
        ),
        (
            Level,
            "新增 新增加 倍增 年均 完成投资 完成投资额 完成产值 完成交易额 完成技术合同 增资 增值 减免 减税 减负 降费 效率 功率 频率 税率 利率 汇率 \
             加强 率先 更多 至少 最少 不少 至多 许多 最多 众多 很多 大多 增设 增强 增补 增发 增派 占地 占地面积 抢占 侵占 独占 \
             控增 倍增计划 前移至",
        ),
    ] {
        rows.extend(words.split_whitespace().map(|word| (word, cue)));
    }
    Words::backwards(&rows)
});

/// Words by which a rank is claimed.
pub(crate) static RANKED: LazyLock<Words<()>> = LazyLock::new(|| {
    let words = "居 列 排名 位居 位列 名列 排在 排 排位 位次 跃居 升至 上升至 上升到 提升至 提升到 升到 稳居 跃升至 跃升到 跃升为 并列 进入 跻身 荣获 取得 \
        为 达到 前移至 进位至 晋升至 保持 保持在 上升为 稳居在 排行 排名为 名次 排序 居于 位于 处于 考核 得分 获 夺得 冲进 迈入 挺进 均居 均列 分列 分居 \
        跃至 升为 退居 降至 下降至 分别居 分别列 分别位居 分别位列 连续居 排到 列入 蝉联 获得 夺取 荣膺 评为 勇夺";
    let rows: Vec<(&str, ())> = words.split_whitespace().map(|word| (word, ())).collect();
    Words::backwards(&rows)
});

/// Areas by their general names.
const AREAS: &str = "全国 全省 全市 全区 全县 全球 世界 亚洲 国内 省内 市内 区内 县内 全自治区 全盟 全旗 全州 全镇 全疆 我国 我省 我市 我区 我县 本省 本市 本区 本县 \
    全系统 行业 同行业 业内 国际 中部 西部 东部 东北 华东 华北 华南 华中 中西部 长三角 京津冀 珠三角 大湾区 粤港澳大湾区 沿海 境内 全域 全行业 全院 园区 \
    省 市 区 县 省域 市域 国家 全国全省 省级 全国同类 全国同类城市 各区市 各区县 全省各市 区域";

/// Areas asked from right to left.
pub(crate) static AREA_ENDS: LazyLock<Words<()>> = LazyLock::new(|| {
    let rows: Vec<(&str, ())> = AREAS
        .split_whitespace()
        .filter(|word| word.chars().count() > 1)
        .map(|word| (word, ()))
        .collect();
    Words::backwards(&rows)
});

/// Areas that a sentence may state as its scope, asked from left to right.
pub(crate) static SCOPES: LazyLock<Words<()>> = LazyLock::new(|| {
    let words = "全区 全市 全县 全省 全州 全盟 全旗 全镇 全街道 全自治区 我区 我市 我县 我省 我州 本区 本市 本县 全疆";
    let rows: Vec<(&str, ())> = words.split_whitespace().map(|word| (word, ())).collect();
    Words::forwards(&rows)
});

/// Nouns whose count sums up the text: 四大机制, 九项重点任务.
pub(crate) static ENUMERATED: LazyLock<Words<()>> = LazyLock::new(|| {
    let words = "方面 重点 维度 意识 自信 维护 清单 体系 机制 任务 工程 行动 支撑 领域 环节 阶段 层次 关键 坚持 必须 务必 层面 转变 确保 聚焦 中心 战略 举措 要素 导向 \
        原则 目标 路径 抓手 主体责任 责任 步骤 专项 攻坚 统筹 结合 赛道 板块 主题 主线 定位 优势 产业 问题 作风 纪律 规定 功能 行业 先行 高地 示范 建设 \
        工作 专题 服务平台 人群 层级 结构 类别 政策 制度 理念 格局 区域 片区 组团 门类 关系 能力 转型 革命 创新 全面 融合 难题 短板 指标体系 严禁 不准 允许 \
        试点任务 系列 主导 特色 支柱 新兴 未来 传统 基本 主要 核心 方向 不 新 大 共同 意见 要求 原因 特点 文明 安全 链条 改革 会议 决议 时期 个月 零";
    let rows: Vec<(&str, ())> = words.split_whitespace().map(|word| (word, ())).collect();
    Words::forwards(&rows)
});
