-- Finds who an address is stored for, when a provider says that it is gone or has moved.
create index recipient_addresses_address on recipient_addresses (channel, address);
