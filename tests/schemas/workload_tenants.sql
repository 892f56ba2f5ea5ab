CREATE TABLE mandant (mandant_id int PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE kunde (mandant_id int NOT NULL REFERENCES mandant, kunden_nr int NOT NULL, email varchar(254) NOT NULL, name text NOT NULL, gesperrt boolean NOT NULL DEFAULT false,
  PRIMARY KEY (mandant_id, kunden_nr), UNIQUE (mandant_id, email));
CREATE TABLE anschrift (mandant_id int NOT NULL, kunden_nr int NOT NULL, lfd smallint NOT NULL, strasse text NOT NULL, plz varchar(10) NOT NULL, ort text NOT NULL,
  PRIMARY KEY (mandant_id, kunden_nr, lfd), FOREIGN KEY (mandant_id, kunden_nr) REFERENCES kunde);
CREATE TABLE kategorie (mandant_id int NOT NULL REFERENCES mandant, kategorie_id int NOT NULL, bezeichnung text NOT NULL, PRIMARY KEY (mandant_id, kategorie_id), UNIQUE (mandant_id, bezeichnung));
CREATE TABLE artikel (mandant_id int NOT NULL REFERENCES mandant, artikel_nr varchar(12) NOT NULL CHECK (artikel_nr ~ '^ART-[0-9]{8}$'), bezeichnung text NOT NULL, preis numeric(10,2) NOT NULL CHECK (preis >= 0), bestand int NOT NULL CHECK (bestand >= 0), kategorie_id int NOT NULL,
  PRIMARY KEY (mandant_id, artikel_nr), FOREIGN KEY (mandant_id, kategorie_id) REFERENCES kategorie);
CREATE INDEX ON artikel (mandant_id, kategorie_id, preis);
CREATE INDEX ON artikel (mandant_id, bestand);
CREATE TABLE bestellung (mandant_id int NOT NULL, bestell_nr bigint NOT NULL, kunden_nr int NOT NULL, lieferanschrift smallint NOT NULL, status text NOT NULL CHECK (status IN ('offen','bezahlt','versandt','storniert')), bestellt_am timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (mandant_id, bestell_nr), FOREIGN KEY (mandant_id, kunden_nr) REFERENCES kunde, FOREIGN KEY (mandant_id, kunden_nr, lieferanschrift) REFERENCES anschrift);
CREATE INDEX ON bestellung (mandant_id, kunden_nr, bestellt_am DESC);
CREATE INDEX ON bestellung (status, bestellt_am) WHERE status NOT IN ('versandt','storniert');
CREATE TABLE bestellposition (mandant_id int NOT NULL, bestell_nr bigint NOT NULL, pos smallint NOT NULL CHECK (pos > 0), artikel_nr varchar(12) NOT NULL, menge int NOT NULL CHECK (menge > 0), einzelpreis numeric(10,2) NOT NULL CHECK (einzelpreis >= 0),
  PRIMARY KEY (mandant_id, bestell_nr, pos), FOREIGN KEY (mandant_id, bestell_nr) REFERENCES bestellung ON DELETE CASCADE, FOREIGN KEY (mandant_id, artikel_nr) REFERENCES artikel);
CREATE INDEX ON bestellposition (mandant_id, artikel_nr);
