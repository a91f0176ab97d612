-- Figures of documents and what they stand for.

create table binding (
    file {text} not null references file (hash),
    period {text} not null,
    place bigint not null,
    pack bigint not null,
    start_char bigint not null,
    end_char bigint not null,
    said {text} not null,
    indicator {text} not null,
    measure {text} not null,
    region {text} not null,
    role {text} not null,
    agreed bigint not null,
    primary key (file, period, place)
);
