//! Regions, the map, code lists and plans.

use quanyu_core::measure::split_unit;

use super::{Check, known};
use crate::{diagnostic::Diagnostic, faults};

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    regions(cx, faults);
    codes(cx, faults);
    plans(cx, faults);
    documents(cx, faults);
    roles(cx, faults);
    mandated(cx, faults);
}

/// Whoever acts for others by a mandate reaches by his own role over his own organization: not over what he entered for them, which
/// would outlive the mandate.
fn mandated(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    for role in cx.pack.roles.values().filter(|it| it.mandated) {
        if role.scope != "organization" || !role.firm {
            faults.push(faults::mandate_needs_organization(
                cx.place(role.at, "mandated"),
                &role.id,
            ));
        }
    }
}

/// An administrator's role does nothing else: whoever runs the system has no say in its business.
fn roles(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    for role in cx.pack.roles.values().filter(|it| it.office.is_some()) {
        for (number, right) in role.rights.iter().enumerate() {
            if right != "administer" {
                let at = cx.reading.item_place(role.at, "rights", number);
                faults.push(faults::office_with_right(at, &role.id, right));
            }
        }
    }
}

fn documents(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    for template in cx
        .pack
        .documents
        .values()
        .filter_map(|it| it.template.as_ref())
    {
        if cx.pack.file(&template.value).is_none() {
            let files = cx.pack.files.iter();
            let names = files.filter_map(|it| Some(it.name.split_once('/')?.1));
            let templates: Vec<&str> = names.filter(|it| it.ends_with(".jinja")).collect();
            faults.push(faults::unknown_name(
                template.at,
                faults::TEMPLATE,
                &template.value,
                &templates,
            ));
        }
    }
}

fn regions(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    let pack = cx.pack;
    let names: Vec<_> = pack.regions.keys().map(|it| it.as_str()).collect();
    for (code, region) in &pack.regions {
        let at = cx
            .reading
            .region_places
            .get(code)
            .copied()
            .unwrap_or_default();
        if let Some(parent) = code.parent()
            && !parent.as_str().is_empty()
            && !pack.regions.contains_key(&parent)
        {
            faults.push(faults::no_parent_region(at, code.as_str(), parent.as_str()));
        }
        if let (Some(from), Some(to)) = (region.from, region.to)
            && from > to
        {
            faults.push(faults::ends_before_it_begins(at));
        }
    }
    if let Some(at) = cx.reading.region_at
        && !pack.regions.contains_key(&pack.region)
    {
        faults.push(faults::unknown_name(
            at,
            faults::REGION,
            pack.region.as_str(),
            &names,
        ));
    }
    for code in pack.tiles.keys() {
        let at = cx
            .reading
            .tile_places
            .get(code)
            .copied()
            .unwrap_or_default();
        if !pack.regions.contains_key(code) {
            faults.push(faults::unknown_name(
                at,
                faults::REGION,
                code.as_str(),
                &names,
            ));
        } else if !pack.region.contains(code) {
            faults.push(faults::outside_region(
                at,
                code.as_str(),
                pack.region.as_str(),
            ));
        }
    }
}

fn codes(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    for (id, list) in &cx.pack.codes {
        if list.items.is_empty() {
            faults.push(faults::empty_list(list.at));
        }
        let codes: std::collections::BTreeSet<_> =
            list.items.iter().map(|it| it.code.as_str()).collect();
        for item in &list.items {
            if let Some(parent) = &item.parent {
                let place = cx.reading.code_places.get(&(id.clone(), item.code.clone()));
                let at = place.copied().unwrap_or(list.at);
                known(at, faults::CODE, parent, codes.iter().copied(), faults);
            }
        }
    }
}

fn plans(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    let targets = cx.pack.plans.values().flat_map(|it| &it.targets);
    for target in targets {
        let names = cx.pack.indicators.keys().map(String::as_str);
        known(
            target.at,
            faults::INDICATOR,
            &target.indicator,
            names,
            faults,
        );
    }
    for typed in &cx.reading.target_units {
        let Some(indicator) = cx.pack.indicators.get(&typed.indicator) else {
            continue;
        };
        // Growth is in percent, whatever its indicator is in.
        let wanted = if typed.growth { "1" } else { &indicator.unit };
        if typed.unit != split_unit(wanted).1 {
            let id = &indicator.id;
            let (zh, en) = if typed.growth {
                (
                    "增长目标写百分数".to_owned(),
                    "a target of growth is a percentage".to_owned(),
                )
            } else {
                (
                    format!("指标 `{id}` 的单位是 {wanted}"),
                    format!("indicator `{id}` is in {wanted}"),
                )
            };
            faults.push(faults::wrong_unit(typed.at, &typed.unit, wanted, &zh, &en));
        }
    }
}
