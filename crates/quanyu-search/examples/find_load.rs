//! Fills an index with made-up organizations, asks it in every way people ask, and says how long answers took, whether the
//! organization that was meant is among them, and how much memory is held when nobody asks any more.
//!
//! `cargo run --release --workspace --example find_load [ROWS] [FOLDER]`, with 0 rows for the memory; the folder gets `names.csv` and `asked.csv` for other tools.

use std::{
    fmt::Write as _,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use quanyu_core::access::{Part, Scope};
use quanyu_search::{Entry, Index, Kind, Opening, Reach, Stamp, Wish};

const PLACES: [&str; 8] = [
    "东港", "西岭", "南浦", "北川", "海州", "临江", "云台", "金湾",
];
const BRANDS: &str = "安宝博诚达德东方丰富光广贵国海汉航合恒宏鸿华辉汇慧吉佳嘉健捷金锦晶景九久巨君凯科康乐力利联良隆龙绿美明铭南宁鹏品普奇启千强青庆荣瑞润森山尚盛胜世顺思泰腾天通同旺威维伟文祥新信兴雄旭讯雅亚阳宜亿毅银英永优友宇玉远越云泽长正志中众卓尊";
const TRADES: [&str; 24] = [
    "电子",
    "电子科技",
    "生物科技",
    "智能装备",
    "信息技术",
    "软件",
    "新材料",
    "医疗器械",
    "环保科技",
    "海洋工程",
    "机械制造",
    "精密仪器",
    "网络科技",
    "自动化",
    "新能源",
    "光电",
    "食品",
    "纺织",
    "建材",
    "物流",
    "文化传媒",
    "检测技术",
    "化工",
    "汽车零部件",
];
const FORMS: [&str; 5] = ["有限公司", "有限公司", "有限责任公司", "股份有限公司", "厂"];
const STREETS: u64 = 10;
const ASKED: usize = 400;

/// Numbers that look random and are the same every time (splitmix64).
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

struct Firm {
    name: String,
    /// The part people remember: what it is called and what it does.
    known: String,
    code: String,
}

fn firm(number: usize, drawn: &mut Drawn, brands: &[char]) -> Firm {
    let letters = 2 + drawn.below(2);
    let brand: String = (0..letters).map(|_| drawn.of(brands)).collect();
    let known = format!("{brand}{}", drawn.of(&TRADES));
    let name = format!("{}{known}{}", drawn.of(&PLACES), drawn.of(&FORMS));
    let code = format!("9199{:04}MA{number:07}X", drawn.below(100));
    Firm { name, known, code }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let rows: usize = arguments
        .next()
        .and_then(|it| it.parse().ok())
        .unwrap_or(1_000_000);
    let folder = arguments
        .next()
        .map_or_else(|| std::env::temp_dir().join("find_load"), PathBuf::from);
    let place = folder.join("index");
    fs::create_dir_all(&folder).expect("the folder can be made");
    let brands: Vec<char> = BRANDS.chars().collect();
    if rows == 0 {
        return idle(&place, &brands);
    }
    let mut drawn = Drawn(20_231_122);
    let firms: Vec<Firm> = (0..rows).map(|it| firm(it, &mut drawn, &brands)).collect();
    let mut names = String::new();
    for (number, it) in firms.iter().enumerate() {
        let _ = writeln!(names, "{},{},{}", number + 1, it.name, it.code);
    }
    fs::write(folder.join("names.csv"), names).expect("the names can be written");

    let began = Instant::now();
    let (index, opening) = Index::open(&place, "bench").expect("the index opens");
    // A filled one is asked again: filling takes minutes.
    if opening != Opening::Whole || index.len() != rows as u64 {
        fill(&index, &firms);
        println!("filled,{:.1} s", began.elapsed().as_secs_f64());
    }
    println!("on disk,{} MB", size(&place) / 1_000_000);
    drop(index);

    let began = Instant::now();
    let (index, opening) = Index::open(&place, "bench").expect("the index opens");
    println!(
        "opened ({opening:?}),{:.0} ms",
        began.elapsed().as_secs_f64() * 1e3
    );
    let street = Scope::Parts(vec![Part::Region("990102003".parse().expect("a region"))]);
    let street = Reach::of([("firm".to_owned(), street)]);
    let mut asked = String::new();
    println!("question,p50 ms,p99 ms,worst ms,processor ms,meant one found");
    for (way, make) in WAYS {
        let mut times = Vec::with_capacity(ASKED);
        let mut found = 0;
        let spent = processor();
        for _ in 0..ASKED {
            let mut number = drawn.below(rows);
            if way.starts_with("a street") {
                number = number - number % 10 + 2;
            }
            let reach = if way.starts_with("a street") {
                &street
            } else {
                &Reach::everything()
            };
            let words = make(&firms[number], &mut drawn, &brands);
            let _ = writeln!(asked, "{way},{},{words}", number + 1);
            let wish = Wish {
                words: &words,
                kinds: &[Kind::Organization],
                limit: 10,
                reach,
            };
            let began = Instant::now();
            let groups = index.find(&wish).expect("the index can be read");
            times.push(began.elapsed());
            found +=
                usize::from(groups.iter().flat_map(|it| &it.hits).any(|it| {
                    it.title.text == firms[number].name || it.record == number as i64 + 1
                }));
        }
        let spent = millis(processor() - spent) / ASKED as f64;
        times.sort_unstable();
        let at = |share: usize| millis(times[(times.len() * share / 100).min(times.len() - 1)]);
        println!(
            "{way},{:.2},{:.2},{:.2},{spent:.2},{}%",
            at(50),
            at(99),
            at(100),
            found * 100 / ASKED
        );
    }
    fs::write(folder.join("asked.csv"), asked).expect("the questions can be written");
}

fn fill(index: &Index, firms: &[Firm]) {
    let mut writing = index.fill().expect("nobody else writes");
    for (number, it) in firms.iter().enumerate() {
        let mut entry = Entry::new(Kind::Organization, "firm", number as i64 + 1, &it.name);
        entry.code = Some(it.code.clone());
        entry.standing.region = format!("990102{:03}", number as u64 % STREETS + 1)
            .parse()
            .ok();
        entry.standing.organization = Some(entry.record);
        writing.put(&entry).expect("the entry is taken");
    }
    let stamp = Stamp {
        sequence: 1,
        seal: "bench".to_owned(),
    };
    writing.commit(Some(&stamp)).expect("the disk has room");
    writing.finish().expect("the disk has room");
}

/// What a process holds that opened an index and answered: with 0 rows, of an index that is there.
fn idle(place: &std::path::Path, brands: &[char]) {
    let (index, opening) = Index::open(place, "bench").expect("the index opens");
    assert_eq!(opening, Opening::Whole, "fill the index first");
    let mut drawn = Drawn(7);
    for number in 0..ASKED {
        let it = firm(number, &mut drawn, brands);
        let wish = Wish {
            words: &it.known,
            kinds: &Kind::ALL,
            limit: 10,
            reach: &Reach::everything(),
        };
        index.find(&wish).expect("the index can be read");
    }
    println!(
        "held after {ASKED} answers: memory of its own,{}",
        resident("RssAnon")
    );
    println!(
        "held after {ASKED} answers: pages of files,{}",
        resident("RssFile")
    );
}

type Make = fn(&Firm, &mut Drawn, &[char]) -> String;

const WAYS: [(&str, Make); 11] = [
    ("whole name", |it, _, _| it.name.clone()),
    ("name as known", |it, _, _| it.known.clone()),
    ("three characters", |it, _, _| {
        it.known.chars().take(3).collect()
    }),
    ("two words", |it, _, _| {
        let brand: String = it.known.chars().take(2).collect();
        let place: String = it.name.chars().take(2).collect();
        format!("{brand} {place}")
    }),
    ("first letters of pinyin", |it, _, _| spelt(&it.known, true)),
    ("pinyin", |it, _, _| spelt(&it.known, false)),
    ("one character wrong", |it, drawn, brands| {
        let mut chars: Vec<char> = it.known.chars().collect();
        let at = drawn.below(chars.len());
        chars[at] = drawn.of(brands);
        chars.into_iter().collect()
    }),
    ("15 characters of a credit code", |it, _, _| {
        it.code.chars().take(15).collect()
    }),
    ("what hundreds of thousands have", |_, drawn, _| {
        drawn
            .of(&["有限公司", "科技有限公司", "电子", "公司"])
            .to_owned()
    }),
    ("what nobody has", |it, _, _| {
        it.known.chars().rev().chain(['鑫', '鑫']).collect()
    }),
    ("a street asks: name as known", |it, _, _| it.known.clone()),
];

fn spelt(name: &str, first: bool) -> String {
    use pinyin::ToPinyin as _;
    let readings = name.to_pinyin().flatten();
    readings
        .map(|it| if first { it.first_letter() } else { it.plain() })
        .collect()
}

/// Processor time of this thread: others on the machine do not count.
fn processor() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text
        .split_whitespace()
        .next()
        .and_then(|it| it.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn size(folder: &std::path::Path) -> u64 {
    let files = fs::read_dir(folder).expect("the folder is there").flatten();
    files
        .filter_map(|it| it.metadata().ok())
        .map(|it| it.len())
        .sum()
}

fn resident(kind: &str) -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|it| it.starts_with(kind))
        .unwrap_or_default();
    let kilobytes: u64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|it| it.parse().ok())
        .unwrap_or(0);
    format!("{} MB", kilobytes / 1_024)
}
