//! Cases of `tests/`: registers, fields and indicators they name.

use super::{Check, known};
use crate::{diagnostic::Diagnostic, faults};

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    for case in &cx.pack.tests {
        for record in &case.records {
            let names = cx.pack.registers.keys().map(String::as_str);
            if !known(record.at, faults::REGISTER, &record.register, names, faults) {
                continue;
            }
            let Some(register) = cx.pack.registers.get(&record.register) else {
                continue;
            };
            let states = register
                .lifecycle
                .iter()
                .flat_map(|it| &it.states)
                .map(|it| it.id.as_str());
            let state = register.lifecycle.is_some().then_some("state");
            let fields = register.fields.iter().map(|it| it.id.as_str()).chain(state);
            for (field, cell) in &record.cells {
                if known(cell.at, faults::FIELD, field, fields.clone(), faults) && field == "state"
                {
                    known(cell.at, faults::STATE, &cell.value, states.clone(), faults);
                }
            }
        }
        for figure in &case.expect {
            let names = cx.pack.indicators.keys().map(String::as_str);
            known(
                figure.at,
                faults::INDICATOR,
                &figure.indicator,
                names,
                faults,
            );
            if figure.value.is_none() && figure.growth.is_none() {
                faults.push(faults::expects_nothing(figure.at));
            }
        }
    }
}
