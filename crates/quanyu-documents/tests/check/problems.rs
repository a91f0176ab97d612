//! Problems of the text itself, as a table: a text, and the codes that are told of it. Clean twins stand beside.

use crate::world::World;

const HEAD: &str = "示例区科学技术局2023年工作总结\n一、2023年工作\n";

fn codes(world: &World, text: &str) -> Vec<String> {
    let (_, checked) = world.check(text);
    checked
        .problems
        .iter()
        .map(|it| {
            assert!(
                it.start < it.end && it.end <= text.chars().count(),
                "{it:?}"
            );
            assert!(it.what.en.is_some() && it.why.en.is_some(), "{it:?}");
            format!("{}{}", it.code.as_str(), if it.note { "?" } else { "" })
        })
        .collect()
}

#[test]
fn each_check_tells_what_it_is_for_and_leaves_its_twin_alone() {
    let world = World::new(3);
    #[rustfmt::skip]
    let cases: &[(&str, &[&str])] = &[
        ("示例园区引进企业20家，其中示例甲类12家、示例乙类5家。", &[]),
        ("示例园区引进企业20家，其中示例甲类25家。", &["parts"]),
        ("示例特派员12人，分别为农业5人、工业4人、服务业3人。", &[]),
        ("示例特派员13人，分别为农业5人、工业4人、服务业3人。", &["parts"]),
        ("示例东园引进项目8个，示例西园引进项目6个，合计14个。", &[]),
        ("示例东园引进项目8个，示例西园引进项目6个，合计15个。", &["parts"]),
        ("园区示例营业收入由100亿元增加到125亿元，增长25%。", &[]),
        ("园区示例营业收入由100亿元增加到125亿元，增长28%。", &["growth_levels"]),
        ("园区示例营业收入由100亿元增加到125亿元，按可比口径增长28%。", &["growth_levels?"]),
        ("示例投资占比由35.13%提高到35.39%，提高0.26个百分点。", &[]),
        ("示例投资占比由35.13%提高到35.39%，提高0.26%。", &["points"]),
        ("示例技术在全市10个区市中居第8位。", &[]),
        ("示例技术在全市10个区市中居第12位。", &["rank_range"]),
        ("示例服务业贷款余额12.5亿元。推进示例合作。\n年末，示例服务业贷款余额12.5亿元。", &[]),
        ("示例服务业贷款余额12.5亿元。推进示例合作。\n年末，示例服务业贷款余额13.5亿元。", &["twice"]),
        ("示例服务业贷款余额12.5亿元。推进示例合作。\n年末，示例服务业贷款余额超12亿元。", &[]),
        ("（一）示例一\n推进。\n（二）示例二\n推进。\n二、不足\n（一）示例三\n推进。", &[]),
        ("（一）示例一\n推进。\n（三）示例二\n推进。", &["heading"]),
        ("一是示例推进。二是示例落实。三是示例提升。", &[]),
        ("一是示例推进。三是示例落实。", &["heading"]),
        ("会议于2023年9月8日召开。", &[]),
        ("会议于2023年09月08日召开。", &["number_style", "number_style"]),
        ("示例补助10%～15%。", &[]),
        ("示例补助10-15%。", &["number_style"]),
        ("约30家左右示例企业参加。", &["number_style"]),
        ("深入实施创新驱动发展战略。", &[]),
        ("深入实施创新驱动进展战略。", &["name"]),
        ("示例工业讨论院揭牌。", &["damaged"]),
        ("示例企业XX家参加。", &["placeholder"]),
        // A part of the year in a report of the whole.
        ("2023年1—10月，技术合同成交额12亿元。", &["refresh?"]),
    ];
    for (sentence, wanted) in cases {
        let text = format!("{HEAD}{sentence}\n");
        assert_eq!(codes(&world, &text), *wanted, "{sentence}");
    }
}

#[test]
fn no_text_makes_the_check_panic() {
    let world = World::new(4);
    let odd = [
        "",
        "\n",
        "%",
        "（",
        "（一",
        "一、",
        "由由由",
        "其中",
        "合计",
        "第位",
        "10-",
        "约左右",
        "\u{1}",
        "１０－１５％",
        "🙂🙂",
        "由0亿元增加到0亿元，增长0%。",
        "第0位。",
        "减少0倍",
        "23年",
        "其中其中其中",
    ];
    for one in odd {
        for other in odd {
            let text =
                format!("{HEAD}{one}{other}{one}\n{other}。{one}12家，其中{other}3家，合计{one}");
            let (reading, checked) = world.check(&text);
            assert_eq!(reading.mentions.len(), checked.judged.len());
        }
    }
}
