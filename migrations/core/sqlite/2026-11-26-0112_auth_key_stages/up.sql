-- A key is published before it signs, and verifies for a while after. In `signing`, 1 is the key that
-- signs, 2 the one that will, and null those that only verify.
ALTER TABLE signing_keys ADD COLUMN signs_from TIMESTAMP;
ALTER TABLE signing_keys ADD COLUMN retired_at TIMESTAMP;
UPDATE signing_keys SET signs_from = created_at;
