-- What people say of themselves. MySQL has no `ADD COLUMN IF NOT EXISTS`, so that a repetition finds
-- out by itself.
SET @add = (SELECT IF(COUNT(*) = 0,
    'ALTER TABLE user_profiles
        ADD COLUMN avatar_url VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NULL,
        ADD COLUMN locale VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
        ADD COLUMN time_zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
        ADD COLUMN updated_at DATETIME(6) NULL',
    'DO 0')
    FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'user_profiles' AND column_name = 'updated_at');
PREPARE add_columns FROM @add;
EXECUTE add_columns;
DEALLOCATE PREPARE add_columns;
