-- Since when somebody cannot sign in, if an administrator has decided so.
ALTER TABLE user_profiles ADD COLUMN deactivated_at TIMESTAMP;
