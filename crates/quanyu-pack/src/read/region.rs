//! Regions from `regions.csv` and `regions/*.csv`.

use jiff::civil::Date;
use quanyu_core::region::RegionCode;

use super::Reading;
use crate::{
    faults,
    model::{At, Region},
    read::codes::{Rows, cell, split},
};

const HEADS: [&str; 5] = ["code", "name", "aliases", "from", "to"];

/// Reads one file of regions.
pub(crate) fn read_regions(reading: &mut Reading, file: u32, text: &str) {
    let rows = Rows::read(file, text, &HEADS, 2, &mut reading.faults);
    for (at, row) in rows.list {
        let Ok(code) = cell(&row, 0).parse::<RegionCode>() else {
            reading.faults.push(faults::not_a_region(at, cell(&row, 0)));
            continue;
        };
        reading.declare(faults::REGION, &format!("csv {code}"), at);
        if cell(&row, 1).is_empty() {
            reading.faults.push(faults::missing_key(at, "name"));
        }
        let from = day(reading, at, cell(&row, 3));
        let to = day(reading, at, cell(&row, 4));
        let region = Region {
            level: code.level(),
            name: cell(&row, 1).to_owned(),
            aliases: split(cell(&row, 2)),
            from,
            to,
            code: code.clone(),
        };
        reading.region_places.insert(code.clone(), at);
        reading.pack.regions.insert(code, region);
    }
}

fn day(reading: &mut Reading, at: At, text: &str) -> Option<Date> {
    if text.is_empty() {
        return None;
    }
    let day = text.parse().ok();
    if day.is_none() {
        reading.faults.push(faults::not_a_day(at, text));
    }
    day
}
