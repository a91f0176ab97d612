-- 授权委托: from a day to a day an agency acts for an organization in the matters named (`;a;b;`).
create table mandate (
    seq {key},
    organization bigint not null,
    agency bigint not null,
    matters {text} not null,
    from_day {text} not null,
    to_day {text} not null,
    note {text},
    actor {text} not null,
    at {text} not null,
    ended_seq bigint
);

create index mandate_agency on mandate (agency, to_day);
create index mandate_organization on mandate (organization, to_day);

-- Which change was made under which mandate. `noted` is the entry of the chain that seals it.
create table mandate_use (
    seq {key},
    noted bigint not null,
    mandate bigint not null,
    record bigint not null
);

create index mandate_use_record on mandate_use (record, seq);

-- Somebody is on the way to a provider of sign-in and back. Only hashes of what the browser holds are kept; a row is taken once.
create table oidc_trip (
    state {text} not null primary key,
    browser {text} not null,
    provider {text} not null,
    nonce {text} not null,
    verifier {text} not null,
    next {text} not null,
    at {text} not null
);

create index oidc_trip_at on oidc_trip (at);
