//! A pack without faults becomes the model it says.

use std::path::Path;

use quanyu_core::text::Language;
use quanyu_pack::{
    Packs, load,
    model::{Comparator, DemoDraw, FieldType, IndicatorKind, Pack, TargetLevel, Whom},
};

use crate::{files, loaded};

fn pack() -> Pack {
    loaded(files()).unwrap_or_else(|it| panic!("{}", it.render(Language::En, false)))
}

#[test]
fn folders_and_texts_give_the_same_pack() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/packs");
    let from_folders = load(&Packs::from_dir(&root), "demo").unwrap();
    assert_eq!(from_folders, pack());
    let own = Packs::from_pack_dir(root.join("demo"));
    assert_eq!(own.only().as_deref(), Some("demo"));
    assert_eq!(load(&own, "demo").unwrap(), pack());
    assert_eq!(own.ids(), ["base", "demo"]);
}

#[test]
fn a_pack_holds_what_it_extends() {
    let pack = pack();
    assert_eq!(
        (pack.id.as_str(), &pack.extends[..]),
        ("demo", &["base".to_owned()][..])
    );
    assert_eq!(pack.title.get(Language::En), "Example district");
    assert!(pack.demo_district);
    let organization = pack.playing("organization").unwrap();
    let fields: Vec<_> = organization
        .fields
        .iter()
        .map(|it| it.id.as_str())
        .collect();
    assert_eq!(
        fields,
        ["code", "name", "place", "industry"],
        "extended fields come last"
    );
    assert_eq!(organization.slot("uscc").unwrap().id, "code");
    assert_eq!(
        organization.title.zh, "单位",
        "what is not given again stays"
    );
    assert_eq!(pack.regions.len(), 6);
    assert_eq!(
        pack.codes["industry"]
            .item("A01")
            .unwrap()
            .parent
            .as_deref(),
        Some("A")
    );
}

#[test]
fn declarations_keep_their_order_and_their_places() {
    let pack = pack();
    let contract = &pack.registers["contract"];
    let fields: Vec<_> = contract.fields.iter().map(|it| it.id.as_str()).collect();
    #[rustfmt::skip]
    assert_eq!(fields, ["number", "seller", "kind", "amount", "tech_part", "share", "staff", "signed_on", "place", "renewal_of"]);
    assert_eq!(
        contract.field("share").unwrap().kind,
        FieldType::Decimal { scale: 4 }
    );
    assert_eq!(contract.lines[0].fields[1].kind, FieldType::Money);
    let step = &contract.lifecycle.as_ref().unwrap().transitions[0];
    assert_eq!(
        (&step.from[..], step.within),
        (&["draft".to_owned()][..], Some(5))
    );
    let IndicatorKind::Flow { value, filter, .. } = &pack.indicators["contract_value"].kind else {
        panic!("a flow")
    };
    for sql in [
        value,
        filter.as_ref().unwrap(),
        &pack.datasets["big_contract"].sql,
        step.guard.as_ref().unwrap(),
    ] {
        let file = &pack.files[sql.at.file as usize];
        assert_eq!(
            &file.text[sql.at.start as usize..sql.at.end as usize],
            sql.value,
            "the place is the text itself"
        );
    }
    assert!(
        pack.indicators["big_contracts"].empty_is_zero,
        "no records of a count are none"
    );
    assert!(!pack.indicators["contract_value"].empty_is_zero);
}

#[test]
fn plans_days_and_demonstration_are_read_as_people_write_them() {
    let pack = pack();
    let [growth, value] = ["growth", "value"].map(|id| {
        pack.plans["year"]
            .targets
            .iter()
            .find(|it| it.id == id)
            .unwrap()
    });
    assert_eq!(
        (value.value.to_string(), value.comparator, value.level),
        ("7500000000".into(), Comparator::Ge, TargetLevel::Assigned)
    );
    assert_eq!(
        (growth.value.to_string(), growth.growth),
        ("0.1".into(), true)
    );
    let day = |text: &str| text.parse().unwrap();
    assert_eq!(
        pack.is_working_day(day("2023-01-27")),
        Some(false),
        "within a span of days off"
    );
    assert_eq!(
        pack.is_working_day(day("2023-01-28")),
        Some(true),
        "a Saturday that is worked"
    );
    assert_eq!(pack.is_working_day(day("2023-04-05")), Some(false));
    assert_eq!(pack.is_working_day(day("2024-04-05")), None);
    let demo = pack.demo.as_ref().unwrap();
    assert_eq!(
        (
            demo.seed,
            demo.rows[1].count,
            demo.rows[1].totals[0].total.value.as_str()
        ),
        (7, 9, "1234.5万元")
    );
    assert_eq!(
        demo.rows[0].fields[2].draw,
        DemoDraw::Set("990102001".into())
    );
    assert_eq!(pack.tests[0].records[1].cells[3].1.value, "2023-05-01");
    assert_eq!(pack.tests[0].expect[1].period.to_string(), "2022");
}

#[test]
fn appraisals_hold_weights_ways_and_splits() {
    let pack = pack();
    assert_eq!(pack.supervision.remind, 7);
    let city = &pack.appraisals["city"];
    let ways: Vec<_> = city
        .items
        .iter()
        .map(|it| it.scoring.method.word())
        .collect();
    assert_eq!(ways, ["proportional", "banded", "rank", "deduct", "given"]);
    assert_eq!(
        (city.points.to_string(), city.whom),
        ("40".into(), Whom::Whole)
    );
    let value = city.item("value").unwrap();
    let measure = value.measure.as_ref().unwrap();
    assert_eq!(measure.target.to_string(), "7500000000");
    let part = |code: &str| measure.split.part(&code.parse().unwrap());
    assert_eq!(part("990102002").unwrap().to_string(), "2500000000");
    assert_eq!(part("990103"), None);
    assert_eq!(
        (
            value.scoring.cap.to_string(),
            value.last_year.unwrap().to_string()
        ),
        ("1.1".into(), "10.5".into())
    );
    let place = city.item("place").unwrap();
    assert_eq!(
        place.measure.as_ref().unwrap().target.to_string(),
        "3",
        "the last place that earns all"
    );
    assert_eq!(city.item("jury").unwrap().measure, None);
    assert_eq!(pack.appraisals["streets"].whom, Whom::Parts);
    let target = pack.plans["year"]
        .targets
        .iter()
        .find(|it| it.id == "big")
        .unwrap();
    assert_eq!(target.split.months.len(), 12);
}

#[test]
fn indicators_know_what_they_rest_on() {
    let graph = pack().dependencies();
    let reads = &graph.indicators["big_contracts"];
    assert!(reads.datasets.contains("big_contract"));
    let columns: Vec<_> = reads.tables["contract"]
        .iter()
        .map(String::as_str)
        .collect();
    assert_eq!(
        columns,
        ["amount", "id", "region", "seller", "signed_on", "state"]
    );
    assert!(
        graph.indicators["average"]
            .indicators
            .contains("contract_value")
    );
    let on: Vec<_> = graph.on_register("firm_year").collect();
    assert_eq!(on, ["income"]);
    let on: Vec<_> = graph.on_register("organization").collect();
    assert_eq!(on, ["average", "big_contracts"]);
}

#[test]
fn a_folder_is_read_without_hidden_files_links_and_byte_order_marks() {
    let root = tempfile::tempdir().unwrap();
    let pack = root.path().join("small");
    std::fs::create_dir_all(pack.join(".git")).unwrap();
    std::fs::write(
        pack.join("pack.toml"),
        "\u{feff}id = \"small\"\ntitle = \"小\"\n",
    )
    .unwrap();
    std::fs::write(pack.join(".git/broken.toml"), "[").unwrap();
    std::fs::write(pack.join("notes.md"), "[").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.path(), pack.join("circle")).unwrap();
    let loaded = load(&Packs::from_dir(root.path()), "small").unwrap();
    let names: Vec<_> = loaded.files.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["small/pack.toml"]);
    let both = Packs::from_dir(root.path()).or(Packs::from_files(files()));
    assert_eq!(both.ids(), ["base", "demo", "small"]);
    assert!(load(&both, "demo").is_ok());
}
