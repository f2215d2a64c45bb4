-- The log of the versions of rules: package registry/sqlstore.
CREATE TABLE leadscore_registry (number bigint PRIMARY KEY, entry text NOT NULL);
