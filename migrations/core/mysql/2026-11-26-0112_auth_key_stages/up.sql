-- A key is published before it signs, and verifies for a while after. In `signing`, 1 is the key that
-- signs, 2 the one that will, and null those that only verify. MySQL has no `ADD COLUMN IF NOT
-- EXISTS`, so that a repetition finds out by itself.
SET @add = (SELECT IF(COUNT(*) = 0,
    'ALTER TABLE signing_keys ADD COLUMN signs_from DATETIME(6) NULL, ADD COLUMN retired_at DATETIME(6) NULL',
    'DO 0')
    FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'signing_keys' AND column_name = 'signs_from');
PREPARE add_columns FROM @add;
EXECUTE add_columns;
DEALLOCATE PREPARE add_columns;
UPDATE signing_keys SET signs_from = created_at WHERE signs_from IS NULL;
