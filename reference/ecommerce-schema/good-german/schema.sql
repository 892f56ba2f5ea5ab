-- Webshop. Ein Artikel kann in mehreren Warengruppen stehen, Gäste bestellen mit Namen und E-Mail.

create table kunden (
    kundennr        bigint generated always as identity primary key,
    email           varchar(254) not null,
    passwort_hash   text not null,
    vorname         varchar(100) not null,
    nachname        varchar(100) not null,
    telefon         varchar(40),
    registriert_am  timestamptz not null default now(),
    gesperrt        boolean not null default false
);
create unique index kunden_email_eindeutig on kunden (lower(email));

create table anschriften (
    anschrift_id  bigint generated always as identity primary key,
    kundennr      bigint not null references kunden on delete cascade,
    strasse       varchar(120) not null,
    hausnummer    varchar(10) not null,
    plz           varchar(10) not null,
    ort           varchar(100) not null,
    land          char(2) not null default 'DE'
);
create index anschriften_kunde on anschriften (kundennr);

create table warengruppen (
    warengruppe_id  integer generated always as identity primary key,
    bezeichnung     varchar(80) not null unique,
    uebergeordnet   integer references warengruppen,
    constraint nicht_unter_sich_selbst check (uebergeordnet is distinct from warengruppe_id)
);

create table artikel (
    artikelnr       bigint generated always as identity primary key,
    bezeichnung     varchar(200) not null,
    beschreibung    text,
    einzelpreis     numeric(10, 2) not null,
    mwst_satz       numeric(4, 2) not null default 19.00,
    lagerbestand    integer not null default 0,
    angelegt_am     timestamptz not null default now(),
    ausgelaufen_am  timestamptz,
    constraint preis_nicht_negativ check (einzelpreis >= 0),
    constraint bestand_nicht_negativ check (lagerbestand >= 0),
    constraint mwst_satz_sinnvoll check (mwst_satz between 0 and 100)
);
create index artikel_knapp on artikel (lagerbestand) where ausgelaufen_am is null;

create table artikel_warengruppen (
    warengruppe_id  integer not null references warengruppen on delete restrict,
    artikelnr       bigint not null references artikel on delete cascade,
    primary key (warengruppe_id, artikelnr)
);
create index artikel_warengruppen_artikel on artikel_warengruppen (artikelnr);

create table bestellungen (
    bestellnr      bigint generated always as identity primary key,
    kundennr       bigint references kunden,
    gast_name      varchar(200),
    gast_email     varchar(254),
    status         varchar(20) not null default 'neu',
    bestellt_am    timestamptz not null default now(),
    versandt_am    timestamptz,
    versandkosten  numeric(10, 2) not null default 0 check (versandkosten >= 0),
    lieferanschrift text not null,
    constraint bekannter_status check (status in ('neu', 'bezahlt', 'versandt', 'geliefert', 'storniert')),
    constraint kunde_oder_gast check (kundennr is not null or (gast_name is not null and gast_email is not null)),
    constraint versand_nach_bestellung check (versandt_am >= bestellt_am)
);
create index bestellungen_kunde on bestellungen (kundennr, bestellt_am desc);
create index bestellungen_offen on bestellungen (status, bestellt_am) where status in ('neu', 'bezahlt');

create table bestellpositionen (
    bestellnr    bigint not null references bestellungen on delete cascade,
    position     smallint not null check (position > 0),
    artikelnr    bigint not null references artikel,
    menge        integer not null,
    einzelpreis  numeric(10, 2) not null,  -- wie er bei der Bestellung galt
    rabatt       numeric(10, 2) not null default 0 check (rabatt >= 0),
    primary key (bestellnr, position),
    constraint menge_positiv check (menge > 0),
    constraint verkaufspreis_nicht_negativ check (einzelpreis >= 0)
);
create index bestellpositionen_artikel on bestellpositionen (artikelnr) include (bestellnr, menge, einzelpreis);

create table bewertungen (
    artikelnr    bigint not null references artikel on delete cascade,
    kundennr     bigint not null references kunden on delete cascade,
    sterne       smallint not null check (sterne between 1 and 5),
    text         text,
    verfasst_am  timestamptz not null default now(),
    primary key (artikelnr, kundennr)
);
create index bewertungen_kunde on bewertungen (kundennr);
