-- Every tenant database starts here; the tables of the domains follow.
SELECT 1;
