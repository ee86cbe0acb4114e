-- Since when somebody cannot sign in, if an administrator has decided so. MySQL has no `ADD COLUMN
-- IF NOT EXISTS`, so that a repetition finds out by itself.
SET @add = (SELECT IF(COUNT(*) = 0,
    'ALTER TABLE user_profiles ADD COLUMN deactivated_at DATETIME(6) NULL',
    'DO 0')
    FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'user_profiles'
        AND column_name = 'deactivated_at');
PREPARE add_columns FROM @add;
EXECUTE add_columns;
DEALLOCATE PREPARE add_columns;
