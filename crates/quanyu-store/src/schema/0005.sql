-- People who sign in. The password is a hash; the secret of the second factor is sealed under the account's own key, which
-- lies outside the database. Ids are of the sequence of records, so that a key is one account's alone.
create table account (
    id {key},
    name {text} not null unique,
    title {text} not null,
    password {text},
    password_at {text} not null,
    must_change bigint not null,
    expires {text},
    locked bigint not null,
    fails bigint not null,
    locked_until {text},
    second {text},
    second_step bigint not null,
    subject {text} unique,
    demonstration bigint not null,
    made_at {text} not null,
    signed_in_at {text}
);

-- What each was given: a role of the pack, and over which region or organization.
create table account_role (
    account bigint not null references account (id),
    place bigint not null,
    role {text} not null,
    region {text},
    organization bigint,
    primary key (account, place)
);

-- Hashes that were used before, so that they do not come again.
create table account_password (
    account bigint not null references account (id),
    at {text} not null,
    password {text} not null,
    primary key (account, at)
);

-- Only the hash of what a browser holds is kept.
create table session (
    hash {text} primary key,
    account bigint not null references account (id),
    made_at {text} not null,
    seen_at {text} not null,
    agent {text} not null,
    address {text} not null
);

create index session_account on session (account);

-- What programs sign in with: rights with commas, none for all that the account has.
create table token (
    id {key},
    hash {text} not null unique,
    account bigint not null references account (id),
    title {text} not null,
    rights {text} not null,
    made_at {text} not null,
    expires {text} not null,
    seen_at {text}
);

create index token_account on token (account);

-- Rules of sign-in where they differ from what the program sets.
create table sign_in_rule (
    name {text} primary key,
    value bigint not null
);
