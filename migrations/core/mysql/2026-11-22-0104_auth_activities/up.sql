-- What happened to accounts and sessions, every success and every failure. Rows are added and, when
-- they are old enough, removed; none is ever changed.
CREATE TABLE IF NOT EXISTS auth_activities (
    id         VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    time       DATETIME(6) NOT NULL,
    action     VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    failure    VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'why it was refused; null for a success',
    account_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
    session_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
    tenant_id  VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
    address    VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NULL,
    agent      VARCHAR(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    KEY auth_activities_account_id_id (account_id, id),
    KEY auth_activities_time (time)
) ENGINE = InnoDB;
