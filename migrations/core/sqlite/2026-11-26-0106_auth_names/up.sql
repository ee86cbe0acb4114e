-- What whoever registers is called, until the address is theirs by proof and the account is announced.
ALTER TABLE accounts ADD COLUMN name TEXT;
