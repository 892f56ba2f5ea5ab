-- Onlineshop, Abgabe
create table Kunde (
  KundenNr     integer generated always as identity primary key,
  Vorname      varchar(50) not null,
  Nachname     varchar(50) not null,
  EMail        varchar(100) not null,
  Telefon      varchar(30),
  Strasse      varchar(100),
  PLZ          integer,
  Ort          varchar(60)
);

create table Kategorie (
  KategorieNr  integer generated always as identity primary key,
  Bezeichnung  varchar(60) not null unique
);

create table Artikel (
  ArtikelNr    integer generated always as identity primary key,
  Bezeichnung  varchar(120) not null,
  Beschreibung text,
  Preis        numeric(8,2) not null,
  Lagerbestand integer not null default 0,
  KategorieNr  integer not null references Kategorie(KategorieNr)
);

create table Bestellung (
  BestellNr    integer generated always as identity primary key,
  KundenNr     integer not null references Kunde(KundenNr),
  Bestelldatum date not null default current_date,
  Status       varchar(20) not null default 'offen' check (Status in ('offen','bezahlt','versendet','storniert'))
);

create table Bestellposition (
  BestellNr    integer not null references Bestellung(BestellNr) on delete cascade,
  ArtikelNr    integer not null references Artikel(ArtikelNr),
  Menge        integer not null
);

create index idx_bestellung_kunde on Bestellung(KundenNr);
