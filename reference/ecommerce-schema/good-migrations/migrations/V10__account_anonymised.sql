-- V10: whoever is forgotten keeps their orders, without a name
ALTER TABLE account ADD COLUMN anonymised_at timestamp with time zone;
COMMENT ON COLUMN account.anonymised_at IS 'when the address was replaced by a random one';
