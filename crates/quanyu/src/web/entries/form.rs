//! The page of a form: controls, lines, what does not fit, and the other person's change beside one's own.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    app::entries::{Control, ControlKind, Differing, Fault, FormView, LinesForm, Outcome},
    web::{
        frame::{Choice, Frame, Place},
        registers::list::room_of,
        state::App,
        view::View,
    },
};

/// What is told with a form.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The version that it stands on, where another than the record's.
    pub version: Option<i64>,
    pub faults: Vec<Fault>,
    /// Who changed the record, when, and what stands against what.
    pub conflict: Option<(String, String, Vec<Differing>)>,
}

#[derive(Debug, Serialize)]
pub(super) struct FormPage {
    frame: Frame,
    title: String,
    room: (String, String),
    register: (String, String),
    record: Option<(String, String)>,
    help: Option<String>,
    action: String,
    check: String,
    pick: String,
    cancel: String,
    version: i64,
    /// A record that was just made, where the next one is entered.
    made: Option<String>,
    controls: Vec<ControlShown>,
    lines: Vec<LinesShown>,
    faults: Vec<FaultShown>,
    conflict: Option<ConflictShown>,
    /// Whether something that happened is noted.
    event: bool,
}

/// A control as it is printed.
#[derive(Debug, Serialize)]
pub(in crate::web) struct ControlShown {
    path: String,
    id: String,
    title: String,
    kind: &'static str,
    unit: Option<String>,
    required: bool,
    many: bool,
    help: Option<String>,
    example: &'static str,
    most: u32,
    text: String,
    chosen: String,
    options: Vec<Choice>,
    from: Option<String>,
    masked: bool,
    file: Option<(String, String)>,
    fault: Option<String>,
    /// The record that has the value.
    taken: Option<String>,
    wide: bool,
}

/// Lines of a form, or rows that are records of their own.
#[derive(Debug, Serialize)]
pub(in crate::web) struct LinesShown {
    id: String,
    title: String,
    heads: Vec<(String, bool, Option<String>)>,
    rows: Vec<RowShown>,
    empty: RowShown,
}

#[derive(Debug, Serialize)]
struct RowShown {
    number: String,
    /// The line's id; empty for a new one.
    line: String,
    controls: Vec<ControlShown>,
}

/// What does not fit, with where it stands.
#[derive(Debug, Serialize)]
pub(in crate::web) struct FaultShown {
    title: String,
    said: String,
    anchor: String,
}

#[derive(Debug, Serialize)]
struct ConflictShown {
    by: String,
    at: String,
    fields: Vec<DifferingShown>,
}

#[derive(Debug, Serialize)]
struct DifferingShown {
    title: String,
    anchor: String,
    before: String,
    theirs: String,
    mine: String,
    both: bool,
}

/// The id of a control in the page.
fn dom(path: &str) -> String {
    format!("f-{}", path.replace('.', "-"))
}

impl FormPage {
    pub(super) fn new(app: &App, view: &View, form: &FormView, told: Told) -> Self {
        let say = app.say(view);
        let register = &form.register;
        let name = register.title.get(view.language).to_owned();
        let base = format!("/registers/{}", register.id);
        let (title, action, cancel) = match &form.record {
            Some((id, _, _)) => (
                say.fill("entry.edit", &[("register", name.clone())]),
                view.link(&format!("{base}/{id}/edit")),
                view.link(&format!("{base}/{id}")),
            ),
            None => (
                say.fill("entry.new", &[("register", name.clone())]),
                view.link(&format!("{base}/new")),
                view.link(&base),
            ),
        };
        let link = |id: i64| view.link(&format!("{base}/{id}"));
        let held = record_base(&base, form);
        let shown = |control: &Control| ControlShown::new(control, view, &base, &held);
        let faults = told.faults.iter().map(|fault| {
            let path = fault.path.strip_suffix("@from").unwrap_or(&fault.path);
            FaultShown {
                title: title_of(form, path, view),
                said: fault.said(view.language),
                anchor: dom(path),
            }
        });
        let lines = form.lines.iter().map(|it| LinesShown::new(it, view, &held));
        Self {
            frame: Frame::new(app, view, Place::Registers(room_of(register)), &title),
            title,
            room: (
                register.module.1.get(view.language).to_owned(),
                view.link_with("/registers", &[("module", &register.module.0)]),
            ),
            register: (name, view.link(&base)),
            record: form
                .record
                .as_ref()
                .map(|(id, _, label)| (label.clone(), link(*id))),
            help: form
                .help
                .as_ref()
                .map(|it| it.get(view.language).to_owned()),
            action,
            check: match &form.record {
                Some((id, _, _)) => {
                    view.link_with(&format!("{base}/check"), &[("record", &id.to_string())])
                }
                None => view.link(&format!("{base}/check")),
            },
            pick: view.link(&format!("{base}/pick")),
            cancel,
            version: told
                .version
                .or_else(|| form.record.as_ref().map(|it| it.1))
                .unwrap_or(0),
            made: view.wish("made").and_then(|it| it.parse().ok()).map(link),
            controls: form.controls.iter().map(shown).collect(),
            lines: lines.collect(),
            faults: faults.collect(),
            event: false,
            conflict: told.conflict.map(|(by, at, fields)| ConflictShown {
                by: say.actor(&by),
                at,
                fields: fields
                    .into_iter()
                    .map(|it| DifferingShown {
                        title: it.title.get(view.language).to_owned(),
                        anchor: dom(&it.path),
                        before: it.before,
                        theirs: it.theirs,
                        mine: it.mine,
                        both: it.both,
                    })
                    .collect(),
            }),
        }
    }
}

impl FormPage {
    /// The page of an event: it goes where it came from.
    pub(super) fn of_event(mut self, title: String) -> Self {
        self.action.clone_from(&self.frame.here);
        self.frame.title = format!("{title} · {}", self.frame.title);
        self.title = title;
        self.event = true;
        self
    }
}

/// What a path is called.
fn title_of(form: &FormView, path: &str, view: &View) -> String {
    let mut own = form.controls.iter();
    if let Some(control) = own.find(|it| it.path == path) {
        return control.title.get(view.language).to_owned();
    }
    let mut parts = path.split('.');
    let (lines, number, field) = (parts.next(), parts.next(), parts.next());
    let lines = form.lines.iter().find(|it| Some(it.id.as_str()) == lines);
    let number = number
        .and_then(|it| it.parse::<usize>().ok())
        .map_or(0, |it| it + 1);
    let head = lines.and_then(|it| {
        let mut heads = it.heads.iter();
        heads.find(|it| it.path.rsplit('.').next() == field)
    });
    match (lines, head) {
        (Some(lines), Some(head)) => format!(
            "{} {number} · {}",
            lines.title.get(view.language),
            head.title.get(view.language)
        ),
        _ => path.to_owned(),
    }
}

/// The address of the record of a form; empty for a new one.
fn record_base(base: &str, form: &FormView) -> String {
    let record = form.record.as_ref();
    record.map_or_else(String::new, |(id, _, _)| format!("{base}/{id}"))
}

impl LinesShown {
    pub(in crate::web) fn new(lines: &LinesForm, view: &View, record: &str) -> Self {
        let shown = |control: &Control| ControlShown::new(control, view, "", record);
        Self {
            id: lines.id.clone(),
            title: lines.title.get(view.language).to_owned(),
            heads: lines
                .heads
                .iter()
                .map(|it| {
                    (
                        it.title.get(view.language).to_owned(),
                        it.required,
                        it.unit.clone(),
                    )
                })
                .collect(),
            rows: lines
                .rows
                .iter()
                .enumerate()
                .map(|(number, (line, controls))| RowShown {
                    number: number.to_string(),
                    line: line.map(|it| it.to_string()).unwrap_or_default(),
                    controls: controls.iter().map(shown).collect(),
                })
                .collect(),
            empty: RowShown {
                number: "__n__".to_owned(),
                line: String::new(),
                controls: lines.empty.iter().map(shown).collect(),
            },
        }
    }
}

impl FaultShown {
    /// A fault of a row that is a record of its own.
    pub(in crate::web) fn of_row(lines: &LinesForm, fault: &Fault, view: &View) -> Self {
        let mut parts = fault.path.split('.').skip(1);
        let number = parts
            .next()
            .and_then(|it| it.parse::<usize>().ok())
            .map_or(0, |it| it + 1);
        let field = parts.next();
        let mut heads = lines.heads.iter();
        let head = heads.find(|it| it.path.rsplit('.').next() == field);
        let title = head.map_or("", |it| it.title.get(view.language));
        Self {
            title: format!("{number} · {title}"),
            said: fault.said(view.language),
            anchor: dom(&fault.path),
        }
    }
}

impl ControlShown {
    pub(in crate::web) fn new(control: &Control, view: &View, base: &str, record: &str) -> Self {
        let kind = match control.kind {
            ControlKind::Text => "text",
            ControlKind::LongText => "long",
            ControlKind::Number => "number",
            ControlKind::Date => "date",
            ControlKind::YesNo => "yes_no",
            ControlKind::Choice => "choice",
            ControlKind::Choices => "choices",
            ControlKind::Pick => "pick",
            ControlKind::Person => "person",
            ControlKind::File => "file",
        };
        let file = control.file.as_ref().map(|(hash, name)| {
            let href = match record {
                "" => String::new(),
                record => view.link(&format!("{record}/files/{hash}")),
            };
            (name.clone(), href)
        });
        Self {
            path: control.path.clone(),
            id: dom(&control.path),
            title: control.title.get(view.language).to_owned(),
            kind,
            unit: control.unit.clone(),
            required: control.required,
            many: control.many,
            help: control
                .help
                .as_ref()
                .map(|it| it.get(view.language).to_owned()),
            example: control.example.unwrap_or_default(),
            // What a browser stops at; the register itself may take less, and then says so.
            most: control
                .most
                .unwrap_or(if kind == "long" { 20_000 } else { 500 }),
            text: control.text.clone(),
            chosen: control.chosen.clone(),
            options: control
                .options
                .iter()
                .map(|(value, title, chosen)| Choice {
                    value: value.clone(),
                    title: title.get(view.language).to_owned(),
                    chosen: *chosen,
                })
                .collect(),
            from: control.from.clone(),
            masked: control.masked,
            file,
            fault: control.fault.as_ref().map(|it| it.said(view.language)),
            taken: control
                .fault
                .as_ref()
                .and_then(|it| it.record)
                .map(|id| view.link(&format!("{base}/{id}"))),
            wide: matches!(control.kind, ControlKind::LongText | ControlKind::Choices),
        }
    }
}

/// What came of a form, for programs.
pub(super) fn outcome_json(outcome: &Outcome, view: &View) -> Value {
    match outcome {
        Outcome::Saved {
            id,
            version,
            changed,
        } => json!({ "saved": true, "id": id, "version": version, "changed": changed }),
        Outcome::Faulty(_, faults) => json!({
            "saved": false,
            "faults": faults.iter().map(|it| json!({
                "path": it.path, "why": it.said(view.language), "record": it.record,
            })).collect::<Vec<_>>(),
        }),
        Outcome::Conflict(found) => json!({
            "saved": false, "version": found.version, "by": found.by, "at": found.at,
            "conflicts": found.fields.iter().map(|it| json!({
                "path": it.path, "before": it.before, "theirs": it.theirs, "mine": it.mine, "both": it.both,
            })).collect::<Vec<_>>(),
        }),
    }
}
