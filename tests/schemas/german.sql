-- Laden: deutsche Namen, Einzahl, Umlaute in Anführungszeichen.
CREATE TABLE kunde (
    kunde_nr int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vorname text NOT NULL,
    nachname text NOT NULL,
    email text NOT NULL UNIQUE,
    angelegt_am timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE kategorie (
    kategorie_nr int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bezeichnung text NOT NULL,
    name text NOT NULL UNIQUE
);
CREATE TABLE artikel (
    artikel_nr int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kategorie_nr int NOT NULL REFERENCES kategorie,
    name text NOT NULL,
    preis numeric(10, 2) NOT NULL CHECK (preis >= 0),
    lagerbestand int NOT NULL CHECK (lagerbestand >= 0)
);
CREATE INDEX ON artikel (kategorie_nr);
CREATE TYPE bestellstatus AS ENUM ('offen', 'bezahlt', 'versandt');
CREATE TABLE bestellung (
    bestellung_nr int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kunde_nr int NOT NULL REFERENCES kunde,
    status bestellstatus NOT NULL DEFAULT 'offen',
    bestellt_am timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON bestellung (kunde_nr);
CREATE TABLE bestellposition (
    bestellung_nr int NOT NULL REFERENCES bestellung ON DELETE CASCADE,
    position int NOT NULL,
    artikel_nr int NOT NULL REFERENCES artikel,
    menge int NOT NULL CHECK (menge > 0),
    "einzelpreis" numeric(10, 2) NOT NULL CHECK ("einzelpreis" >= 0),
    PRIMARY KEY (bestellung_nr, position)
);
CREATE INDEX ON bestellposition (artikel_nr);
