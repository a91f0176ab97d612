//! The page of a record: fields, state, lines, history, what refers to it.

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    RegisterShown,
    list::{CellShown, room_of},
};
use crate::{
    app::{
        self,
        registers::{Cell, ChangeView, FieldHead, RecordPage, Related},
    },
    web::{
        figure::group,
        frame::{Frame, Place},
        say::UNKNOWN,
        state::App,
        steps::StepsShown,
        view::View,
    },
};

#[derive(Debug, Serialize)]
pub(in crate::web) struct RecordShown {
    frame: Frame,
    register: RegisterShown,
    room: (String, String),
    id: i64,
    label: String,
    version: i64,
    state: Option<String>,
    removed: bool,
    /// Where personal data are shown in clear, for whoever may see them.
    person: Option<String>,
    /// Fields with a value that are short, then long ones.
    fields: Vec<FieldShown>,
    empty: Vec<String>,
    refers: Vec<(String, String, String)>,
    lines: Vec<LinesShown>,
    history: Vec<ChangeShown>,
    related: Vec<RelatedShown>,
    /// What may be done with it, where it has a lifecycle.
    steps: Option<StepsShown>,
    /// Title, name and address of each file.
    files: Vec<(String, String, String)>,
    /// What may be entered about this record, with its address.
    offers: Vec<(String, String)>,
    /// Merges that it had part in: words, and where one is taken back.
    merges: Vec<(String, String)>,
    /// What may happen to it, with its address.
    events: Vec<(String, String)>,
    /// Where everything about it stands, of an organization.
    dossier: Option<String>,
    /// Where the record is changed, by whoever may.
    edit: Option<String>,
    remove: String,
    restore: String,
    /// The picture by which firms open it on a telephone.
    code: Option<String>,
    /// What was just done here.
    done: Option<String>,
    json: String,
}

#[derive(Debug, Serialize)]
struct FieldShown {
    title: String,
    cell: CellShown,
    unit: Option<String>,
    long: bool,
    /// An address outside, shown as text and never followed by itself.
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct LinesShown {
    title: String,
    heads: Vec<(String, bool)>,
    rows: Vec<Vec<CellShown>>,
}

#[derive(Debug, Serialize)]
struct ChangeShown {
    sequence: i64,
    actor: String,
    at: String,
    act: String,
    why: Option<String>,
    fields: Vec<(String, String, String)>,
}

#[derive(Debug, Serialize)]
struct RelatedShown {
    title: String,
    count: String,
    all: String,
    more: bool,
    first: Vec<(String, String)>,
}

impl RecordShown {
    pub(in crate::web) fn new(
        app: &App,
        view: &View,
        page: &RecordPage,
        steps: Option<StepsShown>,
    ) -> Self {
        let say = app.say(view);
        let module = &page.register.module;
        let title = |head: &FieldHead| head.title.get(view.language).to_owned();
        let known = |cell: &Cell| !cell.said.is_empty() && cell.said != UNKNOWN;
        let fields = page
            .fields
            .iter()
            .filter(|(_, cell)| known(cell))
            .map(|(head, cell)| FieldShown {
                title: title(head),
                cell: CellShown::new(cell, head.number, view),
                unit: head
                    .unit
                    .as_deref()
                    .map(|it| say.unit(it))
                    .filter(|it| !it.is_empty()),
                long: head.kind == "long_text" || cell.said.chars().count() > 60,
                kind: head.kind,
            });
        let refers = page.fields.iter().filter_map(|(head, cell)| {
            let (register, id) = cell.link.as_ref()?;
            Some((
                title(head),
                cell.said.clone(),
                view.link(&format!("/registers/{register}/{id}")),
            ))
        });
        let lines = page.lines.iter().map(|(name, heads, rows)| LinesShown {
            title: name.get(view.language).to_owned(),
            heads: heads.iter().map(|it| (title(it), it.number)).collect(),
            rows: rows
                .iter()
                .map(|row| {
                    row.iter()
                        .zip(heads)
                        .map(|(cell, head)| CellShown::new(cell, head.number, view))
                        .collect()
                })
                .collect(),
        });
        let base = format!("/registers/{}/{}", page.register.id, page.id);
        let files = page.files.iter().map(|(field, name, hash)| {
            (
                field.get(view.language).to_owned(),
                name.clone(),
                view.link(&format!("{base}/files/{hash}")),
            )
        });
        let offers = page.offers.iter().map(|(register, field, title)| {
            (
                title.get(view.language).to_owned(),
                view.link_with(
                    &format!("/registers/{register}/new"),
                    &[(&format!("with.{field}"), &page.id.to_string())],
                ),
            )
        });
        Self {
            files: files.collect(),
            offers: offers.collect(),
            merges: page
                .merges
                .iter()
                .filter(|it| !it.undone)
                .map(|it| {
                    let facts = [("kept", it.kept.to_string()), ("gone", it.gone.to_string())];
                    let undo = format!("/registers/{}/merges/{}/undo", page.register.id, it.seq);
                    (say.fill("duplicates.merged", &facts), view.link(&undo))
                })
                .collect(),
            events: app::entries::events(&app.product, &page.register.id)
                .into_iter()
                .map(|(id, title)| {
                    (
                        title.get(view.language).to_owned(),
                        view.link(&format!("{base}/events/{id}")),
                    )
                })
                .collect(),
            dossier: (app::dossier::is_of(&app.product, &page.register.id) && !page.removed)
                .then(|| view.link(&format!("/organizations/{}", page.id))),
            edit: (page.editable && !page.removed).then(|| view.link(&format!("{base}/edit"))),
            remove: view.link(&format!("{base}/remove")),
            restore: view.link(&format!("{base}/restore")),
            code: crate::web::qr::of_record(app, &page.register.id, page.id),
            done: view
                .wish("done")
                .map(|it| say.word("done", it))
                .filter(|it| !it.is_empty()),
            frame: Frame::new(
                app,
                view,
                Place::Registers(room_of(&page.register)),
                &page.label,
            ),
            register: RegisterShown::new(&page.register, view),
            room: (
                module.1.get(view.language).to_owned(),
                view.link_with("/registers", &[("module", &module.0)]),
            ),
            id: page.id,
            label: page.label.clone(),
            version: page.version,
            state: page
                .state
                .as_ref()
                .map(|(_, it)| it.get(view.language).to_owned()),
            removed: page.removed,
            person: page
                .sees_person
                .then(|| view.link(&format!("{base}/person"))),
            fields: fields.collect(),
            empty: page
                .fields
                .iter()
                .filter(|(_, cell)| !known(cell))
                .map(|(head, _)| title(head))
                .collect(),
            refers: refers.collect(),
            lines: lines.collect(),
            history: page
                .history
                .iter()
                .map(|it| ChangeShown::new(it, app, view))
                .collect(),
            related: page
                .related
                .iter()
                .map(|it| RelatedShown::new(it, page, view))
                .collect(),
            steps,
            json: view.change(&[("format", Some("json"))]),
        }
    }
}

impl ChangeShown {
    fn new(change: &ChangeView, app: &App, view: &View) -> Self {
        let field = |(title, before, after): &(quanyu_core::text::Text, String, String)| {
            (
                title.get(view.language).to_owned(),
                before.clone(),
                after.clone(),
            )
        };
        Self {
            sequence: change.sequence,
            actor: app.say(view).actor(&change.actor),
            at: change.at.clone(),
            act: app.say(view).word("act", &change.act),
            why: change.why.clone(),
            fields: change.fields.iter().map(field).collect(),
        }
    }
}

impl RelatedShown {
    fn new(related: &Related, page: &RecordPage, view: &View) -> Self {
        let filter = format!("f.{}.is", related.field);
        let path = format!("/registers/{}", related.register);
        let link =
            |(id, label): &(i64, String)| (label.clone(), view.link(&format!("{path}/{id}")));
        Self {
            title: related.title.get(view.language).to_owned(),
            count: group(related.count),
            all: view.link_with(&path, &[(&filter, &page.id.to_string())]),
            more: related.count > related.first.len() as u64,
            first: related.first.iter().map(link).collect(),
        }
    }
}

/// A record for programs.
pub(in crate::web) fn record_json(page: &RecordPage, view: &View) -> Value {
    let cell = |cell: &Cell| match cell.said.as_str() {
        UNKNOWN | "" => Value::Null,
        said => Value::from(said),
    };
    json!({
        "register": page.register.id,
        "id": page.id,
        "label": page.label,
        "version": page.version,
        "state": page.state.as_ref().map(|it| &it.0),
        "removed": page.removed,
        "fields": page.fields.iter().map(|(head, it)| (head.id.clone(), cell(it))).collect::<serde_json::Map<_, _>>(),
        "history": page.history.iter().map(|it| json!({
            "sequence": it.sequence, "actor": it.actor, "at": it.at, "act": it.act, "why": it.why,
            "fields": it.fields.iter().map(|(title, before, after)| json!({
                "field": title.get(view.language), "before": before, "after": after,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "related": page.related.iter().map(|it| json!({
            "register": it.register, "field": it.field, "count": it.count,
            "first": it.first.iter().map(|(id, label)| json!({"id": id, "label": label})).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
