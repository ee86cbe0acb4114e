CREATE TABLE platform_administrators (
    user_id    TEXT PRIMARY KEY NOT NULL,
    created_at TIMESTAMP NOT NULL
);
