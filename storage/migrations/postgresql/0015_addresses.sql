-- Finds who an address is stored for, when a provider says that it is gone or has moved. Addresses
-- may be longer than an entry of a sorted index.
create index recipient_addresses_address on recipient_addresses using hash (address);
