--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: batch_row; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.batch_row (
    batch bigint NOT NULL,
    n bigint NOT NULL,
    record bigint NOT NULL,
    before text COLLATE pg_catalog."C",
    after text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: change; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.change (
    seq bigint NOT NULL,
    actor text NOT NULL COLLATE pg_catalog."C",
    at text NOT NULL COLLATE pg_catalog."C",
    act text NOT NULL COLLATE pg_catalog."C",
    register text NOT NULL COLLATE pg_catalog."C",
    record bigint NOT NULL,
    before text COLLATE pg_catalog."C",
    after text COLLATE pg_catalog."C",
    pack bigint NOT NULL,
    seal text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: change_head; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.change_head (
    one bigint NOT NULL,
    seq bigint NOT NULL,
    seal text NOT NULL COLLATE pg_catalog."C",
    pack bigint NOT NULL,
    record bigint NOT NULL,
    CONSTRAINT change_head_one_check CHECK ((one = 1))
);


--
-- Name: file; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.file (
    hash text NOT NULL COLLATE pg_catalog."C",
    size bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    media text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    at text NOT NULL COLLATE pg_catalog."C",
    actor text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: import_batch; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.import_batch (
    id bigint NOT NULL,
    register text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL COLLATE pg_catalog."C",
    title text NOT NULL COLLATE pg_catalog."C",
    actor text NOT NULL COLLATE pg_catalog."C",
    at text NOT NULL COLLATE pg_catalog."C",
    pack bigint NOT NULL,
    lease_until text NOT NULL COLLATE pg_catalog."C",
    row_count bigint NOT NULL,
    updates bigint NOT NULL,
    digest text NOT NULL COLLATE pg_catalog."C",
    seq bigint,
    undo_seq bigint
);


--
-- Name: job; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.job (
    id bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    idempotency text NOT NULL COLLATE pg_catalog."C",
    payload text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL COLLATE pg_catalog."C",
    attempts bigint NOT NULL,
    max_attempts bigint NOT NULL,
    run_after text NOT NULL COLLATE pg_catalog."C",
    worker text COLLATE pg_catalog."C",
    lease_until text COLLATE pg_catalog."C",
    done bigint NOT NULL,
    total bigint NOT NULL,
    note text COLLATE pg_catalog."C",
    error text COLLATE pg_catalog."C",
    created_at text NOT NULL COLLATE pg_catalog."C",
    created_by text NOT NULL COLLATE pg_catalog."C",
    finished_at text COLLATE pg_catalog."C"
);


--
-- Name: migration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.migration (
    number bigint NOT NULL,
    at text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: pack_file; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.pack_file (
    revision bigint NOT NULL,
    place bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    content text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: pack_revision; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.pack_revision (
    number bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    hash text NOT NULL COLLATE pg_catalog."C",
    at text NOT NULL COLLATE pg_catalog."C",
    actor text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL
);


--
-- Name: r_deal; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.r_deal (
    id bigint NOT NULL,
    version bigint NOT NULL,
    region text COLLATE pg_catalog."C",
    owner_org bigint,
    owner_user text COLLATE pg_catalog."C",
    state text COLLATE pg_catalog."C",
    batch bigint,
    created_seq bigint NOT NULL,
    changed_seq bigint NOT NULL,
    removed_seq bigint,
    number text COLLATE pg_catalog."C",
    firm bigint,
    price bigint,
    rate bigint,
    signed_on text COLLATE pg_catalog."C",
    note text COLLATE pg_catalog."C",
    contact text COLLATE pg_catalog."C",
    tags text COLLATE pg_catalog."C",
    place text COLLATE pg_catalog."C"
);


--
-- Name: r_deal_items; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.r_deal_items (
    id bigint NOT NULL,
    parent bigint NOT NULL,
    line_no bigint NOT NULL,
    batch bigint,
    created_seq bigint NOT NULL,
    changed_seq bigint NOT NULL,
    removed_seq bigint,
    title text COLLATE pg_catalog."C",
    price bigint,
    maker bigint
);


--
-- Name: r_firm; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.r_firm (
    id bigint NOT NULL,
    version bigint NOT NULL,
    region text COLLATE pg_catalog."C",
    owner_org bigint,
    owner_user text COLLATE pg_catalog."C",
    state text COLLATE pg_catalog."C",
    batch bigint,
    created_seq bigint NOT NULL,
    changed_seq bigint NOT NULL,
    removed_seq bigint,
    code text COLLATE pg_catalog."C",
    name text COLLATE pg_catalog."C",
    kind text COLLATE pg_catalog."C",
    employees bigint,
    founded text COLLATE pg_catalog."C",
    active bigint
);


--
-- Name: register_column; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.register_column (
    register text NOT NULL COLLATE pg_catalog."C",
    field text NOT NULL COLLATE pg_catalog."C",
    place bigint NOT NULL,
    word text NOT NULL COLLATE pg_catalog."C",
    scale bigint NOT NULL,
    target text COLLATE pg_catalog."C",
    list text COLLATE pg_catalog."C",
    required bigint NOT NULL,
    is_unique bigint NOT NULL,
    is_many bigint NOT NULL,
    hidden bigint NOT NULL
);


--
-- Name: register_table; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.register_table (
    id text NOT NULL COLLATE pg_catalog."C",
    table_name text NOT NULL COLLATE pg_catalog."C",
    parent text COLLATE pg_catalog."C",
    natural_key text NOT NULL COLLATE pg_catalog."C",
    region_field text COLLATE pg_catalog."C",
    region text NOT NULL COLLATE pg_catalog."C",
    first_state text COLLATE pg_catalog."C",
    hidden bigint NOT NULL
);


--
-- Name: renamed; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.renamed (
    seq bigint NOT NULL,
    register text NOT NULL COLLATE pg_catalog."C",
    field text NOT NULL COLLATE pg_catalog."C",
    was text NOT NULL COLLATE pg_catalog."C"
);


--
-- Data for Name: batch_row; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.batch_row VALUES (1, 1, 8, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"0.00","number":"I0","items[]":[{"@id":"9","price":"0.00","title":"第一项"},{"@id":"10","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 2, 11, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"1.00","number":"I1","items[]":[{"@id":"12","price":"0.50","title":"第一项"},{"@id":"13","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 3, 14, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"2.00","number":"I2","items[]":[{"@id":"15","price":"1.00","title":"第一项"},{"@id":"16","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 4, 17, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"3.00","number":"I3","items[]":[{"@id":"18","price":"1.50","title":"第一项"},{"@id":"19","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 5, 20, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"4.00","number":"I4","items[]":[{"@id":"21","price":"2.00","title":"第一项"},{"@id":"22","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 6, 23, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"5.00","number":"I5","items[]":[{"@id":"24","price":"2.50","title":"第一项"},{"@id":"25","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 7, 26, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"6.00","number":"I6","items[]":[{"@id":"27","price":"3.00","title":"第一项"},{"@id":"28","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 8, 29, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"7.00","number":"I7","items[]":[{"@id":"30","price":"3.50","title":"第一项"},{"@id":"31","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 9, 32, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"8.00","number":"I8","items[]":[{"@id":"33","price":"4.00","title":"第一项"},{"@id":"34","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 10, 35, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"9.00","number":"I9","items[]":[{"@id":"36","price":"4.50","title":"第一项"},{"@id":"37","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 11, 38, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"10.00","number":"I10","items[]":[{"@id":"39","price":"5.00","title":"第一项"},{"@id":"40","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 12, 41, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"11.00","number":"I11","items[]":[{"@id":"42","price":"5.50","title":"第一项"},{"@id":"43","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (1, 13, 2, '{"@region":"99","@state":"draft","@version":"2","amount":"543.21","contact":"xc20p:d940a459dcff96b1d2311ae2a3ba70ed9969c1dde84c8bc58f758137c927c28875a41e2aff2c25053cdb9cd1c07faba7a445be84442cff","firm":"1","note":"两行\u000a“引号”与\\反斜","number":"N1","rate":"0.125","tags":";a;c;","items[]":[{"@id":"3","price":"61.72","title":"第一项"},{"@id":"4","title":"第二项"}]}', '{"@region":"99","@state":"draft","@version":"3","amount":"543.21","contact":"xc20p:d940a459dcff96b1d2311ae2a3ba70ed9969c1dde84c8bc58f758137c927c28875a41e2aff2c25053cdb9cd1c07faba7a445be84442cff","firm":"1","note":"导入改过","number":"N1","rate":"0.125","tags":";a;c;","items[]":[{"@id":"3","price":"61.72","title":"第一项"},{"@id":"4","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (2, 1, 44, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"20.00","number":"I20","items[]":[{"@id":"45","price":"10.00","title":"第一项"},{"@id":"46","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (2, 2, 47, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"21.00","number":"I21","items[]":[{"@id":"48","price":"10.50","title":"第一项"},{"@id":"49","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (2, 3, 50, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"22.00","number":"I22","items[]":[{"@id":"51","price":"11.00","title":"第一项"},{"@id":"52","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (2, 4, 53, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"23.00","number":"I23","items[]":[{"@id":"54","price":"11.50","title":"第一项"},{"@id":"55","title":"第二项"}]}');
INSERT INTO public.batch_row VALUES (3, 1, 56, NULL, '{"@region":"99","@version":"1","code":"O30","region":"99"}');
INSERT INTO public.batch_row VALUES (3, 2, 57, NULL, '{"@region":"99","@version":"1","code":"O31","region":"99"}');
INSERT INTO public.batch_row VALUES (3, 3, 58, NULL, '{"@region":"99","@version":"1","code":"O32","region":"99"}');


--
-- Data for Name: change; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.change VALUES (1, '示例员', '2023-06-01T12:00:00.000000Z', 'pack.apply', '', 0, NULL, '{"hash":"eb0c5d3550c614c06aeb53a19105744bc174955a324f066f3741512214e734ca","number":"1","pack":"test"}', 1, '8a9cdd9fed39722c5fdd62cbdbd1a595d6787a5bb73e99e6fc749e667d321e9f');
INSERT INTO public.change VALUES (2, '示例员', '2023-06-01T12:00:00.000000Z', 'record.create', 'firm', 1, NULL, '{"@region":"99","@version":"1","active":"1","code":"F1","employees":"12","founded":"2020-02-29","kind":"a","name":"示例公司","region":"99"}', 1, '62d9697669b341a8c03426bbdcd4cda6a3555a55083240a0f96232a9b73c84e0');
INSERT INTO public.change VALUES (3, '示例员', '2023-06-01T12:00:00.000000Z', 'record.create', 'contract', 2, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"123.45","contact":"xc20p:d940a459dcff96b1d2311ae2a3ba70ed9969c1dde84c8bc58f758137c927c28875a41e2aff2c25053cdb9cd1c07faba7a445be84442cff","firm":"1","note":"两行\u000a“引号”与\\反斜","number":"N1","rate":"0.125","tags":";a;c;","items[]":[{"@id":"3","price":"61.72","title":"第一项"},{"@id":"4","title":"第二项"}]}', 1, 'fb9cbecbc99cf6d6c4f28c9cdb973f932f6cf99cf6e895fbbebf6e4e9ff7ac1d');
INSERT INTO public.change VALUES (4, '示例员', '2023-06-01T12:00:00.000000Z', 'record.create', 'contract', 5, NULL, '{"@region":"99","@state":"draft","@version":"1","amount":"2.00","number":"N2","items[]":[{"@id":"6","price":"1.00","title":"第一项"},{"@id":"7","title":"第二项"}]}', 1, 'a3e4f43e7a84d44749b1b0aeef573909dce8730b3a1e0694608bfbe1bc032f30');
INSERT INTO public.change VALUES (5, '示例员', '2023-06-01T12:01:00.000000Z', 'record.update', 'contract', 2, '{"@region":"99","@state":"draft","@version":"1","amount":"123.45","contact":"xc20p:d940a459dcff96b1d2311ae2a3ba70ed9969c1dde84c8bc58f758137c927c28875a41e2aff2c25053cdb9cd1c07faba7a445be84442cff","firm":"1","note":"两行\u000a“引号”与\\反斜","number":"N1","rate":"0.125","tags":";a;c;","items[]":[{"@id":"3","price":"61.72","title":"第一项"},{"@id":"4","title":"第二项"}]}', '{"@region":"99","@state":"draft","@version":"2","amount":"543.21","contact":"xc20p:d940a459dcff96b1d2311ae2a3ba70ed9969c1dde84c8bc58f758137c927c28875a41e2aff2c25053cdb9cd1c07faba7a445be84442cff","firm":"1","note":"两行\u000a“引号”与\\反斜","number":"N1","rate":"0.125","tags":";a;c;","items[]":[{"@id":"3","price":"61.72","title":"第一项"},{"@id":"4","title":"第二项"}]}', 1, '8e146623d1fbe33ecafe192a203666e399e4f9a92ed61717c6aabf86da9e3851');
INSERT INTO public.change VALUES (6, '示例员', '2023-06-01T12:01:00.000000Z', 'record.remove', 'contract', 5, '{"@region":"99","@state":"draft","@version":"1","amount":"2.00","number":"N2","items[]":[{"@id":"6","price":"1.00","title":"第一项"},{"@id":"7","title":"第二项"}]}', NULL, 1, '7ff7689d985a722e5dd0f713b4303b36e834a20549a2d5381fbbbae2dc02554c');
INSERT INTO public.change VALUES (7, '示例员', '2023-06-01T12:01:00.000000Z', 'import.apply', 'contract', 0, NULL, '{"batch":"1","digest":"e6d54ef2918ac4f14c089c6aeda09ca43adf6838288c160fd02712bb73bfa25b","rows":"13"}', 1, 'afea202afd604dac1052bc09a873d539995402678eca9576555604d333901e8b');
INSERT INTO public.change VALUES (8, '示例员', '2023-06-01T12:01:00.000000Z', 'import.apply', 'contract', 0, NULL, '{"batch":"2","digest":"e623200ed596d525903ab66fef76503666bed01cebc95e51d55ace25f6cefe80","rows":"4"}', 1, '6db694ad3095d9083686fadf9133b2c479964e2782fe61150e0bd43b2b0551a3');
INSERT INTO public.change VALUES (9, '示例员', '2023-06-01T12:01:00.000000Z', 'import.undo', 'contract', 0, NULL, '{"batch":"2","rows":"4"}', 1, 'e35a0144844f8420d9a96e69149c2f7268a3838dce1070f868d2b5482d95bb52');
INSERT INTO public.change VALUES (10, '示例员', '2023-06-01T12:02:00.000000Z', 'pack.apply', '', 0, NULL, '{"hash":"4fb259a22c00fb0d38660bdab74f7386bbd4a0941752437d74de53fa750d6678","number":"2","pack":"test"}', 2, '395f2e630c16d8bcee347e243a2562aada9d1fee20b4dcefc8a33c54096de28f');
INSERT INTO public.change VALUES (11, '示例员', '2023-06-01T12:02:00.000000Z', 'record.update', 'deal', 2, '{"@region":"99","@state":"draft","@version":"3","contact":"xc20p:d940a459dcff96b1d2311ae2a3ba70ed9969c1dde84c8bc58f758137c927c28875a41e2aff2c25053cdb9cd1c07faba7a445be84442cff","firm":"1","note":"导入改过","number":"N1","price":"543.21","rate":"0.125","tags":";a;c;","items[]":[{"@id":"3","price":"61.72","title":"第一项"},{"@id":"4","title":"第二项"}]}', '{"@region":"99","@state":"draft","@version":"4","contact":"xc20p:d940a459dcff96b1d2311ae2a3ba70ed9969c1dde84c8bc58f758137c927c28875a41e2aff2c25053cdb9cd1c07faba7a445be84442cff","firm":"1","note":"导入改过","number":"N1","place":"120.380000,36.060000","price":"543.21","rate":"0.125","tags":";a;c;","items[]":[{"@id":"3","price":"61.72","title":"第一项"},{"@id":"4","title":"第二项"}]}', 2, 'dad1b67820655716bc1b9648cd842fc6e97a539ac75bc6177f7d983eec67007c');


--
-- Data for Name: change_head; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.change_head VALUES (1, 11, 'dad1b67820655716bc1b9648cd842fc6e97a539ac75bc6177f7d983eec67007c', 2, 58);


--
-- Data for Name: file; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.file VALUES ('554076adc2024a529ca553f71dce34bd59083a0ab01839a05daf5c65ff766ad1', 12, '示例.txt', 'text/plain', 12, '2023-06-01T12:02:00.000000Z', '示例员');


--
-- Data for Name: import_batch; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.import_batch VALUES (1, 'contract', 'applied', '一.xlsx', '示例员', '2023-06-01T12:01:00.000000Z', 1, '2023-06-01T12:01:30.000000Z', 13, 1, 'e6d54ef2918ac4f14c089c6aeda09ca43adf6838288c160fd02712bb73bfa25b', 7, NULL);
INSERT INTO public.import_batch VALUES (2, 'contract', 'undone', '二.xlsx', '示例员', '2023-06-01T12:01:00.000000Z', 1, '2023-06-01T12:01:30.000000Z', 4, 0, 'e623200ed596d525903ab66fef76503666bed01cebc95e51d55ace25f6cefe80', 8, 9);
INSERT INTO public.import_batch VALUES (3, 'firm', 'open', '三.xlsx', '示例员', '2023-06-01T12:02:00.000000Z', 2, '2023-06-01T12:02:30.000000Z', 3, 0, 'e78d61be75f4a61c5bc8ebd05eb8574e62715412278bea393c86209b1812ba3e', NULL, NULL);


--
-- Data for Name: job; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.job VALUES (1, 'compact', 'compact-1', '{}', 'waiting', 0, 3, '2023-06-01T12:02:00.000000Z', NULL, NULL, 0, 0, NULL, NULL, '2023-06-01T12:02:00.000000Z', '示例员', NULL);


--
-- Data for Name: migration; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.migration VALUES (1, '2023-06-01T12:00:00.000000Z');


--
-- Data for Name: pack_file; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.pack_file VALUES (1, 1, 'test/pack.toml', '1');
INSERT INTO public.pack_file VALUES (2, 1, 'test/pack.toml', '2');


--
-- Data for Name: pack_revision; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.pack_revision VALUES (1, 'test', 'eb0c5d3550c614c06aeb53a19105744bc174955a324f066f3741512214e734ca', '2023-06-01T12:00:00.000000Z', '示例员', 1);
INSERT INTO public.pack_revision VALUES (2, 'test', '4fb259a22c00fb0d38660bdab74f7386bbd4a0941752437d74de53fa750d6678', '2023-06-01T12:02:00.000000Z', '示例员', 10);


--
-- Data for Name: r_deal; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.r_deal VALUES (5, 2, '99', NULL, NULL, 'draft', NULL, 4, 6, 6, 'N2', NULL, 200, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (8, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I0', NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (11, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I1', NULL, 100, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (14, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I2', NULL, 200, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (17, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I3', NULL, 300, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (20, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I4', NULL, 400, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (23, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I5', NULL, 500, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (26, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I6', NULL, 600, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (29, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I7', NULL, 700, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (32, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I8', NULL, 800, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (35, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I9', NULL, 900, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (38, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I10', NULL, 1000, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (41, 1, '99', NULL, NULL, 'draft', 1, 0, 0, NULL, 'I11', NULL, 1100, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (44, 2, '99', NULL, NULL, 'draft', 2, 0, 9, 9, 'I20', NULL, 2000, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (47, 2, '99', NULL, NULL, 'draft', 2, 0, 9, 9, 'I21', NULL, 2100, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (50, 2, '99', NULL, NULL, 'draft', 2, 0, 9, 9, 'I22', NULL, 2200, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (53, 2, '99', NULL, NULL, 'draft', 2, 0, 9, 9, 'I23', NULL, 2300, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_deal VALUES (2, 4, '99', NULL, NULL, 'draft', NULL, 3, 11, NULL, 'N1', 1, 54321, 125000, NULL, '导入改过', 'xc20p:d940a459dcff96b1d2311ae2a3ba70ed9969c1dde84c8bc58f758137c927c28875a41e2aff2c25053cdb9cd1c07faba7a445be84442cff', ';a;c;', '120.380000,36.060000');


--
-- Data for Name: r_deal_items; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.r_deal_items VALUES (3, 2, 1, NULL, 3, 3, NULL, '第一项', 6172, NULL);
INSERT INTO public.r_deal_items VALUES (4, 2, 2, NULL, 3, 3, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (6, 5, 1, NULL, 4, 6, 6, '第一项', 100, NULL);
INSERT INTO public.r_deal_items VALUES (7, 5, 2, NULL, 4, 6, 6, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (9, 8, 1, 1, 0, 0, NULL, '第一项', 0, NULL);
INSERT INTO public.r_deal_items VALUES (10, 8, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (12, 11, 1, 1, 0, 0, NULL, '第一项', 50, NULL);
INSERT INTO public.r_deal_items VALUES (13, 11, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (15, 14, 1, 1, 0, 0, NULL, '第一项', 100, NULL);
INSERT INTO public.r_deal_items VALUES (16, 14, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (18, 17, 1, 1, 0, 0, NULL, '第一项', 150, NULL);
INSERT INTO public.r_deal_items VALUES (19, 17, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (21, 20, 1, 1, 0, 0, NULL, '第一项', 200, NULL);
INSERT INTO public.r_deal_items VALUES (22, 20, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (24, 23, 1, 1, 0, 0, NULL, '第一项', 250, NULL);
INSERT INTO public.r_deal_items VALUES (25, 23, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (27, 26, 1, 1, 0, 0, NULL, '第一项', 300, NULL);
INSERT INTO public.r_deal_items VALUES (28, 26, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (30, 29, 1, 1, 0, 0, NULL, '第一项', 350, NULL);
INSERT INTO public.r_deal_items VALUES (31, 29, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (33, 32, 1, 1, 0, 0, NULL, '第一项', 400, NULL);
INSERT INTO public.r_deal_items VALUES (34, 32, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (36, 35, 1, 1, 0, 0, NULL, '第一项', 450, NULL);
INSERT INTO public.r_deal_items VALUES (37, 35, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (39, 38, 1, 1, 0, 0, NULL, '第一项', 500, NULL);
INSERT INTO public.r_deal_items VALUES (40, 38, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (42, 41, 1, 1, 0, 0, NULL, '第一项', 550, NULL);
INSERT INTO public.r_deal_items VALUES (43, 41, 2, 1, 0, 0, NULL, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (45, 44, 1, 2, 0, 9, 9, '第一项', 1000, NULL);
INSERT INTO public.r_deal_items VALUES (46, 44, 2, 2, 0, 9, 9, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (48, 47, 1, 2, 0, 9, 9, '第一项', 1050, NULL);
INSERT INTO public.r_deal_items VALUES (49, 47, 2, 2, 0, 9, 9, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (51, 50, 1, 2, 0, 9, 9, '第一项', 1100, NULL);
INSERT INTO public.r_deal_items VALUES (52, 50, 2, 2, 0, 9, 9, '第二项', NULL, NULL);
INSERT INTO public.r_deal_items VALUES (54, 53, 1, 2, 0, 9, 9, '第一项', 1150, NULL);
INSERT INTO public.r_deal_items VALUES (55, 53, 2, 2, 0, 9, 9, '第二项', NULL, NULL);


--
-- Data for Name: r_firm; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.r_firm VALUES (1, 1, '99', NULL, NULL, NULL, NULL, 2, 2, NULL, 'F1', '示例公司', 'a', 12, '2020-02-29', 1);
INSERT INTO public.r_firm VALUES (56, 1, '99', NULL, NULL, NULL, 3, 0, 0, NULL, 'O30', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_firm VALUES (57, 1, '99', NULL, NULL, NULL, 3, 0, 0, NULL, 'O31', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.r_firm VALUES (58, 1, '99', NULL, NULL, NULL, 3, 0, 0, NULL, 'O32', NULL, NULL, NULL, NULL, NULL);


--
-- Data for Name: register_column; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.register_column VALUES ('deal', 'number', 1, 'text', 0, NULL, NULL, 1, 0, 0, 0);
INSERT INTO public.register_column VALUES ('deal', 'firm', 2, 'organization', 0, 'firm', NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('deal', 'price', 3, 'money', 0, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('deal', 'rate', 4, 'decimal', 6, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('deal', 'note', 5, 'long_text', 0, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('deal', 'contact', 6, 'person', 0, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('deal', 'tags', 7, 'code', 0, NULL, 'kind', 0, 0, 1, 0);
INSERT INTO public.register_column VALUES ('deal', 'place', 8, 'location', 0, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('deal', 'signed_on', 9, 'date', 0, NULL, NULL, 0, 0, 0, 1);
INSERT INTO public.register_column VALUES ('deal.items', 'title', 1, 'text', 0, NULL, NULL, 1, 0, 0, 0);
INSERT INTO public.register_column VALUES ('deal.items', 'price', 2, 'money', 0, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('deal.items', 'maker', 3, 'reference', 0, 'firm', NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('firm', 'code', 1, 'text', 0, NULL, NULL, 1, 0, 0, 0);
INSERT INTO public.register_column VALUES ('firm', 'name', 2, 'text', 0, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('firm', 'kind', 3, 'code', 0, NULL, 'kind', 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('firm', 'region', 4, 'region', 0, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('firm', 'employees', 5, 'integer', 0, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('firm', 'founded', 6, 'date', 0, NULL, NULL, 0, 0, 0, 0);
INSERT INTO public.register_column VALUES ('firm', 'active', 7, 'yes_no', 0, NULL, NULL, 0, 0, 0, 0);


--
-- Data for Name: register_table; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.register_table VALUES ('deal', 'r_deal', NULL, 'number', NULL, '99', 'draft', 0);
INSERT INTO public.register_table VALUES ('deal.items', 'r_deal_items', 'deal', '', NULL, '', NULL, 0);
INSERT INTO public.register_table VALUES ('firm', 'r_firm', NULL, 'code', 'region', '99', NULL, 0);


--
-- Data for Name: renamed; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.renamed VALUES (10, 'deal', '', 'contract');
INSERT INTO public.renamed VALUES (10, 'deal', 'price', 'amount');
INSERT INTO public.renamed VALUES (10, 'deal.items', '', 'contract.items');


--
-- Name: batch_row batch_row_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batch_row
    ADD CONSTRAINT batch_row_pkey PRIMARY KEY (batch, n);


--
-- Name: change_head change_head_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.change_head
    ADD CONSTRAINT change_head_pkey PRIMARY KEY (one);


--
-- Name: change change_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_pkey PRIMARY KEY (seq);


--
-- Name: file file_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.file
    ADD CONSTRAINT file_pkey PRIMARY KEY (hash);


--
-- Name: import_batch import_batch_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.import_batch
    ADD CONSTRAINT import_batch_pkey PRIMARY KEY (id);


--
-- Name: job job_idempotency_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.job
    ADD CONSTRAINT job_idempotency_key UNIQUE (idempotency);


--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);


--
-- Name: migration migration_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (number);


--
-- Name: pack_file pack_file_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.pack_file
    ADD CONSTRAINT pack_file_pkey PRIMARY KEY (revision, place);


--
-- Name: pack_revision pack_revision_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.pack_revision
    ADD CONSTRAINT pack_revision_pkey PRIMARY KEY (number);


--
-- Name: r_deal_items r_contract_items_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.r_deal_items
    ADD CONSTRAINT r_contract_items_pkey PRIMARY KEY (id);


--
-- Name: r_deal r_contract_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.r_deal
    ADD CONSTRAINT r_contract_pkey PRIMARY KEY (id);


--
-- Name: r_firm r_firm_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.r_firm
    ADD CONSTRAINT r_firm_pkey PRIMARY KEY (id);


--
-- Name: register_column register_column_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.register_column
    ADD CONSTRAINT register_column_pkey PRIMARY KEY (register, field);


--
-- Name: register_table register_table_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.register_table
    ADD CONSTRAINT register_table_pkey PRIMARY KEY (id);


--
-- Name: register_table register_table_table_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.register_table
    ADD CONSTRAINT register_table_table_name_key UNIQUE (table_name);


--
-- Name: renamed renamed_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.renamed
    ADD CONSTRAINT renamed_pkey PRIMARY KEY (seq, register, field);


--
-- Name: batch_row_record; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX batch_row_record ON public.batch_row USING btree (record);


--
-- Name: change_record; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX change_record ON public.change USING btree (record, seq) WHERE (record > 0);


--
-- Name: job_waiting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX job_waiting ON public.job USING btree (state, run_after);


--
-- Name: r_deal__batch; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX r_deal__batch ON public.r_deal USING btree (batch);


--
-- Name: r_deal__changed_seq; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX r_deal__changed_seq ON public.r_deal USING btree (changed_seq);


--
-- Name: r_deal__f_firm; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX r_deal__f_firm ON public.r_deal USING btree (firm);


--
-- Name: r_deal__key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX r_deal__key ON public.r_deal USING btree (number) WHERE (removed_seq IS NULL);


--
-- Name: r_deal_items__batch; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX r_deal_items__batch ON public.r_deal_items USING btree (batch);


--
-- Name: r_deal_items__changed_seq; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX r_deal_items__changed_seq ON public.r_deal_items USING btree (changed_seq);


--
-- Name: r_deal_items__f_maker; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX r_deal_items__f_maker ON public.r_deal_items USING btree (maker);


--
-- Name: r_deal_items__parent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX r_deal_items__parent ON public.r_deal_items USING btree (parent);


--
-- Name: r_firm__batch; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX r_firm__batch ON public.r_firm USING btree (batch);


--
-- Name: r_firm__changed_seq; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX r_firm__changed_seq ON public.r_firm USING btree (changed_seq);


--
-- Name: r_firm__key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX r_firm__key ON public.r_firm USING btree (code) WHERE (removed_seq IS NULL);


--
-- Name: pack_file pack_file_revision_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.pack_file
    ADD CONSTRAINT pack_file_revision_fkey FOREIGN KEY (revision) REFERENCES public.pack_revision(number);


--
-- PostgreSQL database dump complete
--


