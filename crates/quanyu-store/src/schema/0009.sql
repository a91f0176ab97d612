-- What programs asked for under a key of their own, and what they were answered: asked again within a day, they get the same.
create table idempotency (
    actor {text} not null,
    name {text} not null,
    digest {text} not null,
    status bigint not null,
    answer {text} not null,
    at {text} not null,
    primary key (actor, name)
);

create index idempotency_at on idempotency (at);
