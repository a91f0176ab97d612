-- Work in hand: what waits for whom and until when, opinions, delegations, handovers, notices.

-- A step may rest on a meeting's minutes, and be taken for somebody else.
alter table step add column minutes {text};
alter table step add column met_on {text};
alter table step add column behalf {text};

-- A record in a state that somebody is waited for to lead on from. Follows the registers; made anew with every pack.
create table duty (
    record {key},
    register {text} not null,
    state {text} not null,
    label {text} not null,
    region {text} not null,
    owner_org bigint,
    owner_user {text},
    entered_by {text} not null,
    entered_seq bigint not null,
    entered_on {text} not null,
    last_by {text} not null,
    last_step {text},
    returned bigint not null,
    reason {text},
    due {text},
    remind_on {text},
    escalate_on {text}
);

create index duty_due on duty (due, record);
create index duty_state on duty (register, state, due);
create index duty_entered on duty (entered_by);

create table duty_seen (
    one {key} check (one = 1),
    seq bigint not null,
    pack bigint not null
);

insert into duty_seen (one, seq, pack) values (1, 0, -1);

-- Who handles a record while it is in a state.
create table assignment (
    record {key},
    register {text} not null,
    state {text} not null,
    person {text} not null,
    seq bigint not null
);

create index assignment_person on assignment (person);

-- What was told of a record in a state: a reminder or an escalation goes out once for a day.
create table told (
    record bigint not null,
    entered_seq bigint not null,
    what {text} not null,
    due {text} not null,
    primary key (record, entered_seq, what, due)
);

-- 会签: an opinion counts for the stay in the state that began with `entered_seq`.
create table opinion (
    seq {key},
    record bigint not null,
    register {text} not null,
    step {text} not null,
    entered_seq bigint not null,
    role {text} not null,
    agrees bigint not null,
    note {text},
    file {text},
    offline bigint not null,
    behalf {text},
    actor {text} not null,
    at {text} not null
);

create index opinion_record on opinion (record, seq);

-- 委托: from a day to a day one does what another may do, in the roles named with their reach.
create table delegation (
    seq {key},
    person {text} not null,
    deputy {text} not null,
    grants {text} not null,
    from_day {text} not null,
    to_day {text} not null,
    note {text},
    actor {text} not null,
    at {text} not null,
    ended_seq bigint
);

create index delegation_deputy on delegation (deputy, to_day);
create index delegation_person on delegation (person, to_day);

-- 工作交接: everything open of one person went to another.
create table handover (
    seq {key},
    person {text} not null,
    successor {text} not null,
    note {text},
    content {text} not null,
    actor {text} not null,
    at {text} not null
);

-- Somebody is told. `whom` is `person:NAME` or `role:ID`; a role is told of records that its holder reaches.
create table notice (
    id {key},
    at {text} not null,
    kind {text} not null,
    whom {text} not null,
    register {text},
    record bigint,
    zh {text} not null,
    en {text} not null,
    region {text} not null,
    owner_org bigint,
    owner_user {text}
);

create index notice_whom on notice (whom, id);

create table notice_read (
    person {text} not null,
    notice bigint not null,
    primary key (person, notice)
);
