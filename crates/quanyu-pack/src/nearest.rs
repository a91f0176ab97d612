//! "Did you mean": the valid name nearest to a wrong one.

/// The name most like `wrong`, where one is near enough that a slip of the hand explains it.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (near, name) = names
        .into_iter()
        .map(|name| (likeness(wrong, name), name))
        // The first of equals, so that the same fault always gives the same hint.
        .fold((0.0, None), |best, (near, name)| {
            if near > best.0 {
                (near, Some(name))
            } else {
                best
            }
        });
    // Below this, names tried in the tests of packs were unrelated (`sum` for `source` is 0.5).
    if near >= 0.6 { name } else { None }
}

fn likeness(wrong: &str, name: &str) -> f64 {
    let edits = strsim::normalized_damerau_levenshtein(wrong, name);
    // `contract` for `tech_contract`: a part of the name was left out.
    let part = wrong.chars().count() >= 4
        && (name.contains(wrong) || wrong.contains(name) && name.len() >= 4);
    if part { edits.max(0.7) } else { edits }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_put_right_and_strangers_are_not() {
        let names = ["amount", "signed_on", "tech_contract", "source"];
        let cases = [
            ("amuont", Some("amount")),
            ("singed_on", Some("signed_on")),
            ("contract", Some("tech_contract")),
            ("park", None),
            ("", None),
        ];
        for (wrong, want) in cases {
            assert_eq!(nearest(wrong, names), want, "{wrong}");
        }
    }
}
