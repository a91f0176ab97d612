//! The functions of the template language: `fig`, `can`, `known`, `parts`, `chart`, `table`.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use minijinja::{
    Environment, Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr},
};
use quanyu_core::{period::Period, region::RegionCode};
use rust_decimal::Decimal;

use super::{Wish, Work, printed};
use crate::compose::{
    chart::{Bar, Chart},
    error::ComposeError,
    figure::{Also, Answer, Ask, Figure, Measure, Parts},
    idiom::{self, Idiom, Refusal, Said},
    inline,
    model::FigureRun,
};

type Shared = Arc<Mutex<Work>>;

/// What stands where a figure is not known yet; such a text is thrown away.
const PENDING: &str = "〇";

pub(super) fn add(environment: &mut Environment<'_>, work: &Shared) {
    for (name, body) in [
        ("fig", fig as Body),
        ("can", can),
        ("parts", parts),
        ("chart", chart),
        ("table", table),
    ] {
        let work = work.clone();
        environment.add_global(name, Value::from_object(Function { name, body, work }));
    }
}

type Body = fn(&Shared, &[Value]) -> Result<Value, Error>;

/// A function that gets its arguments as they were given, named ones last.
struct Function {
    name: &'static str,
    body: Body,
    work: Shared,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Object for Function {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        (self.body)(&self.work, args)
    }
}

/// A call of `fig` or `can`, read.
struct Call {
    indicator: String,
    idiom: String,
    wish: Wish,
    region: RegionCode,
    period: Period,
}

/// What a figure came to.
enum Outcome {
    Pending,
    Unknown(Vec<String>),
    Refused(Figure, Refusal),
    Said(Said),
}

fn fig(shared: &Shared, args: &[Value]) -> Result<Value, Error> {
    let mut work = lock(shared);
    let call = call(&work, args, "fig")?;
    let said = match outcome(&mut work, &call)? {
        Outcome::Pending => return Ok(Value::from_safe_string(PENDING.to_owned())),
        Outcome::Said(said) => said,
        Outcome::Unknown(near) => return Err(unknown(&mut work, &call.indicator, &near)),
        Outcome::Refused(figure, refusal) => {
            let refused = refusal_of(&call, &figure, refusal);
            return Err(refuse(&mut work, refused));
        }
    };
    let index = work.figures.len();
    work.figures.push(FigureRun {
        release: String::new(),
        text: said.text,
        indicator: call.indicator,
        measure: said.measure,
        region: call.region,
        period: call.period,
        value: said.value,
        printed: said.printed,
        unit: said.unit,
        bound: said.bound,
    });
    Ok(Value::from_safe_string(inline::figure(index)))
}

fn can(shared: &Shared, args: &[Value]) -> Result<Value, Error> {
    let mut work = lock(shared);
    let call = call(&work, args, "can")?;
    let fits = match outcome(&mut work, &call)? {
        Outcome::Said(_) => true,
        Outcome::Pending => false,
        Outcome::Unknown(near) => return Err(unknown(&mut work, &call.indicator, &near)),
        // A wish that contradicts itself is a slip in the template, not a fact about the figure.
        Outcome::Refused(figure, refusal @ Refusal::Wrong(_)) => {
            let refused = refusal_of(&call, &figure, refusal);
            return Err(refuse(&mut work, refused));
        }
        Outcome::Refused(..) => false,
    };
    Ok(fits.into())
}

fn call(work: &Work, args: &[Value], function: &str) -> Result<Call, Error> {
    let (given, named) = split(args)?;
    let indicator = text(given.first(), function, "indicator")?;
    let idiom = match given.get(1) {
        Some(_) => text(given.get(1), function, "idiom")?,
        None => named.get::<Option<String>>("idiom")?.unwrap_or_default(),
    };
    let measure = match named.get::<Option<String>>("measure")? {
        None => None,
        Some(word) => Some(Measure::of_word(&word).ok_or_else(|| {
            let all = Measure::ALL.map(|it| it.0).join(", ");
            wrong(format!("`{word}` is no measure; one of {all}"))
        })?),
    };
    let to = match named.get::<Option<Value>>("to")? {
        None => None,
        Some(value) => Some(
            value
                .to_string()
                .parse::<Decimal>()
                .map_err(|_| wrong(format!("to={value} is no number")))?,
        ),
    };
    let call = Call {
        indicator,
        idiom,
        wish: Wish {
            measure,
            unit: named.get("unit")?,
            digits: named.get("digits")?,
            fixed: named.get::<Option<bool>>("fixed")?.unwrap_or_default(),
            to,
            years: named.get("years")?,
        },
        region: region(work, &named)?,
        period: period(work, &named)?,
    };
    named.assert_all_used()?;
    Ok(call)
}

fn outcome(work: &mut Work, call: &Call) -> Result<Outcome, Error> {
    let idiom = Idiom::parse(&call.idiom).map_err(wrong)?;
    let ask = Ask::Figure {
        indicator: call.indicator.clone(),
        region: call.region.clone(),
        period: call.period,
        also: idiom.needs(),
    };
    let known = work.known.clone();
    let found = known.get(&ask);
    work.asked.insert(ask);
    Ok(match found {
        None | Some(Answer::Parts(_)) => Outcome::Pending,
        Some(Answer::Unknown(near)) => Outcome::Unknown(near.clone()),
        Some(Answer::Figure(figure)) => match idiom::say(&idiom, figure, &call.wish) {
            Ok(said) => Outcome::Said(said),
            Err(refusal) => Outcome::Refused(figure.clone(), refusal),
        },
    })
}

fn refusal_of(call: &Call, figure: &Figure, refusal: Refusal) -> ComposeError {
    let (template, line) = (String::new(), 0);
    let (indicator, title) = (call.indicator.clone(), figure.title.clone());
    match refusal {
        Refusal::NoValue(measure) => ComposeError::NoValue {
            template,
            line,
            indicator,
            title,
            measure: measure.word(),
            period: call.period.name_zh(),
        },
        Refusal::NotTrue(found) => ComposeError::NotTrue {
            template,
            line,
            indicator,
            title,
            idiom: match call.wish.to {
                Some(to) => format!("{}{to}", call.idiom),
                None => call.idiom.clone(),
            },
            found,
        },
        Refusal::Wrong(reason) => ComposeError::Template {
            template,
            line,
            reason: format!("{indicator}: {reason}"),
        },
    }
}

fn parts(shared: &Shared, args: &[Value]) -> Result<Value, Error> {
    let mut work = lock(shared);
    let (given, named) = split(args)?;
    let indicator = text(given.first(), "parts", "indicator")?;
    let limit = named.get::<Option<usize>>("limit")?.unwrap_or(usize::MAX);
    let ask = Ask::Parts {
        indicator: indicator.clone(),
        region: region(&work, &named)?,
        period: period(&work, &named)?,
    };
    named.assert_all_used()?;
    let found = asked_parts(&mut work, ask, &indicator)?;
    let item = |it: &crate::compose::figure::Part| {
        Value::from_pairs([
            ("place", Value::from(it.place)),
            ("name", it.name.as_str().into()),
            ("region", it.region.as_str().into()),
            ("zero", it.value.is_zero().into()),
        ])
    };
    Ok(found.list.iter().take(limit).map(item).collect())
}

fn asked_parts(work: &mut Work, ask: Ask, indicator: &str) -> Result<Parts, Error> {
    let known = work.known.clone();
    let found = known.get(&ask);
    work.asked.insert(ask);
    match found {
        Some(Answer::Parts(found)) => Ok(found.clone()),
        Some(Answer::Unknown(near)) => Err(unknown(work, indicator, near)),
        None | Some(Answer::Figure(_)) => Ok(Parts::default()),
    }
}

/// `chart(indicator, years=5)` or `chart(indicator, by="parts")`.
fn chart(shared: &Shared, args: &[Value]) -> Result<Value, Error> {
    let mut work = lock(shared);
    let (given, named) = split(args)?;
    let indicator = text(given.first(), "chart", "indicator")?;
    let title = named.get::<Option<String>>("title")?.unwrap_or_default();
    let by = named
        .get::<Option<String>>("by")?
        .unwrap_or_else(|| "years".to_owned());
    let years = named.get::<Option<i32>>("years")?.unwrap_or(5).clamp(1, 20);
    let limit = named.get::<Option<usize>>("limit")?.unwrap_or(12);
    let (region, period) = (region(&work, &named)?, period(&work, &named)?);
    named.assert_all_used()?;
    let cells: Vec<(String, RegionCode, Period)> = match by.as_str() {
        "years" => (1 - years..=0)
            .filter_map(|back| period.shift_years(back))
            .map(|it| (it.name_zh(), region.clone(), it))
            .collect(),
        "parts" => {
            let ask = Ask::Parts {
                indicator: indicator.clone(),
                region: region.clone(),
                period,
            };
            let found = asked_parts(&mut work, ask, &indicator)?;
            let list = found.list.into_iter().take(limit);
            list.map(|it| (it.name, it.region, period)).collect()
        }
        _ => return Err(wrong(format!("chart by=`{by}`; one of years, parts"))),
    };
    let known = work.known.clone();
    let (mut bars, mut unit) = (Vec::new(), String::new());
    for (label, region, period) in cells {
        let ask = Ask::Figure {
            indicator: indicator.clone(),
            region,
            period,
            also: Also::Nothing,
        };
        if let Some(Answer::Figure(figure)) = known.get(&ask)
            && figure.value.is_some()
        {
            let exact = Idiom::parse("").map_err(wrong)?;
            let said = idiom::say(&exact, figure, &Wish::default())
                .map_err(|it| wrong(format!("{it:?}")))?;
            unit.clone_from(&figure.said_unit);
            let number = said
                .text
                .strip_suffix(unit.as_str())
                .unwrap_or(&said.text)
                .to_owned();
            bars.push(Bar {
                label,
                number,
                value: said.printed,
            });
        }
        work.asked.insert(ask);
    }
    let index = work.charts.len();
    work.charts.push(Chart { title, unit, bars });
    Ok(Value::from_safe_string(format!("@chart: {index}")))
}

/// `table(head, rows, caption="", align="l c r")`: the lines of a table.
fn table(_: &Shared, args: &[Value]) -> Result<Value, Error> {
    let (given, named) = split(args)?;
    let caption = named.get::<Option<Value>>("caption")?;
    let align = named.get::<Option<String>>("align")?;
    named.assert_all_used()?;
    let cells = |row: &Value| -> Result<String, Error> {
        let cells: Vec<String> = row.try_iter()?.map(|it| printed(&it)).collect();
        Ok(cells.join(" | "))
    };
    let [head, rows] = given else {
        return Err(wrong(
            "table(head, rows) takes a list of heads and a list of rows".to_owned(),
        ));
    };
    let mut lines = Vec::new();
    if let Some(caption) = caption {
        lines.push(format!("|^ {}", printed(&caption)));
    }
    lines.push(format!("|= {}", cells(head)?));
    if let Some(align) = align {
        lines.push(format!("|: {align}"));
    }
    for row in rows.try_iter()? {
        lines.push(format!("| {}", cells(&row)?));
    }
    Ok(Value::from_safe_string(lines.join("\n")))
}

fn lock(shared: &Shared) -> MutexGuard<'_, Work> {
    // A panic in another call has already ended the rendering.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Positional and named arguments.
fn split(args: &[Value]) -> Result<(&[Value], Kwargs), Error> {
    match args.split_last() {
        Some((last, given)) if last.is_kwargs() => Ok((given, Kwargs::try_from(last.clone())?)),
        _ => Ok((
            args,
            Kwargs::from_iter(std::iter::empty::<(String, Value)>()),
        )),
    }
}

fn text(value: Option<&Value>, function: &str, what: &str) -> Result<String, Error> {
    value
        .and_then(|it| it.as_str())
        .map(str::to_owned)
        .ok_or_else(|| wrong(format!("{function}(…): the {what} is missing or no text")))
}

fn region(work: &Work, named: &Kwargs) -> Result<RegionCode, Error> {
    match named.get::<Option<String>>("region")? {
        None => Ok(work.region.clone()),
        Some(code) => code.parse().map_err(|it| wrong(format!("{it}"))),
    }
}

/// A period in its text form; a bare year may be written as a number.
fn period(work: &Work, named: &Kwargs) -> Result<Period, Error> {
    match named.get::<Option<Value>>("period")? {
        None => Ok(work.period),
        Some(value) => value
            .to_string()
            .parse()
            .map_err(|it| wrong(format!("{it}"))),
    }
}

fn wrong(reason: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}

fn unknown(work: &mut Work, indicator: &str, near: &[String]) -> Error {
    let refused = ComposeError::UnknownIndicator {
        template: String::new(),
        line: 0,
        indicator: indicator.to_owned(),
        near: near.to_vec(),
    };
    refuse(work, refused)
}

/// Keeps the refusal for the caller; the engine only carries the place.
fn refuse(work: &mut Work, refused: ComposeError) -> Error {
    let error = wrong(refused.code().to_owned());
    work.refused = Some(refused);
    error
}
