-- What is shown to the public: the records of a publication, the texts that were shown (frozen), open data as it was released.
create table publication (
    id bigint not null primary key,
    kind {text} not null,
    standing {text} not null,
    version bigint not null,
    starts_on {text},
    ends_on {text},
    seq bigint not null
);

create index publication_standing on publication (standing);

create table publication_item (
    publication bigint not null,
    place bigint not null,
    register {text} not null,
    record bigint not null,
    withheld {text},
    primary key (publication, record)
);

create index publication_item_record on publication_item (record);

create table publication_version (
    seq {key},
    publication bigint not null,
    number bigint not null,
    kind {text} not null,
    body {text} not null,
    hash {text} not null,
    docx {text} not null,
    starts_on {text},
    ends_on {text},
    reason {text},
    actor {text} not null,
    at {text} not null
);

create unique index publication_version_number on publication_version (publication, number);

create table open_release (
    seq {key},
    dataset {text} not null,
    number bigint not null,
    body {text} not null,
    csv {text} not null,
    xlsx {text} not null,
    json {text} not null,
    actor {text} not null,
    at {text} not null
);

create unique index open_release_number on open_release (dataset, number);

-- Two networks: packages that went out and came in, whose keys are trusted, which records are the same on both sides and what both know
-- of them, where both changed the same.
create table exchange_side (
    side {text} not null primary key,
    seq bigint not null
);

create table exchange_key (
    side {text} not null,
    place bigint not null,
    public {text} not null,
    from_number bigint not null,
    at {text} not null,
    primary key (side, place)
);

create table exchange_package (
    direction {text} not null,
    number bigint not null,
    hash {text} not null,
    file {text} not null,
    upto bigint not null,
    records bigint not null,
    conflicts bigint not null,
    acknowledged bigint not null,
    actor {text} not null,
    at {text} not null,
    primary key (direction, number)
);

create table exchange_record (
    register {text} not null,
    record bigint not null,
    origin {text} not null,
    origin_id bigint not null,
    primary key (register, record)
);

create unique index exchange_record_origin on exchange_record (register, origin, origin_id);

create table exchange_base (
    record bigint not null,
    field {text} not null,
    value {text},
    primary key (record, field)
);

create table exchange_conflict (
    id {key},
    register {text} not null,
    record bigint not null,
    field {text} not null,
    was {text},
    ours {text},
    theirs {text},
    package bigint not null,
    settled {text},
    settled_seq bigint,
    actor {text},
    at {text}
);

create index exchange_conflict_record on exchange_conflict (record);

create table exchange_receipt (
    notice bigint not null,
    person {text} not null,
    at {text} not null,
    package bigint not null,
    primary key (notice, person)
);

create table exchange_notice (
    origin_id bigint not null primary key,
    notice bigint not null
);
