-- What was said of one person is found to be rewritten when the person goes. MySQL has no `CREATE
-- INDEX IF NOT EXISTS`, so that a repetition finds out by itself.
SET @add = (SELECT IF(COUNT(*) = 0,
    'CREATE INDEX events_subject ON events (subject, kind)',
    'DO 0')
    FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name = 'events' AND index_name = 'events_subject');
PREPARE add_index FROM @add;
EXECUTE add_index;
DEALLOCATE PREPARE add_index;
