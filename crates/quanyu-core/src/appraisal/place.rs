//! Places in a leaderboard (晾晒).
//!
//! Invariant: equal values share a place and the next place is skipped (1, 2, 2, 4); who has no value has no place.

use rust_decimal::Decimal;

use super::Direction;

/// The place of each value.
#[must_use]
pub fn places(values: &[Option<Decimal>], direction: Direction) -> Vec<Option<u32>> {
    let place = |value: Decimal| {
        let ahead = values
            .iter()
            .flatten()
            .filter(|it| direction.beats(**it, value))
            .count();
        u32::try_from(ahead).unwrap_or(u32::MAX).saturating_add(1)
    };
    values.iter().map(|it| it.map(place)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ties_share_a_place_and_skip_the_next() {
        let values = |list: &[i64]| -> Vec<Option<Decimal>> {
            list.iter()
                .map(|it| (*it >= 0).then(|| Decimal::from(*it)))
                .collect()
        };
        #[rustfmt::skip]
        let cases: [(&[i64], Direction, &[u32]); 5] = [
            (&[9, 7, 7, 5],     Direction::Up,   &[1, 2, 2, 4]),
            (&[9, 7, 7, 5],     Direction::Down, &[4, 2, 2, 1]),
            (&[7, 7, 7],        Direction::Up,   &[1, 1, 1]),
            // Below zero stands for nothing known.
            (&[5, -1, 8, 0],    Direction::Up,   &[2, 0, 1, 3]),
            (&[],               Direction::Up,   &[]),
        ];
        for (list, direction, want) in cases {
            let got: Vec<u32> = places(&values(list), direction)
                .into_iter()
                .map(Option::unwrap_or_default)
                .collect();
            assert_eq!(got, want, "{list:?} {direction:?}");
        }
    }

    proptest! {
        #[test]
        fn places_do_not_depend_on_the_order(list in proptest::collection::vec(0..20i64, 0..30), at in 0..30usize) {
            let values: Vec<_> = list.iter().map(|it| Some(Decimal::from(*it))).collect();
            let mut turned = values.clone();
            if !turned.is_empty() {
                let by = at % turned.len();
                turned.rotate_left(by);
                let mut got = places(&turned, Direction::Up);
                got.rotate_right(by);
                prop_assert_eq!(got, places(&values, Direction::Up));
            }
        }

        #[test]
        fn somebody_is_first_and_nobody_past_the_last(list in proptest::collection::vec(0..20i64, 1..30)) {
            let values: Vec<_> = list.iter().map(|it| Some(Decimal::from(*it))).collect();
            let got: Vec<u32> = places(&values, Direction::Down).into_iter().flatten().collect();
            prop_assert_eq!(got.iter().min(), Some(&1));
            prop_assert!(got.iter().all(|it| *it as usize <= list.len()));
        }
    }
}
