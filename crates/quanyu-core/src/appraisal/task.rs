//! Tasks (重点任务) and their days: what is late, what will be soon (督办).
//!
//! Owns counting working days. Leaves which days are worked to the caller, who has the calendar.
//!
//! Invariant: a count that reaches a year without a calendar is not guessed.

use jiff::civil::Date;

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// 已逾期: the day is past and it is not done.
    Late,
    /// 临近: it has to be done within a few working days.
    Soon,
    /// 推进中, 未到期.
    Ahead,
    /// 已完成.
    Done,
    /// 已调整: nobody waits for it any more.
    Dropped,
}

impl Standing {
    /// `late`, `soon`, `ahead`, `done`, `dropped`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Soon => "soon",
            Self::Ahead => "ahead",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }
}

/// Working days from the day after `from` to `to`; below zero where `to` is before `from`. `None` where a year between
/// them has no calendar.
#[must_use]
pub fn working_days(from: Date, to: Date, is_worked: impl Fn(Date) -> Option<bool>) -> Option<i64> {
    let (first, last, sign) = if to >= from {
        (from, to, 1)
    } else {
        (to, from, -1)
    };
    let mut count = 0;
    let mut day = first;
    while day < last {
        day = day.tomorrow().ok()?;
        count += i64::from(is_worked(day)?);
    }
    Some(sign * count)
}

/// Where an open task is on `today`, which has to be done by the end of `due`. `left` is what [`working_days`] says of
/// them; without a calendar plain days decide. A task without a day is ahead.
#[must_use]
pub fn standing(due: Option<Date>, today: Date, left: Option<i64>, soon: u32) -> Standing {
    let Some(due) = due else {
        return Standing::Ahead;
    };
    if due < today {
        return Standing::Late;
    }
    let left = left.unwrap_or_else(|| i64::from(today.until(due).map_or(0, |it| it.get_days())));
    if left <= i64::from(soon) {
        Standing::Soon
    } else {
        Standing::Ahead
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};

    use super::*;

    /// Monday to Friday of 2023, but the first days of October.
    fn worked(day: Date) -> Option<bool> {
        if day.year() != 2023 {
            return None;
        }
        let holiday = day.month() == 10 && day.day() <= 6;
        Some(!holiday && !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
    }

    #[test]
    fn only_working_days_count_and_no_year_is_guessed() {
        #[rustfmt::skip]
        let cases = [
            (date(2023, 9, 28), date(2023, 9, 28),  Some(0)),
            (date(2023, 9, 28), date(2023, 9, 29),  Some(1)),
            // A Friday, then the holidays to the ninth.
            (date(2023, 9, 29), date(2023, 10, 9),  Some(1)),
            (date(2023, 10, 9), date(2023, 9, 29),  Some(-1)),
            (date(2023, 12, 29), date(2024, 1, 2),  None),
        ];
        for (from, to, want) in cases {
            assert_eq!(working_days(from, to, worked), want, "{from} to {to}");
        }
    }

    #[test]
    fn a_task_is_late_the_day_after_it_was_due() {
        #[rustfmt::skip]
        let cases = [
            (Some(date(2023, 11, 30)), date(2023, 11, 30), Standing::Soon),
            (Some(date(2023, 11, 30)), date(2023, 12, 1),  Standing::Late),
            (Some(date(2023, 11, 30)), date(2023, 11, 23), Standing::Soon),
            (Some(date(2023, 11, 30)), date(2023, 11, 22), Standing::Ahead),
            (Some(date(2024, 1, 20)),  date(2023, 12, 29), Standing::Ahead),
            (Some(date(2024, 1, 2)),   date(2023, 12, 29), Standing::Soon),
            (None,                     date(2023, 12, 29), Standing::Ahead),
        ];
        for (due, today, want) in cases {
            let left = due.and_then(|due| working_days(today, due, worked));
            assert_eq!(standing(due, today, left, 5), want, "{due:?} on {today}");
        }
    }
}
