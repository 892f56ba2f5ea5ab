-- V6: people log in with their address now
ALTER TABLE account RENAME COLUMN login TO email;
ALTER TABLE account ALTER COLUMN email TYPE varchar(254);
ALTER TABLE account DROP CONSTRAINT account_login_key;
CREATE UNIQUE INDEX account_email_key ON account (lower(email));
