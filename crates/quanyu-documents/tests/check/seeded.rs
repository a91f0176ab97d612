//! Seeded errors: reports of our own writing with one error each, of thirteen kinds, and clean ones. The seed is declared;
//! what is found is counted by kind.

use std::{collections::BTreeMap, ops::Range};

use quanyu_documents::{
    check::{Checked, Code, Fault, Verdict},
    read::Reading,
};
use rust_decimal::Decimal;

use crate::world::{Draw, KINDS, Kind, NAMES, World, said};

/// The seed of all texts.
const SEED: u64 = 20_231_231;
/// Errors of each kind.
const EACH: u64 = 30;
/// Clean texts.
const CLEAN: u64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Seeded {
    Digit,
    LastYear,
    Unit,
    Bound,
    Parts,
    Growth,
    Twice,
    Points,
    Rank,
    Target,
    Heading,
    Style,
    Name,
}

const ALL: [Seeded; 13] = [
    Seeded::Digit,
    Seeded::LastYear,
    Seeded::Unit,
    Seeded::Bound,
    Seeded::Parts,
    Seeded::Growth,
    Seeded::Twice,
    Seeded::Points,
    Seeded::Rank,
    Seeded::Target,
    Seeded::Heading,
    Seeded::Style,
    Seeded::Name,
];

/// A report being written. What stands between the two marks is the error.
struct Writer<'a> {
    draw: Draw,
    world: &'a World,
    wrong: Option<Seeded>,
    /// Which of the places that could bear the error bears it.
    turn: u64,
}

const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

impl Writer<'_> {
    /// `right`, or what `error` makes of it where the error is due here.
    fn due(&mut self, kind: Seeded) -> bool {
        if self.wrong != Some(kind) {
            return false;
        }
        if self.turn == 0 {
            self.wrong = None;
            return true;
        }
        self.turn -= 1;
        false
    }

    fn mark(text: &str) -> String {
        format!("{OPEN}{text}{CLOSE}")
    }

    /// A figure of the district, right or wrong.
    fn figure(&mut self, Kind(id, _, unit, _): &Kind) -> String {
        let year = if *id == "research" { "2022" } else { "2023" };
        let value = self.world.value(id, year);
        let right = said(value, unit);
        if self.due(Seeded::LastYear) {
            let before = if *id == "research" { "2021" } else { "2022" };
            return Self::mark(&said(self.world.value(id, before), unit));
        }
        if *unit == "元" && self.due(Seeded::Unit) {
            return Self::mark(&right.replace("亿元", "万元"));
        }
        if self.due(Seeded::Digit) {
            let places: Vec<usize> = right
                .char_indices()
                .filter(|(_, ch)| ch.is_ascii_digit())
                .map(|it| it.0)
                .collect();
            let at = *self.draw.one(&places);
            let old = right.as_bytes()[at] - b'0';
            let mut new = (old + 1 + self.draw.below(9) as u8) % 10;
            if new == 0 && at == 0 {
                new = if old == 5 { 6 } else { 5 };
            }
            let mut wrong = right.clone();
            wrong.replace_range(at..=at, &new.to_string());
            return Self::mark(&wrong);
        }
        right
    }

    fn kind(id: &str) -> &'static Kind {
        KINDS.iter().find(|it| it.0 == id).unwrap()
    }

    fn said(&mut self, id: &str) -> String {
        let kind = Self::kind(id);
        let name = *self.draw.one(kind.1);
        format!("{name}{}", self.figure(kind))
    }

    /// 超过N家, with N below the value, or above it.
    fn bounded(&mut self, id: &str) -> String {
        let Kind(_, names, unit, _) = Self::kind(id);
        let value = self.world.value(id, "2023");
        let ten = Decimal::TEN;
        let floor = ((value - Decimal::ONE) / ten).floor() * ten;
        if self.due(Seeded::Bound) {
            let over = floor + ten * Decimal::from(self.draw.between(1, 3));
            let idiom = self.draw.one(&["超过", "超", "突破", "逾"]);
            // 突破 takes the number itself.
            let over = if over <= value { over + ten } else { over };
            return format!(
                "{}{}",
                names[0],
                Self::mark(&format!("{idiom}{over}{unit}"))
            );
        }
        if value - floor <= floor * Decimal::new(5, 2) {
            format!("{}超过{floor}{unit}", names[0])
        } else {
            format!("{}{}", names[0], said(value, unit))
        }
    }

    fn parts(&mut self) -> String {
        let numbers: Vec<u64> = (0..3).map(|_| self.draw.between(4, 19)).collect();
        let mut total: u64 = numbers.iter().sum();
        let wrong = self.due(Seeded::Parts);
        if wrong {
            total += self.draw.between(1, 3);
        }
        let total = if wrong {
            Self::mark(&total.to_string())
        } else {
            total.to_string()
        };
        match self.draw.below(3) {
            0 => format!(
                "选派科技特派员{total}人，分别为农业{}人、工业{}人、服务业{}人。",
                numbers[0], numbers[1], numbers[2]
            ),
            1 => format!(
                "示例东园引进项目{}个，示例西园引进项目{}个，示例南园引进项目{}个，合计{total}个。",
                numbers[0], numbers[1], numbers[2]
            ),
            _ => format!(
                "培训活动共{total}场，包括技术经理人培训{}场、研发管理培训{}场、财税政策培训{}场。",
                numbers[0], numbers[1], numbers[2]
            ),
        }
    }

    fn growth(&mut self) -> String {
        let before = Decimal::new(self.draw.between(800, 2_999) as i64, 1);
        let now = before + Decimal::new(self.draw.between(100, 700) as i64, 1);
        let mut growth = ((now / before - Decimal::ONE) * Decimal::ONE_HUNDRED)
            .round_dp_with_strategy(1, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        let wrong = self.due(Seeded::Growth);
        if wrong {
            growth += Decimal::new(self.draw.between(12, 60) as i64, 1);
        }
        let growth = if wrong {
            Self::mark(&format!("{growth}%"))
        } else {
            format!("{growth}%")
        };
        match self.draw.below(2) {
            0 => format!("园区企业营业收入由{before}亿元增加到{now}亿元，增长{growth}。"),
            _ => format!("科技服务业营业收入{now}亿元，上年为{before}亿元，增长{growth}。"),
        }
    }

    /// The same figure in the lead and at the end.
    fn loans(&mut self, amount: u64, again: bool) -> String {
        let wrong = again && self.due(Seeded::Twice);
        let amount = if wrong {
            amount + self.draw.between(3, 40)
        } else {
            amount
        };
        let amount = Decimal::new(amount as i64, 1);
        let amount = if wrong {
            Self::mark(&format!("{amount}亿元"))
        } else {
            format!("{amount}亿元")
        };
        if again {
            format!("金融支持不断加力，科技企业贷款余额达{amount}。")
        } else {
            format!("科技企业贷款余额达{amount}。")
        }
    }

    fn points(&mut self) -> String {
        let before = Decimal::new(self.draw.between(201, 289) as i64, 2);
        let up = Decimal::new(self.draw.between(11, 39) as i64, 2);
        let now = before + up;
        if self.due(Seeded::Points) {
            return match self.draw.below(2) {
                0 => format!(
                    "研发经费占地区生产总值比重由{before}%提高到{now}%，提高{}。",
                    Self::mark(&format!("{up}%"))
                ),
                _ => format!(
                    "规模以上工业增加值同比增长{}。",
                    Self::mark(&format!("{}个百分点", up * Decimal::TEN))
                ),
            };
        }
        match self.draw.below(2) {
            0 => format!("研发经费占地区生产总值比重由{before}%提高到{now}%，提高{up}个百分点。"),
            _ => format!(
                "规模以上工业增加值同比增长{}%，高于全市平均{up}个百分点。",
                up * Decimal::TEN
            ),
        }
    }

    fn rank(&mut self) -> String {
        let units = self.draw.between(7, 12);
        if self.due(Seeded::Rank) {
            return match self.draw.below(2) {
                0 => format!(
                    "营商环境科技指标在全市{units}个区市中居{}。",
                    Self::mark(&format!("第{}位", units + self.draw.between(1, 4)))
                ),
                _ => format!(
                    "技术合同成交额居{}。",
                    Self::mark(&format!("全市第{}位", self.draw.between(3, 9)))
                ),
            };
        }
        let place = self.draw.between(1, units);
        match self.draw.below(2) {
            0 => format!("营商环境科技指标在全市{units}个区市中居第{place}位。"),
            _ => "技术合同成交额居全市第2位。".to_owned(),
        }
    }

    /// A target of the plan, and the same once more.
    fn targets(&mut self) -> (String, String) {
        let asked = self.world.known.targets[0].value;
        let planned = format!("全年开展政策宣讲不少于{asked}场");
        let aim = self.draw.between(61, 89);
        let first = format!("力争全年新建成果转化基地达到{aim}个");
        if self.due(Seeded::Target) {
            return match self.draw.below(3) {
                0 => (
                    format!(
                        "{first}，全年开展政策宣讲不少于{}场",
                        Self::mark(&(asked + Decimal::from(4)).to_string())
                    ),
                    format!("确保新建成果转化基地达到{aim}个"),
                ),
                1 => (
                    format!("{first}，{planned}"),
                    format!(
                        "确保新建成果转化基地达到{}",
                        Self::mark(&format!("{}个", aim + 7))
                    ),
                ),
                _ => {
                    let now = self.world.value("talents", "2023");
                    (
                        format!(
                            "{first}，{planned}，力争引进高层次人才达到{}",
                            Self::mark(&format!("{}人", now - Decimal::from(5)))
                        ),
                        format!("确保新建成果转化基地达到{aim}个"),
                    )
                }
            };
        }
        (
            format!("{first}，{planned}"),
            format!("确保新建成果转化基地达到{aim}个"),
        )
    }

    fn heading(&mut self, right: &str, wrong: &str) -> String {
        if self.due(Seeded::Heading) {
            Self::mark(wrong)
        } else {
            right.to_owned()
        }
    }

    fn style(&mut self) -> String {
        let number = self.draw.between(22, 88);
        let wrong = [
            format!("会议于{}召开。", Self::mark("2023年09月18日")),
            format!("补助比例为{}。", Self::mark("10-15%")),
            format!("联系服务企业{}。", Self::mark(&format!("约{number}家左右"))),
            format!("累计走访{}。", Self::mark(&format!("超过{number}家以上"))),
            format!("服务群众{}次。", Self::mark("3万5千")),
            format!("好评率为{}。", Self::mark("百分之九十五")),
            format!("组织{}家企业参展。", Self::mark("10几")),
            format!("形成经验{}。", Self::mark("三、四个")),
            format!("投诉量{}。", Self::mark("减少2倍")),
            format!("培训企业{}家。", Self::mark("一百二十六")),
            format!("活动从{}开始。", Self::mark("23年9月")),
        ];
        let right = [
            "会议于2023年9月18日召开。".to_owned(),
            "补助比例为10%～15%。".to_owned(),
            format!("联系服务企业约{number}家。"),
            "服务群众3.5万次。".to_owned(),
            "形成经验三四个。".to_owned(),
            "活动从2023年9月开始。".to_owned(),
        ];
        if self.due(Seeded::Style) {
            self.draw.one(&wrong).clone()
        } else {
            self.draw.one(&right).clone()
        }
    }

    fn named(&mut self) -> String {
        let sentences = [
            "深入学习贯彻{}，锚定目标抓落实",
            "全面贯彻{}精神，紧盯重点任务",
            "深入实施{}，推动产学研融合",
            "对照{}规划抓好收官",
            "会同示例市{}开展调研",
            "完善{}项目机制",
            "以科技创新支撑{}",
            "联合示例工业{}共建平台",
        ];
        let nth = self.draw.below(NAMES.len() as u64) as usize;
        let (standard, wrong, _) = NAMES[nth];
        let name = if self.due(Seeded::Name) {
            // One in three is a character that looks like the right one.
            let alike = [
                ("科学技术局", "科学枝术局"),
                ("揭榜挂帅", "揭榜挂师"),
                ("创新驱动发展战略", "创新驱动发屏战略"),
                ("技术合同成交额", "技木合同成交额"),
            ];
            match alike.iter().find(|it| it.0 == standard) {
                Some((_, damaged)) if self.draw.below(3) == 0 => Self::mark(damaged),
                _ => {
                    let nth = self.draw.below(wrong.len() as u64) as usize;
                    Self::mark(wrong[nth])
                }
            }
        } else {
            standard.to_owned()
        };
        sentences[nth].replace("{}", &name)
    }

    fn report(&mut self) -> String {
        let amount = self.draw.between(101, 899);
        let (first, again) = self.targets();
        let mut out = String::from("示例区科学技术局2023年工作总结和2024年工作计划\n");
        let named = self.named();
        out += &format!(
            "2023年，区科技局{named}，各项工作取得新进展。{}",
            self.said("contract_value")
        );
        out += &format!(
            "，{}。{}",
            self.said("high_tech"),
            self.loans(amount, false)
        );
        out += "\n一、2023年主要工作\n（一）壮大企业主体\n";
        out += &format!(
            "一是梯度培育见效。{}，{}。",
            self.said("high_tech_new"),
            self.bounded("pool")
        );
        out += &format!(
            "{}是惠企政策直达。{}，{}。{}",
            self.heading("二", "三"),
            self.said("talks"),
            self.said("grants"),
            self.growth()
        );
        out += &format!("\n{}提升创新能级\n", self.heading("（二）", "（三）"));
        out += &format!(
            "{}。{}，{}。{}{}",
            self.named(),
            self.said("platform_new"),
            self.said("contract_count"),
            self.rank(),
            self.points()
        );
        out += &format!("\n{}优化创新生态\n", self.heading("（三）", "（二）"));
        out += &format!(
            "{}，{}，{}。{}{}",
            self.said("talents"),
            self.said("matches"),
            self.said("venues"),
            self.parts(),
            self.style()
        );
        out += &self.loans(amount, true);
        out += "\n二、存在的不足\n大院大所成果就地转化还不够多，本地企业承接能力有待增强。\n";
        out += &format!(
            "{}2024年工作计划\n（一）强化企业创新\n",
            self.heading("三、", "四、")
        );
        out += &format!("{}。{first}。\n", self.named());
        out += &format!("{}做优创新服务\n", self.heading("（二）", "（四）"));
        out += &format!("围绕重点产业链组织攻关，{again}，推动更多成果在本区落地。\n");
        out
    }
}

/// A report with at most one error, and where it stands in characters.
fn written(
    world: &World,
    seed: u64,
    wrong: Option<Seeded>,
    turn: u64,
) -> Option<(String, Option<Range<usize>>)> {
    let mut writer = Writer {
        draw: Draw::new(seed),
        world,
        wrong,
        turn,
    };
    let marked = writer.report();
    if writer.wrong.is_some() {
        return None;
    }
    let place = |mark: char| marked.chars().position(|it| it == mark);
    let range = place(OPEN).zip(place(CLOSE)).map(|(from, to)| from..to - 1);
    let text = marked
        .chars()
        .filter(|it| ![OPEN, CLOSE].contains(it))
        .collect();
    Some((text, range))
}

/// Whether an error of a kind is found at its place.
fn found(kind: Seeded, place: &Range<usize>, reading: &Reading, checked: &Checked) -> bool {
    let touches = |start: usize, end: usize| start < place.end && place.start < end;
    let judged = || {
        reading
            .mentions
            .iter()
            .zip(&checked.judged)
            .filter(|(it, _)| touches(it.start, it.end))
            .map(|it| it.1)
    };
    let differs = || judged().any(|it| it.verdict == Some(Verdict::Differs));
    let fault =
        |wanted: fn(&Fault) -> bool| judged().any(|it| it.fault.as_ref().is_some_and(wanted));
    let problem = |codes: &[Code]| {
        checked
            .problems
            .iter()
            .any(|it| touches(it.start, it.end) && codes.contains(&it.code))
    };
    match kind {
        // 达到 and its like may be true and loose.
        Seeded::Digit => differs(),
        Seeded::LastYear => differs() && fault(|it| matches!(it, Fault::Period { .. })),
        Seeded::Unit => differs() && fault(|it| *it == Fault::Unit),
        Seeded::Bound => differs(),
        Seeded::Parts => problem(&[Code::Parts]),
        Seeded::Growth => problem(&[Code::GrowthLevels]),
        Seeded::Twice => problem(&[Code::Twice]),
        Seeded::Points => problem(&[Code::Points]),
        Seeded::Rank => problem(&[Code::RankRange]) || differs(),
        Seeded::Target => problem(&[Code::Twice, Code::TargetPassed]) || differs(),
        Seeded::Heading => problem(&[Code::Heading]),
        Seeded::Style => problem(&[Code::NumberStyle]),
        Seeded::Name => problem(&[Code::Name, Code::Damaged]),
    }
}

#[test]
fn seeded_errors_are_found_and_clean_texts_stay_clean() {
    let mut table: BTreeMap<Seeded, (u64, u64)> = BTreeMap::new();
    let mut missed = Vec::new();
    for (nth, kind) in ALL.into_iter().enumerate() {
        let mut made = 0;
        let mut seed = SEED + 1_000 * nth as u64;
        while made < EACH {
            seed += 1;
            let world = World::new(seed);
            // Every place that can bear the error gets its turn.
            let turn = seed % 11;
            let Some((text, Some(place))) = (0..=turn)
                .rev()
                .find_map(|it| written(&world, seed, Some(kind), it))
            else {
                continue;
            };
            made += 1;
            let (reading, checked) = world.check(&text);
            let row = table.entry(kind).or_default();
            row.0 += 1;
            if found(kind, &place, &reading, &checked) {
                row.1 += 1;
            } else {
                let around: String = text
                    .chars()
                    .skip(place.start.saturating_sub(30))
                    .take(70)
                    .collect();
                missed.push(format!("{kind:?} {seed}: …{around}…"));
            }
        }
    }
    let mut alarms = Vec::new();
    let mut judged = 0;
    for seed in SEED..SEED + CLEAN {
        let world = World::new(seed);
        let (text, _) = written(&world, seed, None, 0).unwrap();
        let (reading, checked) = world.check(&text);
        judged += checked
            .judged
            .iter()
            .filter(|it| it.verdict.is_some())
            .count();
        for (mention, it) in reading.mentions.iter().zip(&checked.judged) {
            if matches!(it.verdict, Some(Verdict::Differs | Verdict::Loose)) {
                alarms.push(format!("{seed}: {} {}", mention.text, it.reason.zh));
            }
        }
        alarms.extend(
            checked
                .problems
                .iter()
                .map(|it| format!("{seed}: {} {}", it.code.as_str(), it.what.zh)),
        );
    }
    let (all, hit) = table
        .values()
        .fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    for (kind, (made, hit)) in &table {
        println!("{kind:?}: {hit} of {made}");
    }
    println!(
        "all: {hit} of {all}; {CLEAN} clean texts with {judged} figures: {} false alarms",
        alarms.len()
    );
    assert!(all >= 300, "{all} errors");
    assert!(
        hit * 100 >= all * 99,
        "{hit} of {all} found\n{}",
        missed.join("\n")
    );
    assert!(alarms.is_empty(), "{}", alarms.join("\n"));
}
