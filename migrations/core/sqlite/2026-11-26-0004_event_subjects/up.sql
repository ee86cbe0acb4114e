-- What was said of one person is found to be rewritten when the person goes.
CREATE INDEX events_subject ON events (subject, kind);
