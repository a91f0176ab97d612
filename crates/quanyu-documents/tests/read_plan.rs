//! Work plans read into targets and tasks. Each case is a text and what was understood of it, one line a target
//! (`T`) or task (`K`).

use quanyu_documents::read::plan::{PlanDraft, Role, Span, read_plan};
use quanyu_documents::read::{Comparator, Hints, LexEntry, Lexicon, Value, read_text};

fn draft(text: &str) -> PlanDraft {
    let entry = LexEntry {
        indicator: "contracts".to_owned(),
        names: vec!["技术合同成交额".to_owned()],
        unit: Some("元".to_owned()),
        kinds: Vec::new(),
    };
    let reading = read_text(text, &Lexicon::new(vec![entry]), &Hints::default());
    read_plan(text, &reading)
}

fn slice(text: &str, span: Span) -> String {
    let chars = text.chars().skip(span.start);
    chars.take(span.end - span.start).collect()
}

fn told(text: &str) -> Vec<String> {
    let plan = draft(text);
    let mut lines = Vec::new();
    for target in &plan.targets {
        let value = match target.value {
            Value::None => "-".to_owned(),
            Value::One(value) => value.normalize().to_string(),
            Value::Range(low, high) => format!("{}..{}", low.normalize(), high.normalize()),
        };
        let mut line = format!(
            "T {} {}{} {}",
            target.metric.as_deref().unwrap_or("-"),
            match target.comparator {
                Comparator::Eq => "",
                other => other.as_str(),
            },
            value,
            target.unit.as_deref().unwrap_or("-"),
        );
        if let Some(level) = target.level {
            line.push_str(&format!(" {}", level.as_str()));
        }
        if let Some(due) = &target.due {
            line.push_str(&format!(" by {}", due.day));
        }
        lines.push(line);
    }
    for task in &plan.tasks {
        let mut line = format!("K {}", task.title);
        if !task.path.is_empty() {
            line = format!("K {} / {}", task.path.join(" / "), task.title);
        }
        for owner in &task.owners {
            let role = match owner.role {
                Role::Lead => "牵头",
                Role::Responsible => "责任",
                Role::Support => "配合",
                Role::Person => "人",
            };
            line.push_str(&format!(" {role}={}", owner.name));
        }
        if let Some(due) = &task.due {
            line.push_str(&format!(" by {} ({})", due.day, due.text));
        }
        if !task.targets.is_empty() {
            line.push_str(&format!(" {:?}", task.targets));
        }
        lines.push(line);
    }
    lines
}

#[test]
fn a_plan_has_targets_with_day_and_level_and_tasks_with_owner_and_day() {
    let text = "示例区科技局2024年工作计划\n\
        2024年，区科技局将坚持创新引领，重点做好以下工作：\n\
        一、主要目标\n\
        全年技术合同成交额达到70亿元以上，增长10%；市下达高企目标120家，自定目标130家；6月底前完成评价300家。\n\
        二、重点任务\n\
        （一）建设创新平台。新建市级重点实验室3家，6月底前完成选址，年底前挂牌。（牵头单位：创新平台科；配合单位：区财政局、各街道；完成时限：2024年12月底前）\n\
        （二）壮大创新主体\n\
        1．开展高企培育。二季度完成摸底，9月份组织第二批申报（企业科）。\n\
        2．兑现扶持政策。由综合科牵头，上半年兑付到位。\n\
        （三）深化产学研合作。\n\
        责任单位：成果科、各园区\n\
        时间节点：10月15日前\n\
        将任务分解到各街道，其中甲街道20家、乙街道30家。\n\
        三、保障措施\n\
        加强组织领导。每月调度一次，12月中旬开展年度考核。\n";
    let expected = [
        "T 技术合同成交额 ge7000000000 元 by 2024-12-31",
        "T 技术合同成交额 0.1 1 by 2024-12-31",
        "T 市下达高企目标 120 家 下达 by 2024-12-31",
        "T 自定目标 130 家 自定 by 2024-12-31",
        "T 评价 300 家 by 2024-06-30",
        "T 新建市级重点实验室 3 家 by 2024-12-31",
        "T 甲街道 20 家 分解 by 2024-10-15",
        "T 乙街道 30 家 分解 by 2024-10-15",
        "K 重点任务 / 建设创新平台 牵头=创新平台科 配合=区财政局 配合=各街道 by 2024-12-31 (2024年12月底前) [5]",
        "K 重点任务 / 壮大创新主体 / 开展高企培育 责任=企业科 by 2024-09-30 (9月份)",
        "K 重点任务 / 壮大创新主体 / 兑现扶持政策 牵头=综合科 by 2024-06-30 (上半年)",
        "K 重点任务 / 深化产学研合作 / 将任务分解到各街道 责任=成果科 责任=各园区 by 2024-10-15 (10月15日前) [6, 7]",
        "K 保障措施 / 加强组织领导 by 2024-12-20 (12月中旬)",
    ];
    assert_eq!(told(text), expected);
}

#[test]
fn a_table_of_tasks_is_read_by_its_head() {
    let text = "示例区2025年重点任务分解表\n\
        序号 | 类别 | 重点任务 | 具体举措 | 责任单位 | 完成时限\n\
        1 | 平台 | 新建重点实验室3家 | 开展选址、论证、建设 | 平台科、财务科 | 6月底前\n\
        2 |  | 建设中试基地1个 | 引进社会资本5000万元 | 平台科 | 年底前\n\
        3 | 人才 | 引进领军人才10名 | 举办对接会不少于4场 | 人才科 | 三季度\n";
    let expected = [
        "T 新建重点实验室 3 家 by 2025-06-30",
        "T 建设中试基地 1 个 by 2025-12-31",
        "T 引进社会资本 50000000 元 by 2025-12-31",
        "T 引进领军人才 10 名 by 2025-09-30",
        "T 举办对接会 ge4 场 by 2025-09-30",
        "K 平台 / 新建重点实验室3家 责任=平台科 责任=财务科 by 2025-06-30 (6月底前) [0]",
        "K 平台 / 建设中试基地1个 责任=平台科 by 2025-12-31 (年底前) [1, 2]",
        "K 人才 / 引进领军人才10名 责任=人才科 by 2025-09-30 (三季度) [3, 4]",
    ];
    assert_eq!(told(text), expected);
}

#[test]
fn only_the_planning_part_of_a_report_gives_tasks() {
    let text = "示例区科技局2023年工作总结和2024年工作打算\n\
        一、2023年工作总结\n\
        （一）加强平台建设。新建平台3家，年底前全部挂牌。\n\
        二、2024年工作打算\n\
        下一步，我局将继续努力。\n\
        （一）抓平台、强支撑，提升创新能力一是建设实验室。建成实验室2家。二是引进团队，全年引进团队5支以上。\n\
        （二）抓服务。上半年出台办法，三季度末前兑付。\n";
    let expected = [
        "T 建成实验室 2 家 by 2024-12-31",
        "T 引进团队 ge5 支 by 2024-12-31",
        "K 2024年工作打算 / 抓平台、强支撑,提升创新能力 / 建设实验室 [0]",
        "K 2024年工作打算 / 抓平台、强支撑,提升创新能力 / 引进团队 [1]",
        "K 2024年工作打算 / 抓服务 by 2024-09-30 (三季度末前)",
    ];
    assert_eq!(told(text), expected);
}

#[test]
fn deadlines_are_the_last_day_of_what_is_said() {
    #[rustfmt::skip]
    let cases = [
        ("年底前完成。", Some("2024-12-31")),
        ("上半年完成。", Some("2024-06-30")),
        ("下半年启动。", Some("2024-12-31")),
        ("一季度末完成。", Some("2024-03-31")),
        ("第三季度完成。", Some("2024-09-30")),
        ("6月份召开大会。", Some("2024-06-30")),
        ("2月底前完成。", Some("2024-02-29")),
        ("5月上旬举办。", Some("2024-05-10")),
        ("9月30日前报送。", Some("2024-09-30")),
        ("十月底前建成。", Some("2024-10-31")),
        ("力争2025年底投用。", Some("2025-12-31")),
        ("2024年6月底前开工，12月竣工。", Some("2024-12-31")),
        ("年内实现投产。", Some("2024-12-31")),
        ("每月开展一次，每季度通报。", None),
        ("较2023年底翻一番。", None),
        ("去年底已启动建设工作。", None),
        ("年内容量扩大建设规模。", None),
        ("加快推进项目建设工作。", None),
    ];
    for (sentence, expected) in cases {
        let text =
            format!("示例区2024年工作计划\n一、重点工作\n（一）{sentence}\n（二）加强管理工作。\n");
        let plan = draft(&text);
        let found = plan.tasks.first().and_then(|task| task.due.as_ref());
        assert_eq!(
            found.map(|due| due.day.to_string()).as_deref(),
            expected,
            "{sentence}"
        );
    }
}

#[test]
fn spans_slice_the_text_as_given() {
    let text = "示例区２０２４年工作计划\r\n一、重点任务\r\n （一）建设平台。新建平台　3家，６月底前挂牌（平台科）。\r\n";
    let plan = draft(text);
    let task = plan.tasks.first().expect("one task is read");
    assert_eq!(slice(text, task.title_at), "建设平台");
    assert_eq!(slice(text, task.owners[0].at), "平台科");
    let due = task.due.as_ref().and_then(|due| due.stated);
    assert_eq!(slice(text, due.expect("its day is stated")), "６月底前");
    assert_eq!(slice(text, plan.targets[0].at), "3家");
    assert_eq!(plan.targets[0].path, ["重点任务", "建设平台"]);
}
