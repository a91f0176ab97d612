//! Modules, roles, documents, datasets, the calendar and the map's tiles.

use quanyu_core::{access::Office, region::RegionCode};

use super::Reading;
use crate::{
    faults,
    grammar::days,
    model::{CalendarYear, Dataset, Document, Module, Role},
    node::Node,
};

impl Reading {
    pub(super) fn module(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::MODULE, id, node.name);
        let module = Module {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            at: node.name,
        };
        match self.pack.modules.iter_mut().find(|it| it.id == id) {
            Some(earlier) => *earlier = module,
            None => self.pack.modules.push(module),
        }
    }

    pub(super) fn role(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::ROLE, id, node.name);
        self.note(node.name, node);
        let role = Role {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            scope: node.word("scope").unwrap_or_default(),
            rights: node.words("rights").unwrap_or_default(),
            firm: node.word("side").as_deref() == Some("firm"),
            mandated: node.flag("mandated").unwrap_or_default(),
            office: node.word("office").and_then(|it| Office::parse(&it)),
            at: node.name,
        };
        self.pack.roles.insert(id.to_owned(), role);
    }

    pub(super) fn document(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::DOCUMENT, id, node.name);
        let document = Document {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            every: node.word("every").unwrap_or_default(),
            template: node.declared_of("template"),
            at: node.name,
        };
        self.pack.documents.insert(id.to_owned(), document);
    }

    pub(super) fn dataset(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::DATASET, id, node.name);
        let dataset = Dataset {
            id: id.to_owned(),
            title: node.text("title").unwrap_or_default(),
            sql: node.declared_of("sql").unwrap_or_default(),
            at: node.name,
        };
        self.pack.datasets.insert(id.to_owned(), dataset);
    }

    pub(super) fn calendar(&mut self, year: &str, node: Node<'_>) {
        self.declare(faults::YEAR, year, node.name);
        let number = year
            .parse::<i16>()
            .ok()
            .filter(|it| (1949..=2200).contains(it));
        let Some(number) = number else {
            self.faults
                .push(faults::out_of_range(node.name, year, "1949", "2200"));
            return;
        };
        let mut read = |key: &str| {
            let mut all = Vec::new();
            for item in node.items_of(key) {
                for day in days(item).unwrap_or_default() {
                    if day.year() != number {
                        self.faults.push(faults::not_of_the_year(
                            item.at(),
                            &day.to_string(),
                            year,
                        ));
                    }
                    all.push(day);
                }
            }
            all
        };
        let (holidays, workdays) = (read("holidays"), read("workdays"));
        let source = node.word("source").unwrap_or_default();
        self.pack.calendar.insert(
            number,
            CalendarYear {
                holidays,
                workdays,
                source,
            },
        );
    }

    pub(super) fn tile(&mut self, region: &str, node: Node<'_>) {
        self.declare(faults::REGION, region, node.name);
        let Ok(code) = region.parse::<RegionCode>() else {
            self.faults.push(faults::not_a_region(node.name, region));
            return;
        };
        let numbers: Vec<u32> = node
            .items()
            .iter()
            .filter_map(|it| u32::try_from(it.as_whole()?).ok())
            .collect();
        if let [row, column] = numbers[..] {
            self.pack.tiles.insert(code.clone(), (row, column));
            self.tile_places.insert(code, node.name);
        }
    }
}
