-- What whoever registers is called, until the address is theirs by proof and the account is announced.
SET @add = (SELECT IF(COUNT(*) = 0,
    'ALTER TABLE accounts
        ADD COLUMN name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL',
    'DO 0')
    FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'accounts' AND column_name = 'name');
PREPARE add_columns FROM @add;
EXECUTE add_columns;
DEALLOCATE PREPARE add_columns;
