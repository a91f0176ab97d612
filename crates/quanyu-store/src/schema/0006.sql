-- What people keep around records: why one was removed, views of lists, uploads that no record names yet, merges.

create table reason (
    seq {key},
    record bigint not null,
    why {text} not null
);

create index reason_record on reason (record, seq);

-- A list as somebody wants to see it again: the address's query, without the place in the list.
create table list_view (
    id {key},
    register {text} not null,
    owner {text} not null,
    title {text} not null,
    shared bigint not null,
    query {text} not null,
    at {text} not null
);

create index list_view_register on list_view (register, id);

-- Files that were sent with a form that had a fault elsewhere, so that they need not be sent again.
create table upload (
    hash {text} not null,
    actor {text} not null,
    name {text} not null,
    at {text} not null,
    primary key (hash, actor)
);

-- Two records that were one: the changes from first to seq made them so.
create table merge (
    seq {key},
    first bigint not null,
    register {text} not null,
    kept bigint not null,
    gone bigint not null,
    undone bigint
);

create index merge_gone on merge (gone, seq);
create index merge_kept on merge (kept, seq);
