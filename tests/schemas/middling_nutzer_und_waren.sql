-- Shop-Datenbank
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE TABLE benutzer (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    benutzername TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    passwort_hash TEXT NOT NULL,
    erstellt_am TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE warengruppen (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    name TEXT NOT NULL
);
CREATE TABLE produkte (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    name TEXT NOT NULL,
    preis INTEGER NOT NULL CHECK (preis >= 0),
    lagermenge INTEGER NOT NULL,
    bild1 TEXT,
    bild2 TEXT,
    bild3 TEXT
);
CREATE TABLE produkt_warengruppe (
    produkt_id UUID REFERENCES produkte(id),
    warengruppe_id UUID REFERENCES warengruppen(id)
);
CREATE TABLE auftraege (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    benutzer_id UUID NOT NULL REFERENCES benutzer(id),
    status INTEGER NOT NULL DEFAULT 0,
    erstellt_am TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE auftragspositionen (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    auftrag_id UUID NOT NULL REFERENCES auftraege(id) ON DELETE CASCADE,
    produkt_id UUID REFERENCES produkte(id) ON DELETE SET NULL,
    anzahl INTEGER NOT NULL CHECK (anzahl > 0),
    einzelpreis INTEGER NOT NULL CHECK (einzelpreis >= 0)
);
CREATE INDEX idx_auftraege_benutzer ON auftraege(benutzer_id);
CREATE INDEX idx_pos_auftrag ON auftragspositionen(auftrag_id);
CREATE INDEX idx_pos_produkt ON auftragspositionen(produkt_id);
CREATE INDEX idx_benutzer_email ON benutzer(email);
