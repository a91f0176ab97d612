-- Figures frozen for documents, steps of a lifecycle, official numbers. Rows of these tables are never changed; each names
-- the entry of the change chain that holds its digest.

-- Records that a figure was made of, in the text form whose hash is the key: the same records are kept once.
create table record_set (
    hash {text} primary key,
    count bigint not null,
    content {text} not null
);

create table release (
    id {text} primary key,
    seq bigint not null,
    place bigint not null,
    document {text} not null,
    indicator {text} not null,
    measure {text} not null,
    region {text} not null,
    period {text} not null,
    value {text},
    of_units bigint,
    unit {text} not null,
    said {text} not null,
    idiom {text},
    definition {text} not null,
    pack bigint not null,
    computed_seq bigint not null,
    source {text} not null,
    citation {text},
    records {text} not null references record_set (hash),
    actor {text} not null,
    at {text} not null,
    unique (seq, place)
);

create index release_document on release (document, seq, place);
create index release_indicator on release (indicator, seq);

create table step (
    seq {key},
    record bigint not null,
    register {text} not null,
    step {text} not null,
    from_state {text} not null,
    to_state {text} not null,
    role {text},
    note {text},
    file {text},
    offline bigint not null,
    actor {text} not null,
    at {text} not null
);

create index step_record on step (record, seq);

create table document_number (
    seq {key},
    series {text} not null,
    year bigint not null,
    n bigint not null,
    number {text} not null unique,
    register {text} not null,
    record bigint not null,
    unique (series, year, n)
);
