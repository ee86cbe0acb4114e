-- What people say of themselves.
ALTER TABLE user_profiles ADD COLUMN avatar_url TEXT;
ALTER TABLE user_profiles ADD COLUMN locale TEXT;
ALTER TABLE user_profiles ADD COLUMN time_zone TEXT;
ALTER TABLE user_profiles ADD COLUMN updated_at TIMESTAMP;
