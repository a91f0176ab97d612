//! 日历: what is due on which day of a month, as a page and as a file for other calendars.
//!
//! Owns the month and the iCalendar text (RFC 5545). Leaves the deadlines to `duties`.
//!
//! Start reading at [`month`].

use jiff::{
    ToSpan as _,
    civil::{Date, Weekday},
};
use quanyu_core::{access::Right, text::Language};
use quanyu_store::duty::{self, Reach, Wanted};

use super::{
    AppError, Product,
    desk::{self, Task},
    duties,
    steps::hands::Hands,
};

/// Deadlines of a month at most.
const MOST: u32 = 2_000;

/// A month with what is due on its days.
#[derive(Clone, Debug)]
pub struct Month {
    /// Its first day.
    pub first: Date,
    /// The day now.
    pub today: Date,
    /// Whole weeks from Monday, so that the first and last may hold days of other months.
    pub days: Vec<Day>,
}

/// A day.
#[derive(Clone, Debug)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// Whether it is of the month.
    pub inside: bool,
    /// Whether people work on it; `None` where its year has no calendar yet.
    pub worked: Option<bool>,
    /// What is due.
    pub tasks: Vec<Task>,
}

/// What is due in the month of a day: all that who looks may read, or only what is in his hands.
///
/// # Errors
/// The database's.
pub async fn month(product: &Product, day: Date, mine: bool) -> Result<Month, AppError> {
    let first = day.first_of_month();
    let from = monday(first);
    let last = first.last_of_month();
    let mut to = monday(last);
    to = to.checked_add(6.days()).unwrap_or(to);
    let found = between(product, from, to, mine).await?;
    let mut days = Vec::new();
    let mut day = from;
    while day <= to {
        let due = found.iter().filter(|it| it.due == Some(day));
        days.push(Day {
            day,
            inside: (first..=last).contains(&day),
            worked: product.pack.is_working_day(day),
            tasks: due.cloned().collect(),
        });
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    Ok(Month {
        first,
        today: product.today(),
        days,
    })
}

/// The deadlines of a year back and a year ahead as an iCalendar text.
///
/// # Errors
/// The database's.
pub async fn file(product: &Product, mine: bool, language: Language) -> Result<String, AppError> {
    let today = product.today();
    let from = today.checked_sub(1.year()).unwrap_or(today);
    let to = today.checked_add(1.year()).unwrap_or(today);
    let tasks = between(product, from, to, mine).await?;
    Ok(text(&product.pack.id, today, &tasks, language))
}

async fn between(
    product: &Product,
    from: Date,
    to: Date,
    mine: bool,
) -> Result<Vec<Task>, AppError> {
    duties::follow(product).await?;
    let today = product.today();
    let mut tx = product.store.read().await?;
    let mut wanted = if mine {
        let hands = Hands::of(&mut tx, product, today).await?;
        desk::wanted(product, &hands)
    } else {
        readable(product)
    };
    wanted.from = Some(from.to_string());
    wanted.to = Some(to.to_string());
    let found = duty::list(&mut tx, &wanted, MOST).await?;
    let tasks = found.iter();
    Ok(tasks
        .filter_map(|it| desk::task(product, it, today))
        .collect())
}

/// Everything that waits and may be read.
fn readable(product: &Product) -> Wanted {
    let registers = product.pack.registers.values();
    let reaches = registers.filter_map(|it| {
        let states = it.lifecycle.as_ref()?.states.iter();
        let scope = product.scope(Right::Read, it);
        (!scope.is_nothing()).then(|| Reach {
            register: it.id.clone(),
            states: states.map(|it| it.id.clone()).collect(),
            scope,
            own: None,
        })
    });
    Wanted {
        reaches: reaches.collect(),
        ..Wanted::default()
    }
}

fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().since(Weekday::Monday));
    day.checked_sub(back.days()).unwrap_or(day)
}

/// The iCalendar text: lines end with CR LF and are folded at 75 bytes.
fn text(pack: &str, today: Date, tasks: &[Task], language: Language) -> String {
    let mut out = String::new();
    let stamp = today.strftime("%Y%m%dT000000Z").to_string();
    line(&mut out, "BEGIN:VCALENDAR");
    line(&mut out, "VERSION:2.0");
    line(&mut out, "PRODID:-//Quanyu//Deadlines//ZH");
    for it in tasks {
        let Some(due) = it.due else { continue };
        let after = due.tomorrow().unwrap_or(due);
        let steps: Vec<&str> = it.steps.iter().map(|it| it.get(language)).collect();
        line(&mut out, "BEGIN:VEVENT");
        line(
            &mut out,
            &format!("UID:{}-{}@{pack}.quanyu", it.register.0, it.record),
        );
        line(&mut out, &format!("DTSTAMP:{stamp}"));
        line(
            &mut out,
            &format!("DTSTART;VALUE=DATE:{}", due.strftime("%Y%m%d")),
        );
        line(
            &mut out,
            &format!("DTEND;VALUE=DATE:{}", after.strftime("%Y%m%d")),
        );
        line(&mut out, &format!("SUMMARY:{}", escaped(&it.label)));
        let about = format!(
            "{} · {} · {}",
            it.register.1.get(language),
            it.state.1.get(language),
            steps.join(" / ")
        );
        line(&mut out, &format!("DESCRIPTION:{}", escaped(&about)));
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(it);
            }
            '\n' => out.push_str("\\n"),
            it if it.is_control() => {}
            it => out.push(it),
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    const MOST: usize = 75;
    let mut length = 0;
    for it in text.chars() {
        if length + it.len_utf8() > MOST {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(it);
        length += it.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use quanyu_core::{appraisal::task::Standing, text::Text};

    use super::*;

    fn task(label: &str) -> Task {
        Task {
            register: ("visit".into(), Text::zh("走访")),
            record: 7,
            label: label.into(),
            state: ("noted".into(), Text::zh("已登记")),
            steps: vec![Text::zh("交办")],
            since: None,
            due: Some("2024-02-29".parse().unwrap()),
            left: None,
            beyond: None,
            standing: Standing::Soon,
            last: (String::new(), None),
            reason: None,
            person: None,
            behalf: None,
            opinion: false,
            waits: Vec::new(),
        }
    }

    #[test]
    fn what_a_record_is_called_stays_one_value_of_its_line() {
        let evil = "示例；a;b,c\\\r\nEND:VCALENDAR";
        let long = "示例诉求".repeat(20);
        for label in [evil, &long] {
            let text = text(
                "tiny",
                "2024-01-08".parse().unwrap(),
                &[task(label)],
                Language::Zh,
            );
            assert_eq!(text.matches("\r\nEND:VCALENDAR\r\n").count(), 1);
            for line in text.split("\r\n") {
                assert!(line.len() <= 75, "{} bytes: {line}", line.len());
                assert!(!line.contains(['\r', '\n']), "{line:?}");
            }
            // Unfolded and read back it is what it was.
            let unfolded = text.replace("\r\n ", "");
            let found = unfolded
                .split("\r\n")
                .find_map(|it| it.strip_prefix("SUMMARY:"));
            let read = found.unwrap().replace("\\n", "\n").replace("\\;", ";");
            let read = read.replace("\\,", ",").replace("\\\\", "\\");
            assert_eq!(read, label.replace('\r', ""));
            assert!(text.contains("DTSTART;VALUE=DATE:20240229\r\nDTEND;VALUE=DATE:20240301\r\n"));
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        #[rustfmt::skip]
        let cases = [("2024-01-01", "2024-01-01"), ("2024-01-07", "2024-01-01"), ("2024-02-29", "2024-02-26")];
        for (day, want) in cases {
            assert_eq!(monday(day.parse().unwrap()).to_string(), want, "{day}");
        }
    }
}
