-- Invoices of tracks: the words order and product never occur. Quoted capital names.
CREATE TABLE "Genre" ("GenreId" int PRIMARY KEY, "Name" varchar(120) NOT NULL);
CREATE TABLE "Artist" ("ArtistId" int PRIMARY KEY, "Name" varchar(120) NOT NULL);
CREATE TABLE "Album" (
    "AlbumId" int PRIMARY KEY,
    "Title" varchar(160) NOT NULL,
    "ArtistId" int NOT NULL REFERENCES "Artist"
);
CREATE TABLE "Track" (
    "TrackId" int PRIMARY KEY,
    "Name" varchar(200) NOT NULL,
    "AlbumId" int REFERENCES "Album",
    "GenreId" int NOT NULL REFERENCES "Genre",
    "Milliseconds" int NOT NULL,
    "UnitPrice" numeric(10, 2) NOT NULL CHECK ("UnitPrice" >= 0)
);
CREATE INDEX ON "Track" ("GenreId");
CREATE TABLE "Employee" ("EmployeeId" int PRIMARY KEY, "LastName" varchar(20) NOT NULL, "Email" varchar(100));
CREATE TABLE "Customer" (
    "CustomerId" int PRIMARY KEY,
    "FirstName" varchar(40) NOT NULL,
    "LastName" varchar(40) NOT NULL,
    "Phone" varchar(24),
    "PostalCode" varchar(10),
    "Email" varchar(120) NOT NULL UNIQUE,
    "SupportRepId" int REFERENCES "Employee"
);
CREATE TABLE "Invoice" (
    "InvoiceId" int PRIMARY KEY,
    "CustomerId" int NOT NULL REFERENCES "Customer",
    "InvoiceDate" timestamptz NOT NULL,
    "BillingAddress" varchar(70),
    "Total" numeric(10, 2) NOT NULL
);
CREATE INDEX ON "Invoice" ("CustomerId");
CREATE TABLE "InvoiceLine" (
    "InvoiceLineId" int PRIMARY KEY,
    "InvoiceId" int NOT NULL REFERENCES "Invoice" ON DELETE CASCADE,
    "TrackId" int NOT NULL REFERENCES "Track",
    "UnitPrice" numeric(10, 2) NOT NULL CHECK ("UnitPrice" >= 0),
    "Quantity" int NOT NULL CHECK ("Quantity" > 0)
);
CREATE INDEX ON "InvoiceLine" ("InvoiceId");
CREATE INDEX ON "InvoiceLine" ("TrackId");
CREATE TABLE "Playlist" ("PlaylistId" int PRIMARY KEY, "Name" varchar(120));
CREATE TABLE "PlaylistTrack" (
    "PlaylistId" int NOT NULL REFERENCES "Playlist",
    "TrackId" int NOT NULL REFERENCES "Track",
    PRIMARY KEY ("PlaylistId", "TrackId")
);
