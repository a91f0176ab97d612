//! Names on a list, spoiled in seven ways, among organizations of like names: what the matching promises by kind.

#[path = "../examples/lists/draw.rs"]
mod draw;

use draw::{Count, Dice};

#[test]
fn spoiled_names_are_found_and_never_given_to_another() {
    let mut dice = Dice(7);
    let firms = draw::firms(20_000, &mut dice);
    let list = draw::list(&firms, 1_000, &mut dice);
    let counts = draw::count(&draw::index(&firms), &list);
    // Of each kind: at least so many in a hundred matched, at least so many found (matched, or offered first), at most
    // so many matched with another one.
    #[rustfmt::skip]
    let promised = [
        (0, 100, 100, 0), // as it is
        (1, 100, 100, 0), // brackets, blanks, width
        (2,  15,  97, 0), // legal form
        (3, 100, 100, 0), // former name
        (4,   0,  98, 0), // branch
        (5,   0,  96, 0), // region left out
        (6,   0,  96, 0), // one character
        (7, 100, 100, 0), // traditional characters
    ];
    for (kind, matched, found, wrong) in promised {
        let Count {
            names,
            matched: sure,
            first,
            wrong: other,
            ..
        } = counts[&kind];
        assert!(names > 50, "{}: {names}", draw::KINDS[kind]);
        let told = format!("{}: {:?}", draw::KINDS[kind], counts[&kind]);
        assert!(sure * 100 >= matched * names, "{told}");
        assert!((sure + first) * 100 >= found * names, "{told}");
        assert!(other * 100 <= wrong * names, "{told}");
    }
    let strangers = counts[&8];
    assert_eq!(strangers.wrong, 0, "{strangers:?}");
    // The others bear names that one character parts from another's: a person has to look.
    assert!(
        strangers.unmatched * 100 >= 35 * strangers.names,
        "{strangers:?}"
    );
}
