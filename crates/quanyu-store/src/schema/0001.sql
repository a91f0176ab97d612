-- The fixed tables. {key} is the engine's 64-bit primary key, {text} a text in code point order.

create table migration (
    number {key},
    at {text} not null
);

-- One row: the last change, its seal, the pack revision that applies, the last record id given out.
create table change_head (
    one {key} check (one = 1),
    seq bigint not null,
    seal {text} not null,
    pack bigint not null,
    record bigint not null
);

insert into change_head (one, seq, seal, pack, record)
values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, 0);

create table change (
    seq {key},
    actor {text} not null,
    at {text} not null,
    act {text} not null,
    register {text} not null,
    record bigint not null,
    before {text},
    after {text},
    pack bigint not null,
    seal {text} not null
);

create index change_record on change (record, seq) where record > 0;

create table pack_revision (
    number {key},
    id {text} not null,
    hash {text} not null,
    at {text} not null,
    actor {text} not null,
    seq bigint not null
);

create table pack_file (
    revision bigint not null references pack_revision (number),
    place bigint not null,
    name {text} not null,
    content {text} not null,
    primary key (revision, place)
);

-- What the register tables look like, so that a process knows them without reading the pack.
create table register_table (
    id {text} primary key,
    table_name {text} not null unique,
    parent {text},
    natural_key {text} not null,
    region_field {text},
    region {text} not null,
    first_state {text},
    hidden bigint not null
);

create table register_column (
    register {text} not null,
    field {text} not null,
    place bigint not null,
    word {text} not null,
    scale bigint not null,
    target {text},
    list {text},
    required bigint not null,
    is_unique bigint not null,
    is_many bigint not null,
    hidden bigint not null,
    primary key (register, field)
);

-- Renamed registers (field is empty) and fields: changes before `seq` speak of them by the earlier name.
create table renamed (
    seq bigint not null,
    register {text} not null,
    field {text} not null,
    was {text} not null,
    primary key (seq, register, field)
);

-- An import: its records are not visible before `seq`, and removed again from `undo_seq` on. One change entry stands
-- for all of them, with the digest over its rows.
create table import_batch (
    id {key},
    register {text} not null,
    state {text} not null,
    title {text} not null,
    actor {text} not null,
    at {text} not null,
    pack bigint not null,
    lease_until {text} not null,
    row_count bigint not null,
    updates bigint not null,
    digest {text} not null,
    seq bigint,
    undo_seq bigint
);

create table batch_row (
    batch bigint not null,
    n bigint not null,
    record bigint not null,
    before {text},
    after {text} not null,
    primary key (batch, n)
);

create index batch_row_record on batch_row (record);

create table job (
    id {key},
    kind {text} not null,
    idempotency {text} not null unique,
    payload {text} not null,
    state {text} not null,
    attempts bigint not null,
    max_attempts bigint not null,
    run_after {text} not null,
    worker {text},
    lease_until {text},
    done bigint not null,
    total bigint not null,
    note {text},
    error {text},
    created_at {text} not null,
    created_by {text} not null,
    finished_at {text}
);

create index job_waiting on job (state, run_after);

create table file (
    hash {text} primary key,
    size bigint not null,
    name {text} not null,
    media {text} not null,
    seq bigint not null,
    at {text} not null,
    actor {text} not null
);
