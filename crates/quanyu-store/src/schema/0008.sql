-- Lists of names that somebody matches with organizations, as they came and as they were settled; what people write for an
-- organization, remembered. Requests for figures and rows (报数), to whom they went, every cell that was asked.

create table name_list (
    id {key},
    title {text} not null,
    -- The file it came from, or nothing where it was pasted.
    source {text},
    -- Heads of its columns, joined by U+001F, and which of them holds names and codes.
    heads {text} not null,
    name_column bigint not null,
    code_column bigint,
    actor {text} not null,
    at {text} not null,
    -- The change sequence that the names were matched at.
    matched_seq bigint not null,
    -- Imports that were written from it, joined by commas, the last one last.
    batches {text} not null
);

create table name_row (
    list bigint not null references name_list (id),
    place bigint not null,
    -- Its cells, joined by U+001F.
    cells {text} not null,
    -- `matched`, `doubtful`, `unmatched`.
    status {text} not null,
    -- How the name differs from the organization's, or what else led to it.
    why {text},
    organization bigint,
    -- Who settled it, where a person did.
    settled_by {text},
    settled_at {text},
    primary key (list, place)
);

create table name_alias (
    -- The name without what is only writing.
    alias {text} primary key,
    organization bigint not null,
    actor {text} not null,
    at {text} not null
);

create table collection (
    id {key},
    title {text} not null,
    note {text},
    -- The register whose rows are asked for; nothing where indicators are.
    register {text},
    period {text} not null,
    due {text} not null,
    -- Percent by which a value may move from the last period's before a reason is asked for.
    jump bigint not null,
    -- The status of observations that come of it.
    status {text},
    actor {text} not null,
    at {text} not null,
    closed_at {text}
);

create table collection_item (
    collection bigint not null references collection (id),
    place bigint not null,
    -- An indicator, or a field of the register.
    name {text} not null,
    primary key (collection, place)
);

create table collection_party (
    collection bigint not null references collection (id),
    place bigint not null,
    -- The id hidden in the workbook made for it.
    token {text} not null unique,
    title {text} not null,
    region {text},
    organization bigint,
    -- `open`, `reported`, `returned`, `confirmed`.
    state {text} not null,
    -- Why it was returned.
    remark {text},
    reported_by {text},
    reported_at {text},
    -- The workbook that it came in, where it came in one.
    file {text},
    confirmed_by {text},
    confirmed_at {text},
    primary key (collection, place)
);

create table collection_cell (
    collection bigint not null,
    party bigint not null,
    line bigint not null,
    item bigint not null,
    -- What is asked, the same for the same question in whichever request.
    subject {text} not null,
    -- The record of the line, where there is one.
    record bigint,
    -- What a register holds already: it is shown, and not asked.
    held {text},
    before {text},
    value {text},
    reason {text},
    primary key (collection, party, line, item),
    foreign key (collection, party) references collection_party (collection, place)
);

create index collection_cell_subject on collection_cell (subject);
