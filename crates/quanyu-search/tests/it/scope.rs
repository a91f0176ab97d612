//! Nobody finds what a scope does not hold, and everybody all that it holds.

use proptest::prelude::*;
use quanyu_core::{
    access::{Part, Scope},
    region::RegionCode,
};
use quanyu_search::{Entry, Kind, Reach, Standing};

use crate::common::{Filled, filled};

fn region(code: &str) -> RegionCode {
    code.parse().unwrap()
}

/// Records at every kind of place.
fn places() -> Vec<Standing> {
    let regions = [
        None,
        Some("37"),
        Some("370202"),
        Some("370202001"),
        Some("370202002"),
        Some("370203"),
        Some("370202001003"),
    ];
    let organizations = [None, Some(1), Some(12)];
    let owners = [None, Some("u1"), Some("u12"), Some("u\u{1f}1")];
    let mut all = Vec::new();
    for region_code in regions {
        for organization in organizations {
            for owner in owners {
                all.push(Standing {
                    region: region_code.map(region),
                    organization,
                    owner: owner.map(str::to_owned),
                });
            }
        }
    }
    all.push(Standing {
        region: Some(RegionCode::nation()),
        ..Standing::default()
    });
    all
}

fn index(places: &[Standing]) -> Filled {
    let entries = places.iter().enumerate().map(|(place, standing)| {
        let kind = [Kind::Organization, Kind::Record, Kind::Document][place % 3];
        let register = ["firm", "contract", "paper"][place % 3];
        let mut entry = Entry::new(kind, register, place as i64 + 1, &format!("示例{place}"));
        entry.standing = standing.clone();
        entry
    });
    filled(&entries.collect::<Vec<_>>())
}

fn found(district: &Filled, reach: &Reach) -> Vec<usize> {
    let wish = quanyu_search::Wish {
        words: "示例",
        kinds: &Kind::ALL,
        limit: 200,
        reach,
    };
    let groups = district.index.find(&wish).unwrap();
    let mut all: Vec<usize> = groups
        .iter()
        .flat_map(|it| it.hits.iter().map(|it| it.record as usize - 1))
        .collect();
    all.sort_unstable();
    all
}

fn same(scope: &Scope) -> Reach {
    let registers = ["firm", "contract", "paper"];
    Reach::of(registers.map(|it| (it.to_owned(), scope.clone())))
}

#[test]
fn search_finds_what_a_scope_holds_and_nothing_else() {
    let places = places();
    let district = index(&places);
    let parts = |it: &[Part]| Scope::Parts(it.to_vec());
    let street = Part::Region(region("370202001"));
    let own = Part::Owner("u1".to_owned());
    let cases = [
        Scope::All,
        Scope::nothing(),
        parts(std::slice::from_ref(&street)),
        parts(&[Part::Region(region("37"))]),
        parts(&[Part::Region(RegionCode::nation())]),
        parts(&[Part::Region(region("370202001003"))]),
        parts(&[Part::Organization(1)]),
        parts(&[Part::Organization(2)]),
        parts(std::slice::from_ref(&own)),
        parts(&[Part::Owner("u\u{1f}1".to_owned())]),
        parts(&[Part::Owner("1".to_owned())]),
        parts(&[street, Part::Organization(12), own]),
    ];
    for scope in cases {
        let held: Vec<usize> = (0..places.len())
            .filter(|it| scope.holds(places[*it].place()))
            .collect();
        assert_eq!(found(&district, &same(&scope)), held, "{scope:?}");
    }
}

#[test]
fn each_register_has_its_own_scope() {
    let places = places();
    let district = index(&places);
    let street = Scope::Parts(vec![Part::Region(region("370202001"))]);
    let reach = Reach::of([
        ("firm".to_owned(), Scope::All),
        ("contract".to_owned(), street.clone()),
        ("paper".to_owned(), Scope::nothing()),
    ]);
    let held: Vec<usize> = (0..places.len())
        .filter(|it| match it % 3 {
            0 => true,
            1 => street.holds(places[*it].place()),
            _ => false,
        })
        .collect();
    assert_eq!(found(&district, &reach), held);
}

#[test]
fn titles_of_registers_are_found_by_who_sees_any_of_their_records() {
    let district = filled(&[
        Entry::new(Kind::Register, "contract", 0, "示例合同"),
        Entry::new(Kind::Register, "secret", 0, "示例内部"),
        Entry::new(Kind::Indicator, "value", 0, "示例指标"),
    ]);
    let own = Scope::Parts(vec![Part::Organization(1)]);
    let reach = Reach::of([
        ("contract".to_owned(), own),
        ("secret".to_owned(), Scope::nothing()),
    ]);
    let titles = |reach: &Reach| -> Vec<String> {
        let groups = district.ask_as("示例", reach);
        groups
            .iter()
            .flat_map(|it| it.hits.iter().map(|it| it.title.text.clone()))
            .collect()
    };
    assert_eq!(titles(&reach), ["示例指标", "示例合同"]);
    assert_eq!(
        titles(&Reach::of([])),
        Vec::<String>::new(),
        "a stranger gets nothing"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_scope_is_asked_as_it_holds(
        codes in prop::collection::vec((prop::sample::select(vec!["", "37", "3702", "370202", "370202001", "370202002"]), 0i64..14, "u1?2?"), 1..4),
        kinds in prop::collection::vec(0usize..3, 1..4),
    ) {
        let places = places();
        let district = index(&places);
        let parts = codes.iter().zip(kinds.iter().cycle()).map(|((code, id, name), kind)| match kind {
            0 if code.is_empty() => Part::Region(RegionCode::nation()),
            0 => Part::Region(region(code)),
            1 => Part::Organization(*id),
            _ => Part::Owner(name.clone()),
        });
        let scope = Scope::Parts(parts.collect());
        let held: Vec<usize> = (0..places.len()).filter(|it| scope.holds(places[*it].place())).collect();
        prop_assert_eq!(found(&district, &same(&scope)), held);
    }
}
