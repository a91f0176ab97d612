-- Changes of an import wait in a table of the batch, `import_<batch>`, of these columns; those that concern several
-- tables are marked and made one by one.
alter table import_batch add column changed {text};
alter table import_batch add column apart bigint;
alter table batch_row add column apart bigint;

-- What BI views say for codes: a list of the pack, or `@region`; of a register its states under `@state.<register>`.
create table code_title (
    list {text} not null,
    code {text} not null,
    place bigint not null,
    title {text} not null,
    primary key (list, code)
);

-- The views there are, so that a later version knows which to make anew.
create table bi_view (
    name {text} primary key,
    definition {text} not null
);
