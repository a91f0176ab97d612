//! Made-up organizations and a list of their names as people spoil them: seven kinds of damage, names as they are, strangers.
//!
//! Owns drawing them, the same for the same seed, and counting what became of each kind. All names are invented.

use std::collections::{BTreeMap, HashSet};

use quanyu_core::lists::{Home, Index, Named, Verdict};

/// The regions of the made-up district and of those around it.
pub const HOME: [&str; 3] = ["示例省", "海州市", "城南区"];
/// What a name on the list has gone through.
pub const KINDS: [&str; 9] = [
    "as it is",
    "brackets, blanks, width",
    "legal form",
    "former name",
    "branch",
    "region left out",
    "one character",
    "traditional characters",
    "of nobody",
];

const BRANDS: &str = "蓝鲸海川云帆智微启明远航鼎新宏图瑞泽博雅恒信中科天元华拓金石凌霄安捷飞羽星辰百川众诚万象同方联创嘉禾盛世永泰康达宇辉朗润景行正大优品";
const TRADES: [&str; 40] = [
    "科技",
    "电子",
    "软件",
    "信息技术",
    "生物科技",
    "医药",
    "新材料",
    "智能装备",
    "机械制造",
    "海洋工程",
    "环保科技",
    "网络技术",
    "数据服务",
    "检测技术",
    "自动化设备",
    "光电科技",
    "能源技术",
    "食品",
    "文化传媒",
    "贸易",
    "建筑工程",
    "物流",
    "咨询服务",
    "教育科技",
    "农业发展",
    "船舶设备",
    "仪器仪表",
    "通信技术",
    "半导体",
    "机器人",
    "医疗器械",
    "化工",
    "汽车零部件",
    "家居用品",
    "纺织",
    "包装材料",
    "工业设计",
    "知识产权服务",
    "实业",
    "控股集团",
];
const LEGAL: [&str; 10] = [
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限公司",
    "有限责任公司",
    "股份有限公司",
    "股份有限公司",
];
const AWAY: [&str; 4] = ["北原", "西川", "东湖", "南岭"];
/// Simplified characters of the words above and their traditional forms.
const TRADITIONAL: [(char, char); 24] = [
    ('蓝', '藍'),
    ('鲸', '鯨'),
    ('云', '雲'),
    ('启', '啟'),
    ('远', '遠'),
    ('图', '圖'),
    ('华', '華'),
    ('飞', '飛'),
    ('众', '眾'),
    ('诚', '誠'),
    ('万', '萬'),
    ('联', '聯'),
    ('创', '創'),
    ('达', '達'),
    ('辉', '輝'),
    ('润', '潤'),
    ('优', '優'),
    ('电', '電'),
    ('机', '機'),
    ('设', '設'),
    ('业', '業'),
    ('贸', '貿'),
    ('环', '環'),
    ('数', '數'),
];

/// SplitMix64: small, and the same on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// An organization of the made-up district.
pub struct Firm {
    pub id: i64,
    pub name: String,
    pub former: Option<String>,
}

/// A name on the list, what was done to it, and whom it means.
pub struct Asked {
    pub kind: usize,
    pub name: String,
    pub firm: Option<i64>,
}

/// So many organizations; a tenth bore another name before. No two names differ by their legal form alone, which is what
/// whoever registers them sees to.
pub fn firms(count: usize, dice: &mut Dice) -> Vec<Firm> {
    let brands: Vec<char> = BRANDS.chars().collect();
    let mut borne = HashSet::with_capacity(count);
    let mut all = Vec::with_capacity(count);
    let mut fresh = |dice: &mut Dice| loop {
        let name = name(&brands, dice);
        if borne.insert(unregistered(&name)) {
            return name;
        }
    };
    for id in 1.. {
        if all.len() == count {
            return all;
        }
        let name = fresh(dice);
        let former = (dice.below(10) == 0).then(|| fresh(dice));
        all.push(Firm { id, name, former });
    }
    all
}

/// What of a name has to be its own.
fn unregistered(name: &str) -> String {
    let stem = LEGAL
        .iter()
        .filter_map(|it| name.strip_suffix(it))
        .min_by_key(|it| it.len());
    let stem = stem
        .unwrap_or(name)
        .replace("（集团）", "")
        .replace("海州市", "海州");
    match stem.strip_suffix("（海州）") {
        Some(stem) => format!("海州{stem}"),
        None => stem,
    }
}

fn name(brands: &[char], dice: &mut Dice) -> String {
    let region = match dice.below(20) {
        0..14 => "海州",
        14..16 => "海州市",
        16 => "示例省",
        17 => "",
        _ => dice.of(&AWAY),
    };
    let brand: String = (0..2 + dice.below(2)).map(|_| *dice.of(brands)).collect();
    let within = match dice.below(8) {
        0 => "（集团）",
        1 if region.is_empty() => "（海州）",
        _ => "",
    };
    format!(
        "{region}{brand}{}{within}{}",
        dice.of(&TRADES),
        dice.of(&LEGAL)
    )
}

/// The list: a tenth as they are, a tenth of nobody, the rest in equal parts of the seven kinds of damage.
pub fn list(firms: &[Firm], count: usize, dice: &mut Dice) -> Vec<Asked> {
    let renamed: Vec<&Firm> = firms.iter().filter(|it| it.former.is_some()).collect();
    let borne = firms
        .iter()
        .flat_map(|it| std::iter::once(&it.name).chain(&it.former));
    let known: HashSet<String> = borne.map(|it| unregistered(it)).collect();
    let brands: Vec<char> = BRANDS.chars().collect();
    let mut all = Vec::with_capacity(count);
    while all.len() < count {
        let kind = match dice.below(20) {
            0 | 1 => 0,
            2 | 3 => 8,
            _ => 1 + dice.below(7),
        };
        if kind == 8 {
            // A name of the same words that nobody bears: what a list of another district is like.
            let stranger = name(&brands, dice);
            if !known.contains(&unregistered(&stranger)) {
                all.push(Asked {
                    kind,
                    name: stranger,
                    firm: None,
                });
            }
            continue;
        }
        let firm = if kind == 3 {
            *dice.of(&renamed)
        } else {
            dice.of(firms)
        };
        // A spoiled name that another really bears means the other: nobody could tell.
        let made = damaged(kind, firm, dice);
        let taken = |it: &String| {
            let stem = unregistered(it);
            known.contains(&stem) && stem != unregistered(&firm.name) && kind != 3
        };
        if let Some(name) = made.filter(|it| !taken(it)) {
            all.push(Asked {
                kind,
                name,
                firm: Some(firm.id),
            });
        }
    }
    all
}

/// The name of a firm with one kind of damage; `None` where it has nothing to be damaged so.
fn damaged(kind: usize, firm: &Firm, dice: &mut Dice) -> Option<String> {
    let name = &firm.name;
    let made = match kind {
        0 => return Some(name.clone()),
        1 => match dice.below(3) {
            0 if name.contains('（') => name.replace('（', "(").replace('）', ")"),
            1 => name.replace(['（', '）'], "").replace("有限", " 有限"),
            _ => {
                let mut text: Vec<char> = name.chars().collect();
                text.insert(1 + dice.below(text.len() - 1), '\u{3000}');
                format!(" {}", text.into_iter().collect::<String>())
            }
        },
        2 => {
            let stem = LEGAL
                .iter()
                .filter_map(|it| name.strip_suffix(it))
                .min_by_key(|it| it.len())?;
            format!(
                "{stem}{}",
                dice.of(&["有限责任公司", "有限公司", "股份有限公司", ""])
            )
        }
        3 => return firm.former.clone(),
        4 => format!(
            "{name}{}分公司",
            dice.of(&["城南", "海州第一", "北区", "新城路"])
        ),
        5 => HOME
            .iter()
            .chain(&["海州", "示例"])
            .filter_map(|it| name.strip_prefix(it))
            .min_by_key(|it| it.len())?
            .to_owned(),
        6 => {
            let mut text: Vec<char> = name.chars().collect();
            let at = dice.below(text.len());
            let other = *dice.of(&['枝', '冰', '汇', '隆', '佳', '州', '德']);
            match dice.below(4) {
                0 => text[at] = other,
                1 => drop(text.remove(at)),
                2 => text.insert(at, other),
                _ => {
                    let at = at.min(text.len() - 2);
                    text.swap(at, at + 1);
                }
            }
            text.into_iter().collect()
        }
        _ => {
            let old = |c| TRADITIONAL.iter().find(|it| it.0 == c).map_or(c, |it| it.1);
            name.chars().map(old).collect()
        }
    };
    (made != *name).then_some(made)
}

/// The index over all their names.
pub fn index(firms: &[Firm]) -> Index {
    let names = firms.iter().flat_map(|it| {
        let own = Named {
            id: it.id,
            name: &it.name,
            former: false,
        };
        let before = it.former.as_deref().map(|name| Named {
            id: it.id,
            name,
            former: true,
        });
        std::iter::once(own).chain(before)
    });
    Index::new(Home::new(HOME), names)
}

/// What became of the names of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub names: usize,
    /// Matched, and rightly.
    pub matched: usize,
    /// Left to a person, who finds the right one first.
    pub first: usize,
    /// Left to a person, who finds the right one among others.
    pub among: usize,
    /// Left to a person, who does not find it; of nobody: who has to say that it is nobody.
    pub astray: usize,
    /// Unmatched: rightly where it is of nobody.
    pub unmatched: usize,
    /// Matched with another one.
    pub wrong: usize,
}

/// Looks all names up and counts by kind.
pub fn count(index: &Index, list: &[Asked]) -> BTreeMap<usize, Count> {
    let mut counts: BTreeMap<usize, Count> = BTreeMap::new();
    for asked in list {
        let count = counts.entry(asked.kind).or_default();
        count.names += 1;
        let found = index.find(&asked.name, |_| true);
        let place = found.hits().iter().position(|it| Some(it.id) == asked.firm);
        *match (&found, place) {
            (Verdict::Matched(_), Some(_)) => &mut count.matched,
            (Verdict::Matched(_), None) => &mut count.wrong,
            (Verdict::Doubtful(_), Some(0)) => &mut count.first,
            (Verdict::Doubtful(_), Some(_)) => &mut count.among,
            (Verdict::Doubtful(_), None) => &mut count.astray,
            (Verdict::Unmatched, _) => &mut count.unmatched,
        } += 1;
    }
    counts
}
