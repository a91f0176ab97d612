//! Finding records by what people call them: credit code, natural key, label, former name.
//!
//! Owns the look-up of many names at once. Leaves reading cells to `cells`. Likeness of names comes with the lists.
//!
//! Invariant: a name that two records bear is [`Found::Many`], never the first of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use quanyu_core::{typed, uscc::Uscc};
use quanyu_pack::model::{FieldType, Pack, Register};
use quanyu_store::{Tx, records};

use super::{
    AppError,
    cells::{Found, Names},
};

/// Names that were looked up.
#[derive(Clone, Debug, Default)]
pub struct NameMap {
    found: HashMap<(String, String), Found>,
}

impl Names for NameMap {
    fn find(&self, register: &str, text: &str) -> Found {
        self.found
            .get(&(register.to_owned(), text.to_owned()))
            .copied()
            .unwrap_or(Found::Nobody)
    }
}

impl NameMap {
    /// Looks up names by register that are not known yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn look_up(
        &mut self,
        tx: &mut Tx,
        pack: &Pack,
        wanted: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<(), AppError> {
        for (id, texts) in wanted {
            let Some(register) = pack.registers.get(id) else {
                continue;
            };
            let fresh: Vec<String> = texts
                .iter()
                .filter(|it| !self.found.contains_key(&(id.clone(), (*it).clone())))
                .cloned()
                .collect();
            if fresh.is_empty() {
                continue;
            }
            // Credit codes are typed in lower case and full width; the text as typed stays the key of the map.
            let mut forms: HashMap<String, Vec<&str>> = HashMap::new();
            for text in &fresh {
                let plain = typed::plain(text).to_uppercase();
                if plain != *text {
                    forms.entry(plain).or_default().push(text);
                }
                forms.entry(text.clone()).or_default().push(text);
            }
            let mut asked: Vec<String> = forms.keys().cloned().collect();
            let mut ids: HashMap<&str, BTreeSet<i64>> = HashMap::new();
            for field in naming_fields(register) {
                // A credit code that holds and was found is nobody's name: names have no index, a million of them are not looked at.
                asked.retain(|it| !is_code(it) || !found_one(&ids, &forms, it));
                if asked.is_empty() {
                    break;
                }
                for (text, record) in records::find(tx, id, field, &asked).await? {
                    for typed in forms.get(&text).into_iter().flatten() {
                        ids.entry(typed).or_default().insert(record);
                    }
                }
            }
            for text in &fresh {
                let found = match ids.get(text.as_str()).map(|it| (it.len(), it.first())) {
                    Some((1, Some(id))) => Found::One(*id),
                    Some((many, _)) if many > 1 => Found::Many(many),
                    _ => Found::Nobody,
                };
                self.found.insert((id.clone(), text.clone()), found);
            }
        }
        Ok(())
    }
}

/// Whether a text is a credit code with its right check character.
fn is_code(text: &str) -> bool {
    text.parse::<Uscc>().is_ok_and(|it| it.checks())
}

/// Whether what was typed in this form has been found.
fn found_one(
    ids: &HashMap<&str, BTreeSet<i64>>,
    forms: &HashMap<String, Vec<&str>>,
    form: &str,
) -> bool {
    let mut typed = forms.get(form).into_iter().flatten();
    typed.any(|it| ids.contains_key(it))
}

/// The text fields by which people name a record: its key where it is one field, its label, and what the part it plays
/// calls names.
fn naming_fields(register: &Register) -> Vec<&str> {
    let mut fields: Vec<&str> = Vec::new();
    if let [key] = register.key.as_slice() {
        fields.push(key);
    }
    fields.push(&register.label);
    for slot in ["uscc", "name", "former_names"] {
        if register.plays.is_some()
            && let Some(field) = register.slot(slot)
        {
            fields.push(&field.id);
        }
    }
    let text = |id: &&str| {
        register
            .field(id)
            .is_some_and(|it| matches!(it.kind, FieldType::Text))
    };
    let mut seen = BTreeSet::new();
    fields
        .into_iter()
        .filter(text)
        .filter(|it| seen.insert(*it))
        .collect()
}
